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

/** Rights of which any one is enough; the first is the least and the one that messages name. */
type Requirement = readonly [Right, ...Right[]];

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
const GLOBAL_READER = role('Global Reader', 'f2ef992c-3afb-46b9-b7cf-a126ee74c451');

/**
 * Least rights of each step first (microsoft-graph §5.1, teams-admin-api §2.3). Narrower Teams roles are not listed: whether they are enough
 * for every endpoint is not known, and a step that turns out to be refused in mid-work is worse than asking for the proven role.
 */
const REQUIRED_RIGHTS: Readonly<Record<TenantStep, readonly Requirement[]>> = {
  readTenant: [[permission('Organization.Read.All'), permission('Directory.Read.All'), permission('User.Read.All')]],
  readDomains: [[permission('Domain.Read.All'), permission('Domain.ReadWrite.All'), permission('Directory.Read.All')]],
  readLicenses: [[permission('Organization.Read.All'), permission('LicenseAssignment.Read.All'), permission('Directory.Read.All')]],
  readVoiceUsers: [
    [permission('User.Read.All'), permission('User.ReadWrite.All'), permission('Directory.Read.All')],
    [permission('TeamsUserConfiguration.Read.All')],
  ],
  readNumbers: [[permission('TeamsTelephoneNumber.Read.All'), permission('TeamsTelephoneNumber.ReadWrite.All')]],
  readVoice: [[TEAMS_READER, GLOBAL_READER, TEAMS_ADMINISTRATOR, GLOBAL_ADMINISTRATOR]],
  configureVoice: [[TEAMS_ADMINISTRATOR, GLOBAL_ADMINISTRATOR]],
};

/** One line of `Customer.status.permissions[]`. */
export interface RightStatus extends Pick<Right, 'type' | 'name'> {
  readonly granted: boolean;
  /** The steps that wait for it, in the order asked. */
  readonly steps: readonly TenantStep[];
}

/**
 * What the given steps need and whether it is there: one line for each requirement, named by the alternative that is granted, else by the
 * least one. Sorted as first needed.
 */
export function rightsFor(steps: readonly TenantStep[], granted: GrantedRights): RightStatus[] {
  const lines = new Map<string, { readonly right: Right; readonly granted: boolean; readonly steps: TenantStep[] }>();
  for (const step of steps) {
    for (const requirement of REQUIRED_RIGHTS[step]) {
      const held = requirement.find((right) => isGranted(right, granted));
      const right = held ?? requirement[0];
      const known = lines.get(right.name);
      if (known === undefined) lines.set(right.name, { right, granted: held !== undefined, steps: [step] });
      else if (!known.steps.includes(step)) known.steps.push(step);
    }
  }
  return [...lines.values()].map(({ right, granted: isHeld, steps: needing }) => ({
    type: right.type,
    name: right.name,
    granted: isHeld,
    steps: needing,
  }));
}

/** App permissions beyond what any of the steps may use, for the surplus list after onboarding (design §3.3). */
export function surplusPermissions(steps: readonly TenantStep[], granted: GrantedRights): string[] {
  const useful = new Set(steps.flatMap((step) => REQUIRED_RIGHTS[step].flat().map((right) => right.claim)));
  return granted.roles.filter((role) => !useful.has(role)).sort();
}

function isGranted({ type, claim }: Right, { roles, directoryRoles }: GrantedRights): boolean {
  return type === 'permission' ? roles.includes(claim) : directoryRoles.includes(claim);
}
