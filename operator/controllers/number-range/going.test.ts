import { describe, expect, it } from 'vitest';
import { range } from '../../../test/support/controllers/objects.ts';
import type { NumberRange } from '../../api/kinds.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import { type GoingInput, goingRules, replacementsAt, type SeenRules, withoutPatterns } from './going.ts';
import type { Placement } from './placement.ts';

const [A, B] = ['+41445550100', '+41445550101'];
const MAIN: Placement = {
  trunk: 'main',
  device: 'acme/sbc1',
  fqdn: 'zurich.voice.example.net',
  plan: 'Teams',
  tag: 'zurich.voice.example.net',
};
const SECOND: Placement = { ...MAIN, trunk: 'second', device: 'acme/sbc2', tag: 'geneva.voice.example.net' };

type Entry = NonNullable<NonNullable<NumberRange['status']>['footprint']>[number];

function entry(more: Partial<Entry> = {}): Entry {
  return { system: 'sbc', target: MAIN.device, kind: 'DialPlanRule', name: MAIN.plan, state: 'Applied', members: [A], ...more };
}

function input({
  entries = [entry()],
  spec = {},
  ...more
}: Partial<GoingInput> & { entries?: Entry[]; spec?: Partial<NumberRange['spec']> }): GoingInput {
  const trunks = [MAIN, SECOND].map(({ trunk, device, tag, plan }) => ({ name: trunk, device, tag, dialPlan: plan }));
  const of = { ...range('office', spec), status: { footprint: entries, trunks } };
  return { range: of, held: new Set([A, B]), wanted: new Set([A]), places: [MAIN, SECOND], undeployed: false, ...more };
}

describe('what an edit takes away', () => {
  it.each<{ readonly why: string; readonly scene: Parameters<typeof input>[0]; readonly is: readonly string[] }>([
    { why: 'nothing of what is wanted where it stands', scene: {}, is: [] },
    { why: 'the plan is compared without case', scene: { entries: [entry({ name: 'TEAMS' })] }, is: [] },
    { why: 'a pattern that is not wanted', scene: { wanted: new Set([B]) }, is: [`acme/sbc1 patterns ${A}`] },
    { why: 'a rule in a plan that is not the one of today', scene: { entries: [entry({ name: 'Old' })] }, is: [`acme/sbc1 patterns ${A}`] },
    {
      why: 'what is announced or being removed counts too',
      scene: { entries: [entry({ state: 'Pending' }), entry({ state: 'Removing', members: [B] })], wanted: new Set() },
      is: [`acme/sbc1 patterns ${A},${B}`],
    },
    { why: 'rules on a device that no trunk leads to', scene: { places: [SECOND] }, is: [`acme/sbc1 trunk/main ${A}`] },
    {
      why: 'a collection without list stands for all that is held',
      scene: { entries: [{ ...entry(), members: undefined } as unknown as Entry], places: [SECOND] },
      is: [`acme/sbc1 trunk/main ${A},${B}`],
    },
    {
      why: 'each device by itself',
      scene: { entries: [entry(), entry({ target: SECOND.device, members: [B] })], places: [MAIN] },
      is: [`acme/sbc2 trunk/second ${B}`],
    },
    {
      why: 'everything of a Customer that is not deployed',
      scene: { wanted: new Set(), undeployed: true },
      is: [`acme/sbc1 undeploy ${A}`],
    },
    { why: 'what was adopted is let go and does not go', scene: { entries: [entry({ state: 'Adopted' })], wanted: new Set([B]) }, is: [] },
    {
      why: 'unless the user wants it cleaned up',
      scene: { entries: [entry({ state: 'Adopted' })], wanted: new Set([B]), spec: { deletionPolicy: 'Cleanup' } },
      is: [`acme/sbc1 patterns ${A}`],
    },
  ])('$why', ({ scene, is }) => {
    expect(goingRules(input(scene)).map(({ device, part, patterns }) => `${device} ${part} ${patterns}`)).toEqual(is);
  });

  it('less what another range has taken over', () => {
    const going = goingRules(input({ entries: [entry({ members: [A, B] })], wanted: new Set() }));
    expect(withoutPatterns(going, new Set([A])).map(({ patterns }) => patterns)).toEqual([[B]]);
    expect(withoutPatterns(going, new Set([A, B]))).toEqual([]);
  });
});

