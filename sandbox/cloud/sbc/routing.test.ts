import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutgoingLeg } from './routing.ts';
import { callFromCarrier, callFromTeams } from './seed.ts';
import { startTestDevice, type TestDevice } from './test-device.ts';

let sbc: TestDevice;
beforeEach(async () => {
  sbc = await startTestDevice();
});
afterEach(async () => sbc.close());

const legTo = (number: string): OutgoingLeg | undefined => {
  const result = sbc.device.routeInvite(callFromCarrier(number));
  return result.outcome === 'routed' ? result.leg : undefined;
};
const addTenant = (prefix: string, tag: string): unknown => sbc.person.addRule({ plan: 'TeamsTenants', prefix, tag });

describe('a simulated INVITE (telephony 8)', () => {
  it('leaves towards Teams with the customer FQDN as Contact host', () => {
    addTenant('+4143000[2000-2099]', 'acme.teams.carrier.example');
    expect(legTo('+41430002042')).toEqual({
      ipGroup: 'Teams',
      contactHost: 'acme.teams.carrier.example',
      fromHost: 'acme.teams.carrier.example',
      requestHost: 'sip.pstnhub.microsoft.com',
      callingUser: '+41791112233',
      calledUser: '+41430002042',
      addresses: ['sip.pstnhub.microsoft.com:5061', 'sip2.pstnhub.microsoft.com:5061', 'sip3.pstnhub.microsoft.com:5061'],
    });
  });

  it('leaves with the base FQDN when no rule knows the number, so Teams would refuse it', () => {
    expect(legTo('+41990000000')?.contactHost).toBe('teams.carrier.example');
  });

  it('follows the most specific rule, in whatever order they stand', () => {
    addTenant('+4143', 'wide.teams.carrier.example');
    addTenant('+41430001', 'narrow.teams.carrier.example');
    addTenant('+4143000[1000-1999]', 'set.teams.carrier.example');
    expect(legTo('+41430001234')?.contactHost).toBe('set.teams.carrier.example');
    expect(legTo('+41430001')?.contactHost).toBe('narrow.teams.carrier.example');
    expect(legTo('+41439')?.contactHost).toBe('wide.teams.carrier.example');
  });

  it('takes the first or the last of two equal rules (switch)', () => {
    addTenant('+4143', 'first.teams.carrier.example');
    addTenant('+4143', 'second.teams.carrier.example');
    expect(legTo('+4143')?.contactHost).toBe('first.teams.carrier.example');
    sbc.base.switches.set('sbc.duplicateWinner', 'highestIndex');
    expect(legTo('+4143')?.contactHost).toBe('second.teams.carrier.example');
  });

  it('sees a changed and a removed rule at once', () => {
    addTenant('+4143', 'acme.teams.carrier.example');
    expect(legTo('+4143')?.contactHost).toBe('acme.teams.carrier.example');
    sbc.person.changeRule('TeamsTenants', '+4143', { tag: 'other.teams.carrier.example' });
    expect(legTo('+4143')?.contactHost).toBe('other.teams.carrier.example');
    sbc.person.removeRule('TeamsTenants', '+4143');
    expect(legTo('+4143')?.contactHost).toBe('teams.carrier.example');
  });

  it('goes from Teams to the carrier', () => {
    const result = sbc.device.routeInvite(callFromTeams('+41430002042', '+41791112233', 'acme.teams.carrier.example'));
    expect(result).toMatchObject({ outcome: 'routed', sourceIpGroup: 'Teams', route: 'Teams to carrier', leg: { ipGroup: 'Carrier' } });
  });

  it('is dropped when it comes from nowhere known', () => {
    const stranger = { ...callFromTeams('+1', '+2', 'x'), sourceAddress: '198.51.100.1' };
    expect(sbc.device.routeInvite(stranger)).toMatchObject({ outcome: 'refused', code: 0, reason: 'not classified' });
    const imposter = { ...callFromTeams('+1', '+2', 'x'), contactHost: 'evil.example' };
    expect(sbc.device.routeInvite(imposter)).toMatchObject({ outcome: 'refused', code: 0 });
    expect(sbc.device.routeInvite({ ...callFromCarrier('+2'), sipInterface: 'None' })).toMatchObject({ outcome: 'refused' });
  });

  it('is refused while the proxy set is offline, and without a route', () => {
    sbc.device.offlineProxySets.add(1);
    expect(sbc.device.routeInvite(callFromCarrier('+41'))).toMatchObject({ outcome: 'refused', code: 503 });
    sbc.device.running.remove('IP2IPRouting', 2);
    expect(sbc.device.routeInvite(callFromCarrier('+41'))).toMatchObject({ outcome: 'refused', code: 404, reason: 'no route found' });
  });

  it('goes wrong without a piece of the baseline: no manipulation, no Contact host', () => {
    addTenant('+4143', 'acme.teams.carrier.example');
    sbc.device.running.remove('MessageManipulations', 0);
    expect(legTo('+4143')?.contactHost).toBe('teams.carrier.example');
  });

  it('is routed by the tag of the called number (§12.7)', async () => {
    const script = [
      'configure voip',
      'ip-group 0',
      'sbc-dial-plan-name "CustDialPlan"',
      'activate',
      'exit',
      'ip-group 2',
      'name "PBX"',
      'proxy-set-name "Carrier"',
      'tags "wingtip.teams.carrier.example"',
      'activate',
      'exit',
      'sbc routing ip2ip-routing 2',
      'dst-type dest-tag',
      'activate',
    ];
    await sbc.script(`${script.join('\n')}\n`);
    expect(legTo('+41440002000')?.ipGroup).toBe('PBX');
    expect(sbc.device.routeInvite(callFromCarrier('+41990000000'))).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('no destination tag'),
    });
    sbc.base.switches.set('sbc.tagWithoutName', 'isNothing');
    expect(sbc.device.routeInvite(callFromCarrier('+41440002000'))).toMatchObject({ outcome: 'refused', code: 404 });
  });

  it('refuses to guess what it does not model', async () => {
    await sbc.script('configure voip\ncall-setup-rules 0\nquery-type enum\nactivate\n');
    expect(() => sbc.device.routeInvite(callFromCarrier('+41'))).toThrow('query type 3');
  });
});
