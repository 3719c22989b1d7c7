import type { Json, OutsideObject } from '../change/object.ts';

export interface DnsRecordsInput {
  readonly namespace: string;
  /** metadata.name of the DNSEndpoint. */
  readonly name: string;
  readonly marker: string;
  readonly trunks: readonly {
    readonly fqdn: string;
    /** `SBCDevice.spec.teams.publicAddresses`, never its management address (telephony 1.3). */
    readonly publicAddresses: readonly string[];
  }[];
  /** Records of the endpoint as it was read; undefined: there is none. */
  readonly published?: Json | undefined;
}

const RECORD_TTL_SECONDS = 300;

/**
 * The address records of a site as one DNSEndpoint; undefined when no trunk has a public address to publish. A trunk whose addresses are not
 * known any more keeps the records that it has: calls and certificates hang on them, and that an input has vanished is no wish (telephony 3.5, 7.1).
 * So does a name that nothing but calls under way hang on: it is given without addresses.
 */
export function siteDnsEndpoint({ namespace, name, marker, trunks, published }: DnsRecordsInput): OutsideObject | undefined {
  const names = [...new Set(trunks.map(({ fqdn }) => fqdn.toLowerCase()))];
  const records = names.flatMap((name) => {
    const serving = trunks.filter(({ fqdn }) => fqdn.toLowerCase() === name);
    const addresses = [...new Set(serving.flatMap(({ publicAddresses }) => publicAddresses))];
    return addresses.length === 0 ? recordsOf(name, published) : addressRecords(name, addresses);
  });
  return records.length === 0 ? undefined : { system: 'dns', target: namespace, kind: 'DNSEndpoint', name, fields: { records }, marker };
}

/** What is published for a name. */
export function recordsOf(fqdn: string, published: Json | undefined): Json[] {
  const records = Array.isArray(published) ? published : [];
  return records.filter((record) => nameOf(record) === fqdn.toLowerCase());
}

/** Names that something is published for, in lower case. */
export function publishedNames(published: Json | undefined): string[] {
  return [...new Set((Array.isArray(published) ? published : []).flatMap((record: Json) => nameOf(record) ?? []))];
}

function nameOf(record: Json): string | undefined {
  const name = Object.entries(record ?? {}).find(([key]) => key === 'dnsName')?.[1];
  return typeof name === 'string' ? name.toLowerCase() : undefined;
}

function addressRecords(fqdn: string, publicAddresses: readonly string[]): Json[] {
  return [
    ...recordOf(
      fqdn,
      'A',
      publicAddresses.filter((address) => !address.includes(':')),
    ),
    ...recordOf(
      fqdn,
      'AAAA',
      publicAddresses.filter((address) => address.includes(':')),
    ),
  ];
}

function recordOf(fqdn: string, recordType: string, targets: readonly string[]): Json[] {
  return targets.length === 0 ? [] : [{ dnsName: fqdn.toLowerCase(), recordType, targets: [...targets].sort(), ttl: RECORD_TTL_SECONDS }];
}
