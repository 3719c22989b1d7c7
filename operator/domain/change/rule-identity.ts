/** What tells a dial-plan rule from all others of its device, and is its name as an outside object: names on the device repeat (telephony 5.2). */
export function ruleIdentity(plan: string, prefix: string): string {
  return `${plan}/${prefix}`;
}

/** The parts again, at the first slash: plan names have none (audiocodes-sbc §12.2). */
export function splitRuleIdentity(identity: string): { readonly plan: string; readonly prefix: string } {
  const slash = identity.indexOf('/');
  return slash === -1 ? { plan: '', prefix: identity } : { plan: identity.slice(0, slash), prefix: identity.slice(slash + 1) };
}
