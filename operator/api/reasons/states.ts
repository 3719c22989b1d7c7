import { customer, good, passing, provider, type ReasonEntry } from './entry.ts';

/** How an object stands: good, passing, exempt and held states. */
export const STATES = {
  // Good and passing states
  Accepted: good('The spec is valid and claims nothing that somebody else has.'),
  Ready: good('Everything that Ready needs holds.'),
  Deployed: good('What the spec wants is in place and was read back.'),
  DeployedWithWarning: provider('Deployed, and something deserves a look.', 'Read the message of condition Deployed.'),
  DeployedWithError: provider(
    'Deployed, and something broke since.',
    'Read the conditions of the sites and ranges that the message names.',
  ),
  ReadyForDeployment: provider(
    'The customer may be deployed and nothing asks for it.',
    'Add a SiteLocation and NumberRanges, or set spec.deploy to true.',
  ),
  DeployRequested: passing('Sites and ranges of the customer are being deployed.'),
  DeploymentError: provider('A site or range of the customer failed.', 'Read its conditions and correct what they name.'),
  TenantConnectionError: customer('The tenant refuses the app.', 'Read condition Authenticated or Authorized and correct what it names.'),
  Deploying: passing('Changes are on their way to the tenant or the device.'),
  TrunkMoving: passing('A trunk moves to another SBC: its record follows when the rules of the site are there.'),
  Observing: passing('The outside is being read for the first time, or again after a start.'),
  Progressing: passing('The first look at the object is under way.'),
  Validating: passing('The operator is signing in to the tenant.'),
  Removing: passing('What was made is being taken away.'),
  Valid: good('The tenant exists and is the one that the spec names.'),
  Successful: good('Both resources accepted the app.'),
  RightsSufficient: good('The app has every right that is needed now.'),
  PoolNotConfigured: good('No licence pool is configured; licences are counted, not limited.'),
  DomainVerified: good('Every trunk name is a verified domain of the tenant.'),
  DomainActivated: good('A voice-enabled user keeps every trunk name active.'),
  AllTrunksServing: good('Every trunk of the site is served.'),
  Connected: good('The device answers on its management interface.'),
  Healthy: good('The device reports nothing that needs a look.'),
  SpecManaged: good('Every set field is acted on.'),
  Sent: good('The mail server accepted the mail.'),
  FootprintRebuilt: good('Objects of ours that status had lost were recognised outside and taken back without a write.'),
  DriftCorrected: good('Something was changed outside and has been put back.'),
  ForceRemoved: provider(
    'An object was let go on request although something of it may be left outside.',
    'Remove what the event lists by hand.',
  ),
  // Exempt: Unknown and not in the way
  NotApplicable: good('This does not apply to the object.'),
  Assumed: provider('Taken for granted, not proven.', 'Nothing now; a later release proves it.'),
  Declared: provider('Declared in the spec, not proven.', 'Set mode: Verify to have it proven.'),
  NotManagedYet: provider(
    'A field or check that this release does not act on.',
    'Remove the field where it stops the object, or wait for the release that manages it.',
  ),
  // Holds
  Suspended: provider('spec.suspend is true on the object or a parent.', 'Set spec.suspend to false.'),
  Paused: provider(
    'The namespace or the whole operator is paused.',
    'Remove the annotation trunkline.dev/paused, or start without --actuation=Paused.',
  ),
  Disabled: provider('spec.enabled is false.', 'Set spec.enabled to true.'),
  Undeployed: provider(
    'The Customer has spec.deploy: false, so its sites and ranges are taken back.',
    'Set spec.deploy to true to deploy again.',
  ),
  Locked: provider('The SBCDevice has spec.locked: true.', 'Set spec.locked to false when the device may be written.'),
  Cordoned: provider('The SBCDevice takes no new sites.', 'Choose another device or lift spec.cordoned.'),
  NotDeployed: provider(
    'changePolicy Observe never writes, and the object is not outside.',
    'Set changePolicy to Report or Enforce to deploy.',
  ),
  DeletionHeld: provider(
    'Going on would silence numbers or users, or many customers are being deleted at once.',
    'Set annotation trunkline.dev/confirm-delete as the message says, if it is meant.',
  ),
  AwaitingSuccessor: passing('What is no longer wanted waits a moment, in case another object of the Customer takes over exactly this.'),
  ChildrenRemain: provider(
    'Objects that name this one still exist, or have left something on this device.',
    'Delete them, or answer what their own conditions ask for; Orphan and force-remove do not change the order.',
  ),
  CredentialsGone: provider(
    'The Secret that clean-up needs is gone and no credential is in memory.',
    'Restore the Secret, or set annotation trunkline.dev/force-remove.',
  ),
  ObservationSuspect: provider(
    'A look outside is incomplete, or lacks more than 20 % of at least 20 objects of a kind that we own there, so it may be wrong.',
    'Check the device, tenant or DNS; it is read again each minute. If the picture is right, annotate the SBCDevice or Customer as the message says.',
  ),
  HeldRecordLost: provider(
    'The ConfigMap that records which prefixes a range holds is gone or has other content, and nothing proves what it was.',
    'Restore it from a backup, or annotate trunkline.dev/adopt=ConfigMap/<name> to go on with the prefixes of the spec.',
  ),
} as const satisfies Readonly<Record<string, ReasonEntry>>;
