import { good, passing, provider, type ReasonEntry } from './entry.ts';

/** What a spec asks for and cannot have: references, claims and names. */
export const SPEC = {
  // References
  CustomerNotFound: provider('The Customer that is named does not exist in the namespace.', 'Create it or correct spec.customerRef.'),
  SiteLocationNotFound: provider('The SiteLocation that is named does not exist in the namespace.', 'Create it or correct spec.siteRef.'),
  SBCDeviceNotFound: provider('An SBCDevice that a trunk names does not exist.', 'Create it or correct sbcRef.'),
  ServiceNotFound: provider('The Customer does not have the service.', "Add it to the Customer's spec.services."),
  SiteOfOtherCustomer: provider('The site belongs to another Customer than the range names.', 'Correct spec.siteRef or spec.customerRef.'),
  NamespaceNotGranted: provider("The SBCDevice does not grant the object's namespace.", "The device's owner sets spec.allowedNamespaces."),
  ParentTerminating: provider('A parent is being deleted and takes no new children.', 'Choose another parent.'),
  ParentNotProtected: passing('A parent gets its finalizer first, so that it cannot vanish under its child.'),
  CustomerNotReady: provider(
    'A condition of the Customer that this step needs does not hold.',
    'Read the Customer, the message names the condition.',
  ),
  SBCDeviceNotReady: provider(
    'A condition of the SBCDevice that this step needs does not hold.',
    'Read the SBCDevice, the message names the condition.',
  ),
  SiteLocationNotReady: provider(
    'A condition of the SiteLocation that this step needs does not hold.',
    'Read the SiteLocation, the message names the condition.',
  ),
  CarrierTrunkNotReady: provider(
    "The carrier trunk is not ready in the provider's own tenant.",
    'Read status.carrierTrunks of the SBCDevice.',
  ),
  ChildFailed: provider('A site or range of the customer has failed.', 'Read its conditions.'),
  // Claims and names
  ShortNameNotUnique: provider('Another Customer has this short name.', 'Choose another short name.'),
  ShortNameLength: provider('The short name is shorter than 3 or longer than 15 characters.', 'Choose a name of 3 to 15 characters.'),
  ShortNameForbiddenCharacter: provider('The short name has one of \\ / : * ? " < > |.', 'Leave the character out.'),
  ShortNameReserved: provider('The short name is a reserved word.', 'Choose another name.'),
  ShortNameDotOrBlank: provider('The short name has a dot, a blank or a control character.', 'Leave it out or use a hyphen.'),
  LicenseUpgraded: good('A service of the customer has a wider licence type than before.'),
  LicenseDowngraded: good('A service of the customer has a narrower licence type than before.'),
  LicenseTransitionNotAllowed: provider(
    'The licence type cannot follow the one before.',
    'Take a licence type that the message names, or delete the service first.',
  ),
  TenantInUse: provider('Another Customer has this tenant and does not share it.', 'Set tenantSharing: Allowed on the older Customer.'),
  LabelTaken: provider('A site of another tenant has this trunk name.', 'Set another label.'),
  NameLeadsElsewhere: provider(
    'Another site of the tenant has the same trunk name on other SBCs; a name leads to the same SBCs for all its sites.',
    'Name the same SBCs in both, or set another label.',
  ),
  PatternHeld: provider(
    'Another range has a number of a pattern.',
    'Remove the pattern here or there; it heals by itself when the holder goes.',
  ),
  PrefixCaptures: provider(
    'A longer pattern of another range takes some numbers of a shorter one.',
    'Nothing, if it is meant: the longer rule wins.',
  ),
  PrefixSyntax: provider('A prefix is not in the notation that is allowed.', 'Correct the prefix that the message names.'),
  PrefixesMissing: provider('The source of the prefixes is missing or empty.', 'Restore the ConfigMap; nothing is removed meanwhile.'),
  PrefixOverlap: provider('Two patterns of one range overlap.', 'Remove one of them.'),
  TagNotAllowed: provider('The tag is neither derived nor listed by the device.', "Remove spec.tag, or add it to the device's extraTags."),
  TagTooLong: provider(
    'The tag is longer than the device takes.',
    'Use a shorter label or fqdn, or correct limits.tagLength of the SBCDevice.',
  ),
  DialPlanNotMapped: provider('The device maps no plan to this role.', 'Set spec.dialPlans on the SBCDevice.'),
  DialPlanMissing: provider('The device has no dial plan of this name.', 'Make the plan on the device or correct spec.dialPlans.'),
  DnsLabelInvalid: provider('A trunk name cannot be derived.', 'Set spec.trunks[].label.'),
  FqdnTooLong: provider('A trunk name is longer than 48 characters.', 'Set a shorter label.'),
  NameFixed: provider('A name in use would change.', 'Delete with deletionPolicy Orphan, create anew, adopt.'),
  NameTaken: provider('An object of the wanted name exists and is not ours.', 'Annotate trunkline.dev/adopt, or rename it outside.'),
  OwnerPrefixTooShort: provider('A range owned by the customer needs at least 7 digits before a bracket.', 'Use a longer prefix.'),
} as const satisfies Readonly<Record<string, ReasonEntry>>;
