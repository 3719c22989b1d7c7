import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DnsLookup } from '../../operator/integrations/dns/resolver.ts';
import { SandboxClock } from '../../sandbox/cloud/clock.ts';
import { type RunningDns, startDns } from '../../sandbox/cloud/dns/server.ts';
import { createDns, type Dns, seedQuickstartDns } from '../../sandbox/cloud/dns/stand-in.ts';
import { type CloudBase, createCloudBase } from '../../sandbox/cloud/stand-in.ts';

const NAME = 'zurich.teams.carrier.example';
const { signal } = new AbortController();

let base: CloudBase;
let dns: Dns;
let running: RunningDns;
let lookup: DnsLookup;

beforeEach(async () => {
  base = await createCloudBase({ clock: new SandboxClock({ mode: 'manual' }) });
  dns = createDns(base);
  seedQuickstartDns(dns);
  running = await startDns(dns.zones, base);
  lookup = new DnsLookup({ servers: [running.address], timeoutMs: 500, strangerLabel: () => 'nobody-7f3a' });
});
afterEach(async () => {
  await running.close();
});

const publish = (owner: string, dnsName: string, recordType: string, ...targets: string[]): void =>
  dns.publisher.upsert(owner, [{ dnsName, recordType, targets }]);

describe('looking names up', () => {
  it('finds both kinds of addresses, sorted, and none where there are none', async () => {
    dns.publisher.upsert('acme/zurich', [
      { dnsName: NAME, recordType: 'A', targets: ['203.0.113.11', '203.0.113.10'] },
      { dnsName: NAME, recordType: 'AAAA', targets: ['2001:db8::1'] },
    ]);
    expect(await lookup.addressesOf(NAME, signal)).toEqual({
      addresses: ['2001:db8::1', '203.0.113.10', '203.0.113.11'],
      mayBeWildcard: false,
    });
    expect(await lookup.addressesOf('nothing.teams.carrier.example', signal)).toEqual({ addresses: [], mayBeWildcard: false });
  });

  it('knows an address that only a wildcard gives, and that a TXT record takes it away', async () => {
    publish('by hand', '*.teams.carrier.example', 'A', '203.0.113.10');
    expect(await lookup.addressesOf(NAME, signal)).toEqual({ addresses: ['203.0.113.10'], mayBeWildcard: true });
    publish('acme/txt', NAME, 'TXT', 'MS=ms12345678');
    expect([await lookup.addressesOf(NAME, signal), await lookup.textsOf(NAME, signal)]).toEqual([
      { addresses: [], mayBeWildcard: false },
      ['MS=ms12345678'],
    ]);
    publish('acme/a', NAME, 'A', '203.0.113.20');
    expect(await lookup.addressesOf(NAME, signal)).toEqual({ addresses: ['203.0.113.20'], mayBeWildcard: false });
  });

  it('puts long texts together and finds none where there are none', async () => {
    publish('acme/long', NAME, 'TXT', 'x'.repeat(300));
    expect([await lookup.textsOf(NAME, signal), await lookup.textsOf('teams.carrier.example', signal)]).toEqual([['x'.repeat(300)], []]);
  });

  it.each([
    ['fails', { kind: 'status', status: 500 }, 'ESERVFAIL'],
    ['refuses', { kind: 'throttle' }, 'EREFUSED'],
    ['is silent', { kind: 'hang' }, 'ETIMEOUT'],
  ] as const)('takes a server that %s for a failure, never for a missing name', async (_, fault, code) => {
    base.faults.add({ standIn: 'dns', ...fault });
    await expect(lookup.addressesOf(NAME, signal)).rejects.toMatchObject({
      kind: 'Retryable',
      reason: 'DnsUnavailable',
      message: expect.stringContaining(code),
    });
  });

  it('ends when it is told to', async () => {
    base.faults.add({ standIn: 'dns', kind: 'hang' });
    const abort = new AbortController();
    const pending = lookup.addressesOf(NAME, abort.signal);
    abort.abort(new Error('stopping'));
    await expect(pending).rejects.toThrow('stopping');
  });
});
