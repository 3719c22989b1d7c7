/** What counts as use of a licence, by falling priority (S244–S248). */
export const FACTORS = ['DirectRouting', 'OperatorConnect', 'LifecycleManagement', 'UserInterface', 'ServiceNumbers'] as const;
export type FactorName = (typeof FACTORS)[number];

/** The factors that may be switched off, for all or for one customer (S249). */
export interface FactorScope {
  readonly lifecycleManagement: boolean;
  readonly userInterface: boolean;
  readonly serviceNumbers: boolean;
}

/** One directory user as licensing sees it. */
export interface LicensedUser {
  readonly id: string;
  readonly enterpriseVoice: boolean;
  readonly hasRoutingPolicy: boolean;
  /** Behind a gateway of one of the customer's sites; another provider's does not count (S244 as corrected). */
  readonly hasOwnGateway: boolean;
  readonly hasSite: boolean;
  readonly hasOperatorConnectNumber: boolean;
  /** In a lifecycle group or template. */
  readonly isInTemplate: boolean;
  /** Changed one by one. */
  readonly isChangedSingly: boolean;
}

export interface FactorCount {
  readonly name: FactorName;
  /** Counted here and in no factor before it. */
  readonly counted: number;
  /** Fulfil the factor, counted elsewhere or not. */
  readonly qualified: number;
  readonly applicable: boolean;
}

export interface LicenseCount {
  readonly factors: readonly FactorCount[];
  /** What is billed: users once each, and service numbers (S248 as corrected counts numbers, so this may exceed `monitored`). */
  readonly licensed: number;
  /** Directory users that are known; not billed (S252). */
  readonly monitored: number;
}

const QUALIFIES: Readonly<Record<Exclude<FactorName, 'ServiceNumbers'>, (user: LicensedUser) => boolean>> = {
  DirectRouting: (user) => user.enterpriseVoice && user.hasRoutingPolicy && user.hasOwnGateway && user.hasSite,
  OperatorConnect: (user) => user.hasOperatorConnectNumber,
  LifecycleManagement: (user) => user.isInTemplate,
  UserInterface: (user) => user.isChangedSingly,
};

/** Customer settings win field by field over the global ones; none at all is the global scope (S249, S250). */
export function factorScope(
  global: FactorScope,
  customer: Partial<FactorScope> | undefined,
): { readonly scope: FactorScope; readonly from: 'Global' | 'Customer' } {
  return { scope: { ...global, ...customer }, from: customer === undefined || Object.keys(customer).length === 0 ? 'Global' : 'Customer' };
}

/** Counts each user once, under the first factor that applies (S251); numbers tagged for another gateway than their site's come on top. */
export function countLicenses(users: readonly LicensedUser[], serviceNumbers: ReadonlySet<string>, scope: FactorScope): LicenseCount {
  const open = new Set(new Map(users.map((user) => [user.id, user])).values());
  const all = [...open];
  const factors = FACTORS.map((name): FactorCount => {
    const applicable = isApplicable(name, scope);
    if (!applicable) return { name, counted: 0, qualified: 0, applicable };
    if (name === 'ServiceNumbers') return { name, counted: serviceNumbers.size, qualified: serviceNumbers.size, applicable };
    const qualified = all.filter(QUALIFIES[name]);
    const counted = qualified.filter((user) => open.delete(user));
    return { name, counted: counted.length, qualified: qualified.length, applicable };
  });
  return { factors, licensed: factors.reduce((sum, factor) => sum + factor.counted, 0), monitored: all.length };
}

/** `n1 (n2)`: counted and, in brackets, qualified; `[n/a]` for a factor that is switched off (S253). */
export function formatFactor({ counted, qualified, applicable }: FactorCount): string {
  return applicable ? `${counted} (${qualified})` : '[n/a]';
}

function isApplicable(name: FactorName, scope: FactorScope): boolean {
  if (name === 'LifecycleManagement') return scope.lifecycleManagement;
  if (name === 'UserInterface') return scope.userInterface;
  return name === 'ServiceNumbers' ? scope.serviceNumbers : true;
}
