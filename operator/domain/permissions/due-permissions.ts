/** What the operator is about to do in a customer's tenant, as far as it needs rights there (S061–S068). */
export type TenantStep = 'readTenant' | 'readDomains' | 'readLicenses' | 'readVoiceUsers' | 'readNumbers' | 'readVoice' | 'configureVoice';

/** A right of the app in the customer's tenant: a Graph application permission, or a directory role of its service principal. */
interface Right {
  readonly type: 'permission' | 'directoryRole';
  /** As Microsoft's consent page or role list shows it. */
  readonly name: string;
  /** What a token carries: the permission's name in `roles`, the role's template id in `wids`. */
  readonly claim: string;
}

/** One right, or several that are enough only together. */
type Alternative = readonly [Right, ...Right[]];

/** Alternatives of which any one is enough; the first is the least and the one that messages name. */
type Requirement = readonly [Alternative, ...Alternative[]];

/** The claims of the tokens of both resources, as far as they are rights. */
export interface GrantedRights {
  readonly roles: readonly string[];
  readonly directoryRoles: readonly string[];
}

const permission = (name: string): Right => ({ type: 'permission', name, claim: name });

const role = (name: string, claim: string): Right => ({ type: 'directoryRole', name, claim });

const TEAMS_ADMINISTRATOR = role('Teams Administrator', '69091246-20e8-4a56-aa4d-066075b2a7a8');
const GLOBAL_ADMINISTRATOR = role('Global Administrator', '62e90394-69f5-4237-9190-012177145e10');
const TEAMS_READER = role('Teams Reader', '1076ac91-f3d9-41a7-a339-dcdf5f480acc');
const TEAMS_TELEPHONY_ADMINISTRATOR = role('Teams Telephony Administrator', 'aa38014f-0993-46e9-9b45-30501a20909d');
const SKYPE_FOR_BUSINESS_ADMINISTRATOR = role('Skype for Business Administrator', '75941009-915a-4869-abe7-691bff18279e');
const GLOBAL_READER = role('Global Reader', 'f2ef992c-3afb-46b9-b7cf-a126ee74c451');

/** Teams Administrator, or the pair of which neither replaces the other (S089, S090). */
const TEAMS_WRITERS: Requirement = [
  [TEAMS_ADMINISTRATOR],
  [GLOBAL_ADMINISTRATOR],
  [TEAMS_TELEPHONY_ADMINISTRATOR, SKYPE_FOR_BUSINESS_ADMINISTRATOR],
];

function anyOf(least: Right, ...others: Right[]): Requirement {
  return [[least], ...others.map((right): Alternative => [right])];
}

/**
 * Least rights of each step first (microsoft-graph §5.1, teams-admin-api §2.3). Other narrow Teams roles are not listed: whether they are
 * enough for every endpoint is not known, and a step that turns out to be refused in mid-work is worse than asking for the proven role.
 */
const REQUIRED_RIGHTS: Readonly<Record<TenantStep, readonly Requirement[]>> = {
  readTenant: [anyOf(permission('Organization.Read.All'), permission('Directory.Read.All'), permission('User.Read.All'))],
  readDomains: [anyOf(permission('Domain.Read.All'), permission('Domain.ReadWrite.All'), permission('Directory.Read.All'))],
  readLicenses: [anyOf(permission('Organization.Read.All'), permission('LicenseAssignment.Read.All'), permission('Directory.Read.All'))],
  readVoiceUsers: [
    anyOf(permission('User.Read.All'), permission('User.ReadWrite.All'), permission('Directory.Read.All')),
    anyOf(permission('TeamsUserConfiguration.Read.All')),
  ],
  readNumbers: [anyOf(permission('TeamsTelephoneNumber.Read.All'), permission('TeamsTelephoneNumber.ReadWrite.All'))],
  readVoice: [[[TEAMS_READER], [GLOBAL_READER], ...TEAMS_WRITERS]],
  configureVoice: [TEAMS_WRITERS],
};

