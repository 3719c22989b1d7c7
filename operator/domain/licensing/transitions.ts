/** Licence types of Direct Routing (S020) and Operator Connect (S021). */
export type LicenseType = 'HostedEssentials' | 'HostedEssentialsPlus' | 'HostedPro' | 'OCEssentials' | 'OCEssentialsPlus' | 'OCPro';

/** Where each type may go (S022–S024); what is not listed is not allowed, Hosted Essentials+ to Pro and all Direct Routing downgrades included (S038). */
const NEXT: Readonly<Record<LicenseType, readonly LicenseType[]>> = {
  HostedEssentials: ['HostedEssentialsPlus', 'HostedPro'],
  HostedEssentialsPlus: [],
  HostedPro: [],
  OCEssentials: ['OCEssentialsPlus', 'OCPro'],
  OCEssentialsPlus: ['OCPro'],
  OCPro: ['OCEssentialsPlus'],
};

const RANK: Readonly<Record<LicenseType, number>> = {
  HostedEssentials: 0,
  HostedEssentialsPlus: 1,
  HostedPro: 2,
  OCEssentials: 0,
  OCEssentialsPlus: 1,
  OCPro: 2,
};

export type LicenseTransition =
  | { readonly allowed: true; readonly event: 'LicenseUpgraded' | 'LicenseDowngraded' | undefined }
  | { readonly allowed: false; readonly reason: 'LicenseTransitionNotAllowed'; readonly message: string };

/** Whether a service may change its licence type, and the event that says so. Keeping the type is always allowed and no event. */
export function licenseTransition(from: LicenseType, to: LicenseType): LicenseTransition {
  if (from === to) return { allowed: true, event: undefined };
  if (NEXT[from].includes(to)) return { allowed: true, event: RANK[to] > RANK[from] ? 'LicenseUpgraded' : 'LicenseDowngraded' };
  const next = NEXT[from].length === 0 ? 'none' : NEXT[from].join(', ');
  return {
    allowed: false,
    reason: 'LicenseTransitionNotAllowed',
    message: `licenseType cannot change from ${from} to ${to}; allowed from there: ${next}`,
  };
}

/**
 * Essentials licences have no Microsoft part: SBC rules and the check of the tenant id only (design §3); they never ask for consent (S025).
 * A service without a licence type is not known to be Essentials.
 */
export function hasMicrosoftPart(type: LicenseType | undefined): boolean {
  return type === undefined || RANK[type] > 0;
}
