import type { Json, OutsideObject } from '../change/object.ts';

export interface DnsRecordsInput {
  readonly namespace: string;
  /** metadata.name of the DNSEndpoint. */
  readonly name: string;
  readonly marker: string;
  readonly trunks: readonly {
    readonly fqdn: string /** `SBCDevice.spec.teams.publicAddresses`, never its management address (telephony 1.3). */;
    readonly publicAddresses: readonly string[];
  }[];
}

const RECORD_TTL_SECONDS = 300;

/** The address records of a site as one DNSEndpoint; undefined when no trunk has a public address to publish. */
export function siteDnsEndpoint({ namespace, name, marker, trunks }: DnsRecordsInput): OutsideObject | undefined {
  const records = trunks.flatMap(({ fqdn, publicAddresses }) => [
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
  ]);
  return records.length === 0 ? undefined : { system: 'dns', target: namespace, kind: 'DNSEndpoint', name, fields: { records }, marker };
}

function recordOf(fqdn: string, recordType: string, targets: readonly string[]): Json[] {
  return targets.length === 0 ? [] : [{ dnsName: fqdn.toLowerCase(), recordType, targets: [...targets].sort(), ttl: RECORD_TTL_SECONDS }];
}
