import type { Json, OutsideObject } from '../../domain/change/object.ts';
import { formatSign, parseSign, type Sign } from '../../domain/change/sign.ts';
import type { ResourceRef } from '../../runtime/kube.ts';

/** The kind by which external-dns takes records from other controllers. */
export const DNS_KIND = { group: 'externaldns.k8s.io', version: 'v1alpha1', plural: 'dnsendpoints', kind: 'DNSEndpoint' } as const;

/** Where the marker of an object of ours stands (design §3, footprint). */
const OWNER_ANNOTATION = 'trunkline.dev/owner';

const OUR_LABELS = { 'app.kubernetes.io/managed-by': 'trunkline' };

export interface DnsRecord {
  readonly dnsName: string;
  readonly recordType: string;
  readonly targets: readonly string[];
  /** Seconds; 0 leaves it to the DNS provider. */
  readonly ttl: number;
}

/** A DNSEndpoint as far as this operator reads it. */
export interface DnsEndpoint {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly endpoints?: readonly {
      readonly dnsName?: string;
      readonly recordType?: string;
      readonly targets?: readonly string[];
      readonly recordTTL?: number;
    }[];
  };
}

export function refOf(namespace: string, name: string): ResourceRef {
  const { group, version, plural } = DNS_KIND;
  return { group, version, plural, namespace, name };
}

/** Whose the endpoint is, and whether it existed before. */
export function signOf(endpoint: DnsEndpoint): Sign {
  return parseSign(endpoint.metadata.annotations?.[OWNER_ANNOTATION]);
}

/** In the shape that plans compare: names in lower case, targets sorted, as they are desired. */
export function objectOf(namespace: string, endpoint: DnsEndpoint): OutsideObject {
  const records = (endpoint.spec?.endpoints ?? []).map(({ dnsName = '', recordType = '', targets = [], recordTTL = 0 }): Json => {
    return { dnsName: dnsName.toLowerCase(), recordType: recordType.toUpperCase(), targets: [...targets].sort(), ttl: recordTTL };
  });
  return {
    system: 'dns',
    target: namespace,
    kind: DNS_KIND.kind,
    name: endpoint.metadata.name,
    fields: { records },
    ...signOf(endpoint),
  };
}

/** What server-side apply is given: everything of it is ours. `uid` makes the server refuse another object of that name. */
export function manifestOf(
  namespace: string,
  name: string,
  wanted: { records: readonly DnsRecord[]; sign: Sign; uid: string | undefined },
): object {
  const { records, uid } = wanted;
  const owner = formatSign(wanted.sign);
  return {
    apiVersion: `${DNS_KIND.group}/${DNS_KIND.version}`,
    kind: DNS_KIND.kind,
    metadata: {
      name,
      namespace,
      ...(uid === undefined ? {} : { uid }),
      labels: OUR_LABELS,
      ...(owner === undefined ? {} : { annotations: { [OWNER_ANNOTATION]: owner } }),
    },
    spec: {
      endpoints: records.map(({ dnsName, recordType, targets, ttl }) => ({
        dnsName,
        recordType,
        targets,
        ...(ttl === 0 ? {} : { recordTTL: ttl }),
      })),
    },
  };
}

/** Records of a change's field; undefined when it holds anything else. */
export function readRecords(value: Json | undefined): readonly DnsRecord[] | undefined {
  if (!isList(value)) return undefined;
  const records = value.map(readRecord);
  return records.every((record) => record !== undefined) && records.length > 0 ? records : undefined;
}

function readRecord(value: Json): DnsRecord | undefined {
  if (value === null || typeof value !== 'object' || isList(value)) return undefined;
  const { dnsName, recordType, targets, ttl } = value;
  if (typeof dnsName !== 'string' || dnsName === '' || typeof recordType !== 'string' || !isList(targets) || targets.length === 0)
    return undefined;
  const texts = targets.filter((target): target is string => typeof target === 'string' && target !== '');
  return texts.length === targets.length ? { dnsName, recordType, targets: texts, ttl: typeof ttl === 'number' ? ttl : 0 } : undefined;
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
