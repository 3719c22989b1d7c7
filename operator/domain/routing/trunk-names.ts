/** A DNS label: 1–63 of a–z, 0–9 and inner hyphens. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The longest domain name that provisioning takes for this purpose (telephony 2.2). */
const MAX_TRUNK_FQDN = 48;

export type TrunkName = { readonly fqdn: string } | { readonly problem: 'LabelRequired' | 'FqdnTooLong'; readonly value: string };

/** Whether a trunk name can be the tag of rules on an SBC whose tags are this long at most (telephony 2.2). Undefined: no limit is known. */
export function fitsTag(fqdn: string, tagLength: number | undefined): boolean {
  return tagLength === undefined || fqdn.length <= tagLength;
}

/**
 * FQDN of a derived trunk: exactly one label under the carrier trunk's base (telephony 2.2). The label defaults to the site name in lower
 * case where that is a DNS label; otherwise it must be given, since `R&D` and `R+D` must not both become `r-d`.
 */
export function derivedTrunkName(trunk: { readonly label?: string; readonly carrierTrunk: string }, siteName: string): TrunkName {
  const label = (trunk.label ?? siteName).toLowerCase();
  if (!LABEL.test(label)) return { problem: 'LabelRequired', value: label };
  const fqdn = `${label}.${trunk.carrierTrunk.toLowerCase()}`;
  return fqdn.length > MAX_TRUNK_FQDN ? { problem: 'FqdnTooLong', value: fqdn } : { fqdn };
}
