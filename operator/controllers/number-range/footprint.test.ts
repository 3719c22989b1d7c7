import { describe, expect, it } from 'vitest';
import { range } from '../../../test/support/controllers/objects.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import { type Owned, planObjects } from '../../domain/change/plan.ts';
import { type RuleRecord, recordsAt, ruleEntries } from './footprint.ts';

const DEVICE = 'acme/sbc1';

function patterns(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, n) => `+4144${String(from + n).padStart(7, '0')}`);
}

function rules(of: readonly string[], tag = 'a', plan = 'P'): OutsideObject[] {
  return of.map((pattern) => ({ system: 'sbc', target: DEVICE, kind: 'DialPlanRule', name: `${plan}/${pattern}`, fields: { tag } }));
}

/** The next footprint of one device, and what it is read back as. */
function nextOf(
  input: { desired?: OutsideObject[]; observed?: OutsideObject[]; owned?: Owned[]; keeps?: boolean },
  records: RuleRecord[] = [],
) {
  const { desired = [], observed = [], owned = [], keeps = false } = input;
  const plan = planObjects({
    desired,
    observed,
    owned,
    policy: 'Enforce',
    adopts: () => true,
    order: ['DialPlanRule'],
    keeps: () => keeps,
  });
  const footprint = ruleEntries(DEVICE, plan, records);
  const held = new Set([...desired, ...owned.map(({ object }) => object)].map(({ name }) => name.slice(name.indexOf('/') + 1)));
  return { footprint, records: recordsAt({ ...range(), status: { footprint } }, DEVICE, held) };
}

function states(records: readonly RuleRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of records) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

describe('the footprint of rules', () => {
  it('remembers ten thousand applied rules by count and hash, and lists what is on its way', () => {
    const all = rules(patterns(10_000));
    const { footprint, records } = nextOf({ desired: all, observed: all.slice(0, 9_900) });
    expect(footprint.map(({ state, count, members }) => [state, count, members?.length])).toEqual([
      ['Applied', 9_900, undefined],
      ['Pending', 100, 100],
    ]);
    expect(states(records)).toEqual({ Applied: 9_900, Pending: 100 });
    expect(JSON.stringify(footprint).length).toBeLessThan(5_000);
  });

  it('a first deployment of ten thousand lists the few that stand already', () => {
    const all = rules(patterns(10_000));
    expect(states(nextOf({ desired: all, observed: all.slice(0, 3) }).records)).toEqual({ Pending: 9_997, Applied: 3 });
  });

  it('keeps the tag of each rule until a read shows another', () => {
    const before = nextOf({ desired: rules(patterns(3)), observed: rules(patterns(3)) }).records;
    const [old] = new Set(before.map(({ tagHash }) => tagHash));
    const owned = rules(patterns(3)).map((object): Owned => ({ object, state: 'Applied' }));
    const half = [...rules(patterns(1), 'b'), ...rules(patterns(2, 1), 'a')];
    const { records } = nextOf({ desired: rules(patterns(3), 'b'), observed: half, owned }, before);
    expect(records.map(({ pattern, tagHash }) => [pattern, tagHash === old]).sort()).toEqual(
      patterns(3).map((pattern, index) => [pattern, index > 0]),
    );
  });

  it('believes neither of two long lists that say different tags', () => {
    const before = nextOf({ desired: rules(patterns(2000)), observed: rules(patterns(2000)) }).records;
    const owned = rules(patterns(2000)).map((object): Owned => ({ object, state: 'Applied' }));
    const half = [...rules(patterns(1000), 'b'), ...rules(patterns(1000, 1000), 'a')];
    const { footprint, records } = nextOf({ desired: rules(patterns(2000), 'b'), observed: half, owned }, before);
    expect(footprint.map(({ count, members }) => [count, members])).toEqual([
      [1000, undefined],
      [1000, undefined],
    ]);
    expect(new Set(records.map(({ tagHash }) => tagHash))).toEqual(new Set([undefined]));
  });

  it('keeps what was adopted apart, through drift and update, and what has to stay with its plan', () => {
    const [one = ''] = patterns(1);
    const adopted: RuleRecord = { plan: 'P', pattern: one, state: 'Adopted', tagHash: 'x' };
    const owned: Owned[] = [{ object: rules([one])[0] as OutsideObject, state: 'Adopted' }];
    for (const observed of [rules([one]), rules([one], 'else'), []]) {
      const expected = observed.length === 0 ? 'Pending' : 'Adopted';
      expect(nextOf({ desired: rules([one]), observed, owned }, [adopted]).records).toMatchObject([{ state: expected }]);
    }
    const kept = nextOf(
      {
        observed: rules([one], 'a', 'Old'),
        owned: [{ object: rules([one], 'a', 'Old')[0] as OutsideObject, state: 'Applied' }],
        keeps: true,
      },
      [{ plan: 'Old', pattern: one, state: 'Applied', tagHash: 'x' }],
    );
    expect(kept.footprint).toMatchObject([{ name: 'Old', state: 'Applied', desiredHash: 'x', members: [one] }]);
  });

  it('what is to be adopted is Adopted before it is written, and its tag is not taken for ours', () => {
    const [one = ''] = patterns(1);
    expect(nextOf({ desired: rules([one]), observed: rules([one], 'else') }).records).toEqual([
      { plan: 'P', pattern: one, state: 'Adopted', tagHash: undefined },
    ]);
  });
});
