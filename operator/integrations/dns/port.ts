import type { Driver } from '../../domain/change/driver.ts';
import type { OutsideObject } from '../../domain/change/object.ts';

/**
 * DNS records as external-dns `DNSEndpoint` objects. `objects`: kind `DNSEndpoint`, name = metadata.name, system `dns`, target = namespace,
 * fields `{ records: [{ dnsName, recordType, targets[], ttl }] }`; the marker is annotation `trunkline.dev/owner`.
 */
export interface DnsView {
  readonly objects: readonly OutsideObject[];
  /** False: the DNSEndpoint kind is not installed in this cluster (`DNSEndpointKindMissing`; Manual mode still works). */
  readonly kindInstalled: boolean;
}

/** system `dns`, target id = namespace. */
export type DnsDriver = Driver<DnsView>;