/** Needed to onboard by hand or by another product, and by nothing here; to be taken off afterwards (S088). */
const ONBOARDING_ROLES: readonly Right[] = [
  role('Application Administrator', '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3'),
  role('Domain Name Administrator', '8329153b-31d0-4727-b945-745eb3bc5f31'),
  role('User Administrator', 'fe930be7-5e62-47db-91af-98c3a49a38b1'),
];

/** What the products that this replaces tell customers to grant (S094–S099). More than is needed now, so having it is no surplus. */
const DOCUMENTED_PERMISSIONS = [
  'AppCatalog.ReadWrite.All',
  'Group.Read.All',
  'Organization.Read.All',
  'RoleManagement.Read.Directory',
  'TeamSettings.ReadWrite.All',
  'User.ReadWrite.All',
];
/** With administrative units also this one (S100). */
const DOCUMENTED_WITH_UNITS = 'GroupMember.Read.All';

/** One line of `Customer.status.permissions[]`. */
export interface RightStatus extends Pick<Right, 'type' | 'name'> {
  readonly granted: boolean;
  /** The role that is held already and is enough only together with this one. */
  readonly beside?: string;
  /** The steps that wait for it, in the order asked. */
  readonly steps: readonly TenantStep[];
}

/**
 * What the given steps need and whether it is there: a line for each right of the alternative that is granted, else for what is missing of a
 * pair that is half granted, else for the least alternative. Sorted as first needed.
 */
export function rightsFor(steps: readonly TenantStep[], granted: GrantedRights): RightStatus[] {
  const lines = new Map<string, RightStatus & { readonly steps: TenantStep[] }>();
  for (const step of steps) {
    for (const line of REQUIRED_RIGHTS[step].flatMap((requirement) => linesOf(requirement, granted))) {
      const known = lines.get(line.name);
      if (known === undefined) lines.set(line.name, { ...line, steps: [step] });
      else if (!known.steps.includes(step)) known.steps.push(step);
    }
  }
  return [...lines.values()];
}

function linesOf(requirement: Requirement, granted: GrantedRights): Omit<RightStatus, 'steps'>[] {
  const has = (right: Right): boolean => isGranted(right, granted);
  const held = requirement.find((rights) => rights.every(has));
  if (held !== undefined) return held.map(({ type, name }) => ({ type, name, granted: true }));
  const half = requirement.find((rights) => rights.some(has));
  const beside = half?.find(has)?.name;
  const missing = (half ?? requirement[0]).filter((right) => !has(right));
  return missing.map(({ type, name }) => ({ type, name, granted: false, ...(beside === undefined ? {} : { beside }) }));
}

/** App permissions that no step uses now. `documented`: of the set that customers are told to grant, so information and no surplus. */
export function unusedPermissions(
  steps: readonly TenantStep[],
  granted: GrantedRights,
  administrativeUnits: boolean,
): { readonly name: string; readonly documented: boolean }[] {
  const useful = new Set(steps.flatMap((step) => REQUIRED_RIGHTS[step].flat(2).map((right) => right.claim)));
  const documented = new Set([...DOCUMENTED_PERMISSIONS, ...(administrativeUnits ? [DOCUMENTED_WITH_UNITS] : [])]);
  const unused = granted.roles.filter((claim) => !useful.has(claim)).sort();
  return unused.map((name) => ({ name, documented: documented.has(name) }));
}

/** Directory roles of onboarding that the app still holds. */
export function onboardingRoles(granted: GrantedRights): string[] {
  return ONBOARDING_ROLES.filter((right) => isGranted(right, granted)).map(({ name }) => name);
}

function isGranted({ type, claim }: Right, { roles, directoryRoles }: GrantedRights): boolean {
  return type === 'permission' ? roles.includes(claim) : directoryRoles.includes(claim);
}
