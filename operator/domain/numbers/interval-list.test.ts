import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { type Interval, IntervalList } from './interval-list.ts';

const interval = fc.record({ first: fc.nat(300), size: fc.nat(40) }).map(({ first, size }): Interval => ({ first, last: first + size }));

describe('interval list', () => {
  it('finds what looking at every item finds, whatever was added and removed before', () => {
    const script = fc.array(fc.tuple(fc.boolean(), interval, fc.nat(1_000)), { maxLength: 800 });
    fc.assert(
      fc.property(script, interval, (steps, probe) => {
        const list = new IntervalList<Interval>((item) => item);
        const all: Interval[] = [];
        for (const [adds, item, at] of steps) {
          const gone = all[at % Math.max(1, all.length)];
          if (adds || gone === undefined) {
            list.add(item);
            all.push(item);
          } else {
            list.remove(gone);
            all.splice(all.indexOf(gone), 1);
          }
        }
        const found = [...list.overlapping(probe)];
        expect(new Set(found)).toEqual(new Set(all.filter(({ first, last }) => first <= probe.last && last >= probe.first)));
        expect(found.map(({ first }) => first)).toEqual(found.map(({ first }) => first).sort((left, right) => left - right));
        expect([...list]).toHaveLength(all.length);
        expect(list.isEmpty).toBe(all.length === 0);
      }),
      { numRuns: 200 },
    );
  });

  it('removes the very item among equals that fill several chunks, and nothing for a stranger', () => {
    const list = new IntervalList<Interval & { readonly id: number }>((item) => item);
    const items = Array.from({ length: 1_000 }, (_, id) => ({ id, first: 7, last: 9 }));
    for (const item of items) list.add(item);
    list.remove({ id: 5, first: 7, last: 9 });
    for (const item of items.slice(0, 999)) list.remove(item);
    expect([...list]).toEqual([items[999]]);
  });
});
