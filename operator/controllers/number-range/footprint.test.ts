import { describe, expect, it } from 'vitest';
import { range } from '../../../test/support/controllers/objects.ts';
import type { Prospect } from '../../domain/change/footprint.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import { type Owned, planObjects } from '../../domain/change/plan.ts';
import { isRecordedTag, type RuleRecord, recordsAfter, recordsAt, ruleEntries } from './footprint.ts';

const DEVICE = 'acme/sbc1';

function patterns(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, n) => `+4144${String(from + n).padStart(7, '0')}`);
}

function rules(of: readonly string[], tag = 'a', plan = 'P'): OutsideObject[] {
  return of.map((pattern) => ({ system: 'sbc', target: DEVICE, kind: 'DialPlanRule', name: `${plan}/${pattern}`, fields: { tag } }));
}

interface Input {
  readonly desired?: OutsideObject[];
  readonly observed?: OutsideObject[];
  readonly owned?: Owned[];
  readonly keeps?: boolean;
  /** Patterns held of which this device knows nothing. */
  readonly elsewhere?: string[];
  readonly prospect?: Prospect;
}

/** The next footprint of one device, and what it is read back as. */
function nextOf(input: Input, records: RuleRecord[] = []) {
  const { desired = [], observed = [], owned = [], keeps = false, elsewhere = [], prospect } = input;
  const plan = planObjects({
    desired,
    observed,
    owned,
    policy: 'Enforce',
    adopts: () => true,
    order: ['DialPlanRule'],
    keeps: () => keeps,
  });
  const own = [...desired, ...owned.map(({ object }) => object)].map(({ name }) => name.slice(name.indexOf('/') + 1));
  const held = new Set([...own, ...elsewhere]);
  const footprint = ruleEntries(DEVICE, recordsAfter(plan, records, prospect), [...held]);
  return { footprint, records: recordsAt({ ...range(), status: { footprint } }, DEVICE, held) };
}

function states(records: readonly RuleRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of records) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

describe('the footprint of rules', () => {
  it('remembers ten thousand applied rules by count and hash, and which of them are on their way', () => {
    const all = rules(patterns(10_000));
    const { footprint, records } = nextOf({ desired: all, observed: all.slice(0, 9_900) });
    expect(footprint.map(({ state, count, members, memberBits }) => [state, count, members, memberBits !== undefined])).toEqual([
      ['Applied', 9_900, undefined, false],
      ['Pending', 100, undefined, true],
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

  it('keeps every long group apart from every other, with its own tag and state, in a few kilobytes', () => {
    const [adopted, applied, pending] = [patterns(3_000), patterns(3_000, 3_000), patterns(3_000, 6_000)];
    const before = [...adopted, ...applied].map(
      (pattern, index): RuleRecord => ({ plan: 'P', pattern, state: index < 3_000 ? 'Adopted' : 'Applied', tagHash: `tag ${index % 2}` }),
    );
    const owned = before.map(({ pattern, state }): Owned => ({ object: rules([pattern])[0] as OutsideObject, state }));
    const observed = rules([...adopted, ...applied], 'else');
    const { footprint, records } = nextOf({ desired: rules([...adopted, ...pending]), observed, owned }, before);
    expect(states(records)).toEqual({ Adopted: 3_000, Removing: 3_000, Pending: 3_000 });
    const known = new Map(before.map(({ pattern, tagHash }) => [pattern, tagHash]));
    for (const { pattern, state, tagHash } of records) if (state !== 'Pending') expect(tagHash).toBe(known.get(pattern));
    expect(JSON.stringify(footprint).length).toBeLessThan(10_000);
  });

  it('fits into a status however many patterns are replaced at once, on however many devices (design §2: 128 KiB)', () => {
    const [old, young] = [patterns(500), patterns(500, 500)];
    const records = old.map((pattern): RuleRecord => ({ plan: 'P', pattern, state: 'Applied', tagHash: 'x' }));
    const owned = rules(old).map((object): Owned => ({ object, state: 'Applied' }));
    const { footprint } = nextOf({ desired: rules(young), observed: rules(old), owned }, records);
    expect(footprint.map(({ state, count }) => [state, count]).sort()).toEqual([
      ['Pending', 500],
      ['Removing', 500],
    ]);
    // Four trunks, and four that they have just replaced.
    expect(JSON.stringify(footprint).length * 8).toBeLessThan(8 * 1024);
  });

  it.each([3, 300])('says nothing of what is held elsewhere alone (%d patterns)', (count) => {
    const all = rules(patterns(count));
    const { records } = nextOf({ desired: all, observed: all, elsewhere: patterns(count, 5_000) });
    expect(records.map(({ pattern }) => pattern)).toEqual(patterns(count));
  });

  it('believes no list that was made of other patterns than are held now', () => {
    const all = rules(patterns(100));
    const { footprint } = nextOf({ desired: all, observed: all, elsewhere: patterns(1, 5_000) });
    expect(recordsAt({ ...range(), status: { footprint } }, DEVICE, new Set(patterns(100, 50)))).toEqual([]);
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

  it('what is to be adopted is announced when that is handed over, with the tag that is to come', () => {
    const [one = ''] = patterns(1);
    const adopting = { desired: rules([one]), observed: rules([one], 'else') };
    const [announced] = nextOf(adopting).records;
    expect(announced).toMatchObject({ plan: 'P', pattern: one, state: 'Pending', adopted: true });
    expect(announced && isRecordedTag(announced, 'a')).toBe(true);
    const held = { ...adopting, prospect: { isHeld: true } };
    expect(nextOf(held).records).toEqual([]);
    expect(nextOf(held, announced && [announced]).records).toEqual([announced]);
  });
});
