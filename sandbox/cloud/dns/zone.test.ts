import { beforeEach, describe, expect, it } from 'vitest';
import { Zones } from './zone.ts';

const a = (name: string, ...values: string[]) => ({ name, type: 'A' as const, ttl: 300, values });
const txt = (name: string, ...values: string[]) => ({ name, type: 'TXT' as const, ttl: 300, values });

describe('wildcards (RFC 4592, telephony 3.5)', () => {
  let zones: Zones;
  beforeEach(() => {
    zones = new Zones(['carrier.example']);
    zones.set(a('*.teams.carrier.example', '203.0.113.10'));
    zones.set(txt('acme.teams.carrier.example', 'MS=ms12345678'));
    zones.set(a('deep.below.teams.carrier.example', '203.0.113.11'));
  });

  it('answers for a name that does not exist', () => {
    expect(zones.lookup('other.teams.carrier.example', 'A')).toEqual({
      outcome: 'found',
      synthesised: true,
      records: [a('other.teams.carrier.example', '203.0.113.10')],
    });
    expect(zones.lookup('two.labels.teams.carrier.example', 'A')).toMatchObject({ outcome: 'found' });
  });

  it('is switched off by any record at the name: a TXT record takes the address away', () => {
    expect(zones.lookup('acme.teams.carrier.example', 'A')).toEqual({ outcome: 'noData', zone: 'carrier.example' });
    expect(zones.lookup('acme.teams.carrier.example', 'TXT')).toMatchObject({ outcome: 'found', synthesised: false });
  });

  it('is switched off by a name below, and does not reach below an existing name', () => {
    expect(zones.lookup('below.teams.carrier.example', 'A')).toEqual({ outcome: 'noData', zone: 'carrier.example' });
    expect(zones.lookup('x.acme.teams.carrier.example', 'A')).toEqual({ outcome: 'nxDomain', zone: 'carrier.example' });
    expect(zones.lookup('x.below.teams.carrier.example', 'A')).toEqual({ outcome: 'nxDomain', zone: 'carrier.example' });
  });

  it('has no other type than its own', () => {
    expect(zones.lookup('other.teams.carrier.example', 'TXT')).toEqual({ outcome: 'noData', zone: 'carrier.example' });
  });

  it('answers again when the name is gone', () => {
    zones.delete('acme.teams.carrier.example', 'TXT');
    expect(zones.lookup('acme.teams.carrier.example', 'A')).toMatchObject({ outcome: 'found', synthesised: true });
  });
});

describe('zones', () => {
  const zones = new Zones(['carrier.example', 'sub.carrier.example']);
  zones.set({ name: 'www.carrier.example', type: 'CNAME', ttl: 60, values: ['host.sub.carrier.example'] });
  zones.set(a('host.sub.carrier.example', '203.0.113.1'));
  zones.set({ name: 'loop.carrier.example', type: 'CNAME', ttl: 60, values: ['loop.carrier.example'] });

  it('refuses what is not theirs and knows the deepest zone', () => {
    expect(zones.lookup('carrier.example.org', 'A')).toEqual({ outcome: 'refused' });
    expect(zones.lookup('nothing.sub.carrier.example', 'A')).toEqual({ outcome: 'nxDomain', zone: 'sub.carrier.example' });
    expect(zones.lookup('carrier.example', 'A')).toEqual({ outcome: 'noData', zone: 'carrier.example' });
  });

  it('follows aliases, and not for ever', () => {
    expect(zones.lookup('WWW.carrier.example.', 'A')).toMatchObject({ records: [{ type: 'CNAME' }, { type: 'A' }] });
    expect(zones.lookup('loop.carrier.example', 'A')).toMatchObject({ outcome: 'found' });
  });
});
