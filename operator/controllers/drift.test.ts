import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { TENANT } from '../../test/support/controllers/objects.ts';
import { deployedHouse, FQDN, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';
import type { OutsideObject } from '../domain/change/object.ts';

const POLL_MS = 16 * 60_000;
const NAME = 'Unrestricted-zurich';
const ROUTE = { system: 'teams-admin', target: TENANT, kind: 'VoiceRoute', name: NAME };
const RULE = { system: 'sbc', target: 'acme/sbc1', kind: 'DialPlanRule', name: 'TeamsTenants/+414455501[00-49]' };

function route(house: ControllersHouse): OutsideObject | undefined {
  return [...house.outside.stateOf('teams', TENANT).values()].find(({ kind }) => kind === 'VoiceRoute');
}

/** Somebody changes the route in the tenant and removes the rule on the device by hand. */
function breakThings(house: ControllersHouse): void {
  const before = route(house);
  if (before === undefined) throw new Error('there is no route');
  house.outside.put('teams', { ...before, fields: { ...before.fields, numberPattern: '^99' } });
  house.outside.drop('sbc', RULE);
}

describe('what somebody else changes outside', () => {
  it('[S293] comes back in Enforce by itself, with Ready unchanged all the way', async () => {
    const house = await deployedHouse();
    const before = house.outside.picture();
    breakThings(house);
    await house.run(POLL_MS);
    expect(house.outside.picture()).toEqual(before);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.get('SiteLocation', 'zurich').status?.drift).toBeUndefined();
    expect(await house.events()).toContain('DriftCorrected');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it.each([
    'Report',
    'Observe',
  ] as const)('is told in %s with field, before and after, and stays; Ready is unchanged', async (changePolicy) => {
    const house = await deployedHouse();
    house.edit('Customer', 'contoso', { changePolicy });
    await house.run();
    breakThings(house);
    const broken = house.outside.picture();
    await house.run(POLL_MS);
    expect(house.outside.picture()).toEqual(broken);
    expect(house.get('SiteLocation', 'zurich').status).toMatchObject({
      drift: [{ ...ROUTE, field: 'numberPattern', before: '.*', after: '^99' }],
      driftTotals: { objects: 1, fields: 1 },
    });
    expect(house.get('NumberRange', 'office').status).toMatchObject({
      drift: [{ ...RULE, field: 'exists', before: 'present', after: 'missing' }],
    });
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.message('NumberRange', 'office', 'SBCDeployed')).toBe('0 rules read back on 1 SBC');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('is corrected once Report becomes Enforce, and what Report knew is gone from status', async () => {
    const house = await deployedHouse();
    const before = house.outside.picture();
    house.edit('Customer', 'contoso', { changePolicy: 'Report' });
    await house.run();
    breakThings(house);
    await house.run(POLL_MS);
    house.edit('Customer', 'contoso', { changePolicy: 'Enforce' });
    await house.run(10_000);
    expect(house.outside.picture()).toEqual(before);
    expect(house.get('NumberRange', 'office').status?.drift).toBeUndefined();
  });

  it('a change of the spec is carried out in Report, while drift beside it stays', async () => {
    const house = await deployedHouse();
    house.edit('Customer', 'contoso', { changePolicy: 'Report' });
    await house.run();
    house.outside.drop('sbc', RULE);
    await house.run(POLL_MS);
    house.edit('NumberRange', 'office', { prefixes: ['+414455501[00-49]', '+41445550200'] });
    await house.run(10_000);
    const rules = [...house.outside.stateOf('sbc', 'acme/sbc1').values()].map(({ name }) => name);
    expect(rules).toEqual(['TeamsTenants/+41445550200']);
    expect(house.get('NumberRange', 'office').status?.drift).toMatchObject([{ name: RULE.name, after: 'missing' }]);
  });

  it('is not mistaken for drift while a write of ours propagates', async () => {
    const house = await deployedHouse();
    const before = house.outside.teams.batches.length;
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/reconcile-at': '1' });
    await house.run(10_000);
    expect(house.outside.teams.batches.length).toBe(before);
    expect(house.get('SiteLocation', 'zurich').status?.lastHandledReconcileAt).toBe('1');
  });

  it('leaves objects of others alone, whatever they are called', async () => {
    const house = await deployedHouse();
    const foreign = [
      { ...ROUTE, name: 'LocalRoute', fields: { numberPattern: '^1', gateways: [FQDN], usages: ['Old'] } },
      { ...RULE, name: 'TeamsTenants/+41999', fields: { tag: 'else.example.net', ruleName: 'else' } },
    ];
    house.outside.put('teams', foreign[0] as OutsideObject);
    house.outside.put('sbc', foreign[1] as OutsideObject);
    await house.run(POLL_MS);
    expect(house.outside.picture()).toHaveLength(6);
    expect(house.outside.writes.filter(({ name }) => name === 'LocalRoute' || name.endsWith('+41999'))).toEqual([]);
  });
});
