import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SandboxClock } from '../clock.ts';
import { type CloudBase, createCloudBase } from '../stand-in.ts';
import { IGNORES_TXT } from './publisher.ts';
import { type RunningDns, startDns } from './server.ts';
import { createDns, type Dns, seedQuickstartDns } from './stand-in.ts';

const NAME = 'zurich.teams.carrier.example';
const A_RECORD = { dnsName: NAME, recordType: 'A', targets: ['203.0.113.10'], recordTTL: 60 };
const TXT_RECORD = { dnsName: NAME, recordType: 'TXT', targets: ['MS=ms12345678'] };

const resolverWith = (timeout: number): Resolver => {
  const made = new Resolver({ timeout, tries: 1 });
  made.setServers([running.address]);
  return made;
};

let base: CloudBase;
let dns: Dns;
let running: RunningDns;
let resolver: Resolver;

beforeEach(async () => {
  base = await createCloudBase({ clock: new SandboxClock({ mode: 'manual' }) });
  dns = createDns(base);
  seedQuickstartDns(dns);
  running = await startDns(dns.zones, base);
  resolver = resolverWith(5000);
});
afterEach(async () => {
  resolver.cancel();
  await running.close();
});

describe('queries over real sockets', () => {
  it('answers A with its time to live, in the spelling asked', async () => {
    dns.publisher.upsert('quickstart/zurich', [A_RECORD]);
    expect(await resolver.resolve4(NAME, { ttl: true })).toEqual([{ address: '203.0.113.10', ttl: 60 }]);
    expect(await resolver.resolve4(NAME.toUpperCase())).toEqual(['203.0.113.10']);
    expect(base.log.list({ standIn: 'dns' })).toMatchObject([{ path: `/A/${NAME}`, status: 0, target: NAME }, { standIn: 'dns' }]);
  });

  it('answers the other types', async () => {
    const other = (dnsName: string, recordType: string, ...targets: string[]) => ({ dnsName, recordType, targets });
    dns.publisher.upsert('x/y', [
      TXT_RECORD,
      other('v6.carrier.example', 'AAAA', '2001:db8::1'),
      other('www.carrier.example', 'CNAME', 'teams.carrier.example.'),
      other('carrier.example', 'MX', '10 mx.carrier.example'),
      other('_sip._tls.carrier.example', 'SRV', '100 1 443 sipdir.online.lync.com'),
      other('long.carrier.example', 'TXT', 'x'.repeat(300)),
    ]);
    expect(await resolver.resolveTxt(NAME)).toEqual([['MS=ms12345678']]);
    expect(await resolver.resolve6('v6.carrier.example')).toEqual(['2001:db8::1']);
    expect(await resolver.resolve4('www.carrier.example')).toEqual(['203.0.113.10']);
    expect(await resolver.resolveMx('carrier.example')).toMatchObject([{ priority: 10, exchange: 'mx.carrier.example' }]);
    expect(await resolver.resolveSrv('_sip._tls.carrier.example')).toMatchObject([{ port: 443, name: 'sipdir.online.lync.com' }]);
    expect((await resolver.resolveTxt('long.carrier.example')).flat().join('')).toHaveLength(300);
    expect(await resolver.resolveNs('carrier.example')).toEqual(['ns.carrier.example']);
    expect(await resolver.resolveSoa('carrier.example')).toMatchObject({ nsname: 'ns.carrier.example' });
  });

  it.each([
    ['a name that is not there', 'nothing.carrier.example', 'ENOTFOUND'],
    ['a type that is not there', 'teams.carrier.example', 'ENODATA'],
    ['a foreign zone', 'example.org', 'EREFUSED'],
  ])('refuses %s', async (_, name, code) => {
    await expect(resolver.resolveTxt(name)).rejects.toMatchObject({ code });
  });

  it('answers large sets over TCP after truncation', async () => {
    const targets = Array.from({ length: 200 }, (_, at) => `198.51.100.${at}`);
    dns.publisher.upsert('x/y', [{ ...A_RECORD, targets }]);
    expect(await resolver.resolve4(NAME)).toHaveLength(200);
  });

  it('closes TCP connections when it stops', async () => {
    const socket = connect(running.port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => socket.once('connect', resolve));
    await running.close();
    await closed;
    running = await startDns(dns.zones, base);
  });

  it.each([
    ['status', { kind: 'status', status: 500 }, 'ESERVFAIL'],
    ['throttle', { kind: 'throttle' }, 'EREFUSED'],
    ['hang', { kind: 'hang' }, 'ETIMEOUT'],
  ] as const)('does what a %s fault says', async (_, fault, code) => {
    base.faults.add({ standIn: 'dns', times: 1, ...fault });
    const impatient = resolverWith(fault.kind === 'hang' ? 300 : 5000);
    await expect(impatient.resolve4('teams.carrier.example')).rejects.toMatchObject({ code });
    expect(await resolver.resolve4('teams.carrier.example')).toEqual(['203.0.113.10']);
  });

  it('uses the port it is given, and says so when it is taken', async () => {
    await expect(startDns(dns.zones, base, { port: running.port })).rejects.toThrow('EADDRINUSE');
  });
});

