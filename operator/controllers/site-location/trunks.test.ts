import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { CARRIER, customer, device, range, site, TENANT, trunk } from '../../../test/support/controllers/objects.ts';
import { house as newHouse, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';
import { OperatorError } from '../../errors/operator-error.ts';

const NAME = 'Unrestricted-zurich';
const [ZURICH, BASEL] = [`zurich.${CARRIER}`, `basel.${CARRIER}`];
const GONE = new OperatorError('Nobody answers', { kind: 'Retryable', reason: 'Unreachable' });

type Second = Parameters<typeof trunk>[1];

/** A site with a trunk on each of two devices, and a range. */
async function twoTrunks(second: Second = {}): Promise<ControllersHouse> {
  const house = await newHouse();
  house.outside.addDevice('acme/sbc2');
  house.apply(customer(), device(), device('sbc2'), withSecond(second), range());
  await house.run(20_000);
  return house;
}

function withSecond(second: Second) {
  return site('zurich', { trunks: [trunk(), trunk('second', { sbcRef: { name: 'sbc2' }, label: 'basel', ...second })] });
}

function routes(house: ControllersHouse): unknown[] {
  const found = [...house.outside.stateOf('teams', TENANT).values()].filter(({ kind }) => kind === 'VoiceRoute');
  return found.map(({ name, fields }) => [name, fields['gateways'], fields['usages']]).sort();
}

function tags(house: ControllersHouse, sbc: string): unknown[] {
  return [...house.outside.stateOf('sbc', `acme/${sbc}`).values()].map(({ fields }) => fields['tag']);
}

function published(house: ControllersHouse): unknown[] {
  const endpoints = house.kube.all('dnsendpoints').map(({ spec }) => spec as { endpoints: { dnsName: string }[] });
  return endpoints.flatMap((one) => one.endpoints.map(({ dnsName }) => dnsName)).sort();
}

function expectReady(house: ControllersHouse): void {
  expect([house.ready('SiteLocation', 'zurich'), house.ready('NumberRange', 'office')]).toEqual(['True/Deployed', 'True/Deployed']);
}

/** The device stops answering, long enough for everybody to notice. */
async function loseDevice(house: ControllersHouse, key: string): Promise<void> {
  house.outside.sbc.misbehave({ system: 'sbc', id: key, lane: `device/${key}` }, { on: 'read', how: 'fail', error: GONE, times: 10_000 });
  await house.run(3 * 3_600_000);
}

describe('a site with two trunks', () => {
  it('of equal priority has one route over both, records for both, and rules on both devices with the name of their own trunk', async () => {
    const house = await twoTrunks();
    expectReady(house);
    expect(routes(house)).toEqual([[NAME, [BASEL, ZURICH], [NAME]]]);
    expect(tags(house, 'sbc1')).toEqual([ZURICH]);
    expect(tags(house, 'sbc2')).toEqual([BASEL]);
    expect(published(house)).toEqual([BASEL, ZURICH]);
    expect(house.get('SiteLocation', 'zurich').status).toMatchObject({
      trunksReady: '2/2',
      trunks: [
        { name: 'main', fqdn: ZURICH, m365: 'Deployed', sbc: 'Deployed', domain: 'Activated', routeName: NAME },
        { name: 'second', fqdn: BASEL, m365: 'Deployed', sbc: 'Deployed', domain: 'Activated', routeName: NAME },
      ],
    });
    expect(house.condition('SiteLocation', 'zurich', 'Degraded')).toBe('False/AllTrunksServing');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('of two priorities has a route for each, with the same usage', async () => {
    const house = await twoTrunks({ priority: 4 });
    expectReady(house);
    expect(routes(house)).toEqual([
      [NAME, [ZURICH], [NAME]],
      [`${NAME}-2`, [BASEL], [NAME]],
    ]);
    expect(house.get('SiteLocation', 'zurich').status?.trunks?.map(({ routeName }) => routeName)).toEqual([NAME, `${NAME}-2`]);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('of which one is Standby is Ready with the other: rules and record are prepared, calls it carries none', async () => {
    const house = await twoTrunks({ state: 'Standby' });
    expectReady(house);
    expect(routes(house)).toEqual([[NAME, [ZURICH], [NAME]]]);
    expect(tags(house, 'sbc2')).toEqual([BASEL]);
    expect(published(house)).toEqual([BASEL, ZURICH]);
    house.apply(withSecond({ state: 'Active' }));
    await house.run(20_000);
    expect(routes(house)).toEqual([[NAME, [BASEL, ZURICH], [NAME]]]);
    expectReady(house);
  });

  it('of which one is lost is degraded, not undeployed, and nothing is written for it', async () => {
    const house = await twoTrunks();
    const before = { picture: house.outside.picture(), writes: house.outside.writes.length };
    await loseDevice(house, 'acme/sbc2');
    expect(house.condition('SBCDevice', 'sbc2', 'Connected')).not.toMatch(/^True/);
    expect(house.condition('SiteLocation', 'zurich', 'Degraded')).toBe('True/TrunkLost');
    expect(house.message('SiteLocation', 'zurich', 'Degraded')).toContain('second');
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.condition('SiteLocation', 'zurich', 'SBCDeployed')).toBe('True/Deployed');
    expect(house.get('SiteLocation', 'zurich').status?.trunksReady).toBe('1/2');
    expect({ picture: house.outside.picture(), writes: house.outside.writes.length }).toEqual(before);
  });

  it('of which one is not there yet is not deployed: a new site needs all of them', async () => {
    const house = await newHouse();
    house.apply(customer(), device(), device('sbc2'), withSecond({}));
    await house.run(60_000);
    expect(house.ready('SiteLocation', 'zurich')).not.toMatch(/^True/);
    expect(house.outside.writes).toEqual([]);
  });
});

describe('adding a trunk to a running site', () => {
  it('puts rules and record beside the others and widens the route; nothing of the first one is touched', async () => {
    const house = await newHouse();
    house.outside.addDevice('acme/sbc2');
    house.apply(customer(), device(), device('sbc2'), site(), range());
    await house.run(20_000);
    expectReady(house);
    const { teams, sbc } = house.outside;
    const before = [teams, sbc].map(({ batches }) => batches.length);
    house.apply(withSecond({}));
    await house.run(20_000);
    expectReady(house);
    expect(routes(house)).toEqual([[NAME, [BASEL, ZURICH], [NAME]]]);
    expect(tags(house, 'sbc2')).toEqual([BASEL]);
    const news = [teams, sbc].flatMap(({ batches }, index) => batches.slice(before[index]).flatMap(({ changes }) => changes));
    const writes = news.map(({ action, kind, target }) => `${action} ${kind} ${target}`);
    expect(writes.sort()).toEqual([`create DialPlanRule acme/sbc2`, `update VoiceRoute ${TENANT}`]);
  });

  it('whose SBC does not take the rules gets no route yet, and says what it waits for; it goes on by itself', async () => {
    const house = await newHouse();
    house.outside.addDevice('acme/sbc2');
    house.apply(customer(), device(), device('sbc2', { locked: true }), site(), range());
    await house.run(20_000);
    house.apply(withSecond({}));
    await house.run(60_000);
    expect(routes(house)).toEqual([[NAME, [ZURICH], [NAME]]]);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/Deploying');
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toMatch(/spec\.trunks\[second\]: .* NumberRange office .* acme\/sbc2/);
    house.edit('SBCDevice', 'sbc2', { locked: false });
    await house.run(20_000);
    expect(routes(house)).toEqual([[NAME, [BASEL, ZURICH], [NAME]]]);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('keeps its route when the operator loses what it knew while rules are still on their way to its SBC', async () => {
    const house = await newHouse();
    house.outside.addDevice('acme/sbc2');
    house.apply(customer(), device(), device('sbc2'), withSecond({}), range());
    await house.run(20_000);
    const before = routes(house);
    house.edit('SBCDevice', 'sbc2', { locked: true });
    house.edit('NumberRange', 'office', { prefixes: ['+414455501[00-49]', '+41445550200'] });
    await house.run(10_000);
    house.wipeStatus('SiteLocation', 'zurich');
    await house.run(60_000);
    expect(routes(house)).toEqual(before);
  });

  it('whose name no user keeps active yet leaves the route alone, and says so; it goes on by itself', async () => {
    const house = await newHouse();
    house.outside.addDevice('acme/sbc2');
    const tenant = house.outside.tenants.get(TENANT);
    const voiceDomains = tenant?.voiceDomains ?? [];
    if (tenant !== undefined) tenant.voiceDomains = voiceDomains.filter((domain) => domain !== BASEL);
    house.apply(customer(), device(), device('sbc2'), site());
    await house.run(20_000);
    house.apply(withSecond({}));
    await house.run(20_000);
    expect(routes(house)).toEqual([[NAME, [ZURICH], [NAME]]]);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/DomainNotActivated');
    if (tenant !== undefined) tenant.voiceDomains = voiceDomains;
    await house.run(20 * 60_000);
    expect(routes(house)).toEqual([[NAME, [BASEL, ZURICH], [NAME]]]);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });
});
