import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';

export const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'SRV', 'TXT'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** One endpoint of a DNSEndpoint object, as external-dns documents its CRD. */
export const Endpoint = z.strictObject({
  dnsName: z.string(),
  recordType: z.string(),
  targets: z.array(z.string()),
  recordTTL: z.int().min(0).exactOptional(),
  setIdentifier: z.string().exactOptional(),
  labels: z.record(z.string(), z.string()).exactOptional(),
  providerSpecific: z.array(z.object({ name: z.string(), value: z.string() })).exactOptional(),
});
export type Endpoint = z.output<typeof Endpoint>;

/** What stands at one name for one type. */
export interface RecordSet {
  /** Lower case, without the final dot. */
  readonly name: string;
  readonly type: RecordType;
  readonly ttl: number;
  readonly values: readonly string[];
}

const DEFAULT_TTL = 300;

/** The record set of an endpoint, or the reason why no provider would publish it. */
export function recordSetOf(endpoint: Endpoint): RecordSet | string {
  const { dnsName, recordType, targets, recordTTL } = endpoint;
  const name = normalName(dnsName);
  const type = RECORD_TYPES.find((known) => known === recordType);
  if (type === undefined) return `${dnsName}: record type ${recordType} is not known`;
  if (!isName(name)) return `${dnsName}: not a domain name`;
  if (targets.length === 0) return `${dnsName}: no targets`;
  const bad = targets.find((target) => !isTarget(type, target));
  if (bad !== undefined) return `${dnsName}: ${bad} is no target of a ${type} record`;
  if (type === 'CNAME' && targets.length > 1) return `${dnsName}: a CNAME has one target`;
  return {
    name,
    type,
    ttl: recordTTL === undefined || recordTTL === 0 ? DEFAULT_TTL : recordTTL,
    values: targets.map((target) => published(type, target)),
  };
}

export function normalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** Labels of 1–63 characters, 253 in all; `*` only as the whole first label; underscores occur in SRV and TXT names. */
function isName(name: string): boolean {
  if (name.length > 253) return false;
  const labels = name.split('.');
  return labels.every((label, at) => (label === '*' && at === 0) || /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
}

function isTarget(type: RecordType, target: string): boolean {
  if (type === 'A') return isIPv4(target);
  if (type === 'AAAA') return isIPv6(target);
  if (type === 'TXT') return target !== '';
  if (type === 'MX') return /^\d+ \S+$/.test(target);
  if (type === 'SRV') return /^\d+ \d+ \d+ \S+$/.test(target);
  return isName(normalName(target));
}

/** TXT targets may come quoted; names lose their final dot. */
function published(type: RecordType, target: string): string {
  if (type === 'TXT') return target.replace(/^"(.*)"$/, '$1');
  return type === 'A' || type === 'AAAA' ? target : normalName(target);
}
