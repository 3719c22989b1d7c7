import { describe, expect, it } from 'vitest';
import type { Json } from '../change/object.ts';
import { siteDnsEndpoint } from './dns-records.ts';

const A = 'a.voice.example.net';
const B = 'b.voice.example.net';

interface Trunk {
  readonly fqdn: string;
  readonly publicAddresses: readonly string[];
}

function records(trunks: readonly Trunk[], published?: Json): Json | undefined {
  return siteDnsEndpoint({ namespace: 'acme', name: 'trunkline-a', marker: 'm', trunks, published })?.fields['records'];
}

function record(dnsName: string, target: string, recordType = 'A'): Json {
  return { dnsName, recordType, targets: [target], ttl: 300 };
}

describe('the address records of a site', () => {
  it('lead each trunk to the addresses of its device, by family', () => {
    expect(records([{ fqdn: A, publicAddresses: ['2001:db8::1', '203.0.113.1'] }])).toEqual([
      record(A, '203.0.113.1'),
      record(A, '2001:db8::1', 'AAAA'),
    ]);
  });

  it('are none where no address was ever known', () => {
    expect(records([{ fqdn: A, publicAddresses: [] }])).toBeUndefined();
  });

  it('stay as they are for a trunk whose addresses have vanished, whatever else changes', () => {
    const published = [record(A, '203.0.113.1'), record(B, '203.0.113.2')];
    expect(
      records(
        [
          { fqdn: A, publicAddresses: [] },
          { fqdn: B, publicAddresses: ['203.0.113.9'] },
        ],
        published,
      ),
    ).toEqual([record(A, '203.0.113.1'), record(B, '203.0.113.9')]);
  });

  it('go with their trunk', () => {
    expect(records([{ fqdn: B, publicAddresses: [] }], [record(A, '203.0.113.1'), record(B, '203.0.113.2')])).toEqual([
      record(B, '203.0.113.2'),
    ]);
  });

  it('are one set for two trunks of one name, also when one of them has no address', () => {
    const both = [
      { fqdn: A, publicAddresses: ['203.0.113.2'] },
      { fqdn: A, publicAddresses: ['203.0.113.1'] },
    ];
    expect(records(both)).toEqual([{ dnsName: A, recordType: 'A', targets: ['203.0.113.1', '203.0.113.2'], ttl: 300 }]);
    expect(
      records(
        [both[0], { fqdn: A, publicAddresses: [] }].flatMap((trunk) => trunk ?? []),
        [record(A, '203.0.113.1')],
      ),
    ).toEqual([record(A, '203.0.113.2')]);
  });
});