describe('publishing (telephony 3.5)', () => {
  it('withdraws what an owner wants no more', async () => {
    dns.publisher.upsert('quickstart/zurich', [A_RECORD, TXT_RECORD]);
    dns.publisher.upsert('quickstart/zurich', [A_RECORD]);
    await expect(resolver.resolveTxt(NAME)).rejects.toMatchObject({ code: 'ENODATA' });
    dns.publisher.remove('quickstart/zurich');
    await expect(resolver.resolve4(NAME)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(dns.publisher.owners()).toEqual([]);
  });

  it('lets the older of two owners win, and the other follow', async () => {
    dns.publisher.upsert('a/first', [A_RECORD]);
    dns.publisher.upsert('b/second', [{ ...A_RECORD, targets: ['198.51.100.1'] }]);
    expect(await resolver.resolve4(NAME)).toEqual(['203.0.113.10']);
    dns.publisher.remove('a/first');
    expect(await resolver.resolve4(NAME)).toEqual(['198.51.100.1']);
  });

  it('ignores TXT records without the flags for them, so the wildcard stays in force', async () => {
    dns.publisher.upsert('by hand: wildcard', [{ dnsName: '*.teams.carrier.example', recordType: 'A', targets: ['203.0.113.99'] }]);
    dns.publisher.setMode(IGNORES_TXT);
    dns.publisher.upsert('quickstart/zurich', [TXT_RECORD]);
    expect(await resolver.resolve4(NAME)).toEqual(['203.0.113.99']);
    dns.publisher.setMode({ managedRecordTypes: ['A', 'TXT'] });
    expect(await resolver.resolveTxt(NAME)).toEqual([['MS=ms12345678']]);
    await expect(resolver.resolve4(NAME)).rejects.toMatchObject({ code: 'ENODATA' });
    dns.publisher.setMode({ registryPrefix: '' });
    expect(await resolver.resolve4(NAME)).toEqual(['203.0.113.99']);
  });

  it('publishes nothing while it is off', async () => {
    dns.publisher.setMode({ enabled: false });
    dns.publisher.upsert('quickstart/zurich', [A_RECORD]);
    await expect(resolver.resolve4(NAME)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    dns.publisher.setMode({ enabled: true });
    expect(await resolver.resolve4(NAME)).toEqual(['203.0.113.10']);
  });

  it('takes its interval in the realistic profile', async () => {
    base.consistency.setProfile('realistic');
    dns.publisher.upsert('quickstart/zurich', [A_RECORD]);
    await expect(resolver.resolve4(NAME)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    base.clock.advance(60_000);
    expect(await resolver.resolve4(NAME)).toEqual(['203.0.113.10']);
  });

  it.each([
    [{ ...A_RECORD, targets: ['not an address'] }, 'no target of a A record'],
    [{ ...A_RECORD, targets: [] }, 'no targets'],
    [{ ...A_RECORD, recordType: 'BOGUS' }, 'not known'],
    [{ ...A_RECORD, dnsName: 'bad name.carrier.example' }, 'not a domain name'],
    [{ ...A_RECORD, dnsName: 'host.example.org' }, 'no zone here covers it'],
    [{ dnsName: NAME, recordType: 'CNAME', targets: ['a.example', 'b.example'] }, 'one target'],
  ])('says why it publishes nothing for %j', (endpoint, problem) => {
    dns.publisher.upsert('x/y', [endpoint]);
    expect(dns.publisher.problems()['x/y']?.[0]).toContain(problem);
    expect(dns.zones.records()).toHaveLength(1);
  });
});

it('shows records and takes records by hand in the admin API', async () => {
  const { admin } = dns.standIn;
  const send = (method: string, path: string, body?: unknown) =>
    admin?.request(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  expect(await (await send('PUT', '/by-hand/me', [A_RECORD]))?.json()).toEqual({});
  expect(await (await send('GET', '/records'))?.json()).toHaveLength(2);
  expect(await (await send('GET', `/lookup/A/${NAME}`))?.json()).toMatchObject({ outcome: 'found' });
  expect(await (await send('PATCH', '/mode', { enabled: false }))?.json()).toMatchObject({ enabled: false });
  expect((await send('DELETE', '/by-hand/me'))?.status).toBe(204);
  expect(dns.standIn.snapshot?.()).toHaveLength(2);
});
