import { expect, it } from 'vitest';
import { customer, device, range, site, TENANT } from '../../test/support/controllers/objects.ts';
import { house as newHouse } from '../../test/support/controllers/story.ts';
import type { OutsideObject } from '../domain/change/object.ts';
import { deviceTarget, voiceTarget } from './targets.ts';

const NAME = 'Unrestricted-zurich';
const ROUTE: OutsideObject = {
  system: 'teams-admin',
  target: TENANT,
  kind: 'VoiceRoute',
  name: NAME,
  fields: { numberPattern: '^99', gateways: [], usages: [NAME] },
};
const USAGE: OutsideObject = { ...ROUTE, kind: 'PstnUsage', fields: {} };
const RULE: OutsideObject = {
  system: 'sbc',
  target: 'acme/sbc1',
  kind: 'DialPlanRule',
  name: 'TeamsTenants/+414455501[00-49]',
  fields: { tag: 'else.example.net', ruleName: 'else' },
};

it('strangers who took announced names stay when the names are not wanted any more', async () => {
  const house = await newHouse();
  house.apply(customer('contoso', { suspend: true }), device(), site(), range());
  await house.run(10_000);
  const announced = house.get('SiteLocation', 'zurich').status?.footprint?.filter(({ system }) => system === 'teams-admin');
  expect(announced?.map(({ state }) => state)).toEqual(['Pending', 'Pending', 'Pending']);
  for (const object of [ROUTE, USAGE]) house.outside.put('teams', object);
  house.outside.put('sbc', RULE);
  // The first look that finds the strangers is the first that does not want the names any more.
  house.delivery.invalidate(voiceTarget(TENANT));
  house.delivery.invalidate(deviceTarget('acme/sbc1'));
  house.edit('SiteLocation', 'zurich', { m365: { defaultRouting: false } });
  house.edit('NumberRange', 'office', { prefixes: ['+41445550200'] });
  house.edit('Customer', 'contoso', { suspend: false });
  await house.run(1_000_000);
  expect([...house.outside.stateOf('teams', TENANT).values()]).toEqual([ROUTE, USAGE]);
  expect(house.outside.stateOf('sbc', 'acme/sbc1').size).toBe(2);
  expect(house.outside.writes.map(({ action, kind, name }) => `${action} ${kind} ${name}`)).toEqual([
    'create DialPlanRule TeamsTenants/+41445550200',
  ]);
  expect(house.get('SiteLocation', 'zurich').status?.footprint?.filter(({ system }) => system === 'teams-admin')).toEqual([]);
});

it('a stranger who came after the picture by which a pattern was granted is told and kept; adoption takes it over', async () => {
  const house = await newHouse();
  house.apply(customer(), device(), site());
  await house.run(10_000);
  house.outside.put('sbc', RULE);
  house.apply(range());
  await house.run(600_000);
  expect(house.condition('NumberRange', 'office', 'Accepted')).toBe('False/NameTaken');
  expect(house.message('NumberRange', 'office', 'Accepted')).toContain('else.example.net');
  expect(house.ready('NumberRange', 'office')).toBe('False/NameTaken');
  expect(house.get('NumberRange', 'office').status?.held).toEqual([]);
  expect([...house.outside.stateOf('sbc', 'acme/sbc1').values()]).toEqual([RULE]);
  house.annotate('NumberRange', 'office', { 'trunkline.dev/adopt': 'true' });
  await house.run(60_000);
  expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
});

it('a rule of ours whose tag somebody changed has only drifted: it is put back, not refused', async () => {
  const house = await newHouse();
  house.apply(customer(), device(), site(), range());
  await house.run(10_000);
  house.outside.put('sbc', RULE);
  house.delivery.invalidate(deviceTarget('acme/sbc1'));
  await house.run(2_000_000);
  expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  expect([...house.outside.stateOf('sbc', 'acme/sbc1').values()][0]?.fields['tag']).toBe('zurich.voice.example.net');
});
