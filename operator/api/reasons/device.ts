import { good, passing, provider, type ReasonEntry } from './entry.ts';

/** An SBC: its health, reaching it, reading and writing it. */
export const DEVICE = {
  // Device
  PublicAddressMissing: provider(
    'Records of a trunk are published, and its SBCDevice no longer says to which address they should lead; they stay as they are.',
    'Set spec.teams.publicAddresses of the SBCDevice again, or spec.dns.mode Manual to publish the records yourself.',
  ),
  TrunkLost: provider('The SBC of a trunk cannot be reached.', 'Look at the SBCDevice.'),
  AlarmsError: provider('The device reports critical or major alarms.', 'Look at the device.'),
  AlarmsWarning: provider('The device reports minor alarms or warnings.', 'Look at the device.'),
  Undetermined: good('Not read, or not told by the device: it is not known and counts as OK for the indicator.'),
  Disconnected: provider('The device does not answer.', 'Look at the network and the device.'),
  ControlError: provider('Call control of the device is in error.', 'Look at the device.'),
  MediaError: provider('Media of the device are in error.', 'Look at the device.'),
  LicensePoolFailed: provider('The licence of the device could not be applied.', 'Look at the licence pool.'),
  LicensePoolExpired: provider('The licence of the device has expired.', 'Renew the licence of the device.'),
  AdministrationWarning: provider('The device is administratively locked or shutting down.', 'Unlock it when it may carry calls.'),
  ControlWarning: provider('Call control of the device reports a warning.', 'Look at the device.'),
  MediaWarning: provider('Media of the device report a warning.', 'Look at the device.'),
  VoiceConnectionWarning: provider('A voice connection of the device reports a warning.', 'Look at the device.'),
  LicenseApplyRequired: provider('A licence waits to be applied on the device.', 'Apply it, in a maintenance window.'),
  NoManagementLicense: provider('The device has no management licence.', 'Assign one.'),
  NoVoiceQualityLicense: provider('The device has no voice quality licence.', 'Assign one.'),
  Verified: good('Read and found as the spec says.'),
  CarrierGatewayMissing: provider("The provider's own tenant has no PSTN gateway of this name.", 'Create it there.'),
  CarrierGatewayDisabled: provider("The PSTN gateway is disabled in the provider's own tenant.", 'Enable it there.'),
  CarrierGatewayDiffers: provider(
    "The PSTN gateway in the provider's own tenant differs from the spec.",
    'Correct the spec or the gateway.',
  ),
  InsecureTransport: provider('The device is managed over plain HTTP.', 'Set https: true.'),
  // SBC: reaching, reading and writing one
  Unreachable: passing('The device does not answer, as while it restarts.'),
  TlsError: provider(
    'The TLS connection cannot be trusted.',
    'Check the certificate, its names and dates, and the configured CA or fingerprint.',
  ),
  AddressInUse: provider(
    'Another SBCDevice manages the SBC at this address; of two, the one that has reached it, then the older one, has it.',
    'Let sites name that one, whose owner grants the namespace by spec.allowedNamespaces, and delete this one, or correct spec.address.',
  ),
  Unsupported: provider('The address is no management interface that the operator knows.', 'Check address and firmware.'),
  DeviceSynchronizing: passing('The device copies its configuration to its redundant unit, or is being upgraded, and takes no changes.'),
  ScriptModeRefused: provider(
    'The device runs no line of a script of this management user, as when its sessions start in basic mode.',
    'Give the user the level Security Administrator.',
  ),
  UnsavedChangesUnknown: provider(
    'The firmware of the device does not tell whether somebody has unsaved changes.',
    'Set spec.saveForeign to true if they may be saved together with ours, or upgrade the device.',
  ),
  ForeignUnsavedChanges: provider(
    'Somebody else changed the device and did not save.',
    'Save or undo it on the device, or set spec.saveForeign to true.',
  ),
  NoDialPlanPrefixes: provider(
    'A site of an Essentials customer has no number range, so no dial plan leads a call to it.',
    'Add a NumberRange with spec.siteRef.',
  ),
  DialectUnknown: provider(
    "The device's own files do not show yet how it spells a table, so nothing is written to it.",
    'Make one dial-plan rule by hand, with a name, prefix and tag that differ, and save.',
  ),
  LimitExceeded: provider('The change would exceed a limit of the device.', 'Free rules, use another device, or correct spec.limits.'),
  RuleNameTaken: provider('Every name for a rule is in use on the device.', 'Rename or remove the rules that took them.'),
  ScriptRejected: provider('The device does not take a rule.', 'Correct the prefix, tag or name that the message shows.'),
  ScriptNotProven: provider('A prepared script did not read back as planned and was not sent.', 'Report it with the log: it is a defect.'),
  PartiallyApplied: passing('The device took a part of many changes; the rest is sent again.'),
  VerifyFailed: passing('The device lost a change before it was saved; it is sent again.'),
  SaveFailed: provider(
    'The device has the changes and does not save them: they would be lost at its next restart.',
    'Save the configuration on the device, or make room for it; the operator also tries again, after 30 s at first, at least every 15 minutes.',
  ),
  RequestRejected: provider('The outside system rejects a request as invalid.', 'Correct what the message names.'),
} as const satisfies Readonly<Record<string, ReasonEntry>>;