function seen(...rules: readonly (Placement & { readonly pattern: string })[]): SeenRules {
  const byDevice = new Map<string, Map<string, OutsideObject>>();
  for (const { device, plan, tag, pattern } of rules) {
    const rule = { system: 'sbc', target: device, kind: 'DialPlanRule', name: `${plan}/${pattern}`, fields: { tag } };
    byDevice.set(device, (byDevice.get(device) ?? new Map()).set(identityOf(rule), rule));
  }
  return byDevice;
}

const [WIDE, NARROW, LAST] = ['+4143000[0000-1999]', '+41430000[000-999]', '+41430001[000-999]'];
const [HERE, THERE] = [
  { ...MAIN, pattern: A },
  { ...SECOND, pattern: A },
];

describe('whether a number has another rule, so that one may go', () => {
  it.each<{
    readonly why: string;
    readonly places?: readonly Placement[];
    readonly rules: SeenRules;
    readonly pattern?: string;
    readonly wanted?: readonly string[];
    readonly is: boolean;
  }>([
    { why: 'the new rule stands on the device', rules: seen(HERE), is: true },
    { why: 'no rule stands there', rules: seen(), is: false },
    { why: 'another device has one, this one does not', rules: seen(THERE), is: false },
    { why: 'a rule of another number stands there', rules: seen({ ...HERE, pattern: B }), is: false },
    { why: 'a rule with another tag stands there', rules: seen({ ...HERE, tag: 'else' }), is: false },
    { why: 'the tag differs in case only', rules: seen({ ...HERE, tag: MAIN.tag.toUpperCase() }), is: true },
    { why: 'it stands in another plan', rules: seen({ ...HERE, plan: 'Old' }), is: false },
    { why: 'nothing leads to the device and another has it', places: [SECOND], rules: seen(THERE), is: true },
    { why: 'nothing leads to the device and no other has it', places: [SECOND], rules: seen(HERE), is: false },
    { why: 'nothing leads anywhere', places: [], rules: seen(HERE), is: false },
    { why: 'the number left the spec', pattern: B, rules: seen(), is: true },
    { why: 'a wider pattern of the spec is to replace it and does not stand', pattern: NARROW, wanted: [WIDE], rules: seen(), is: false },
    { why: 'the wider pattern stands', pattern: NARROW, wanted: [WIDE], rules: seen({ ...MAIN, pattern: WIDE }), is: true },
    { why: 'the wider pattern stands elsewhere', pattern: NARROW, wanted: [WIDE], rules: seen({ ...SECOND, pattern: WIDE }), is: false },
    {
      why: 'one of two that replace it does not stand',
      pattern: WIDE,
      wanted: [NARROW, LAST],
      rules: seen({ ...MAIN, pattern: NARROW }),
      is: false,
    },
    { why: 'a shorter pattern is to catch its numbers', pattern: NARROW, wanted: ['+414300'], rules: seen(), is: false },
    { why: 'the spec has numbers beside it only', pattern: NARROW, wanted: [LAST], rules: seen(), is: true },
    { why: 'the spec has extensions of the same digits only', pattern: NARROW, wanted: ['41430000100'], rules: seen(), is: true },
  ])('$why: $is', ({ places = [MAIN, SECOND], rules, pattern = A, wanted = [A], is }) => {
    expect(replacementsAt(MAIN.device, input({ places, wanted: new Set(wanted) }), rules, () => false)(pattern)).toBe(is);
  });

  it('what another range takes away is no replacement, though it still stands', () => {
    const rules = seen({ ...MAIN, pattern: WIDE });
    const isReplaced = (isLeaving: boolean): boolean =>
      replacementsAt(MAIN.device, input({ wanted: new Set([WIDE]) }), rules, () => isLeaving)(NARROW);
    expect([isReplaced(false), isReplaced(true)]).toEqual([true, false]);
  });
});
