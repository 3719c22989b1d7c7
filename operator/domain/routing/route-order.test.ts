import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import type { OutsideObject } from '../change/object.ts';
import { inRouteOrder } from './route-order.ts';

const PLACE = { system: 'teams-admin', target: 't' };

function route(name: string, priority?: number): OutsideObject {
  return { ...PLACE, kind: 'VoiceRoute', name, fields: priority === undefined ? {} : { priority } };
}

/** Wanted priorities of the routes a, b, … in this order; undefined: not told. */
function order(observed: readonly OutsideObject[], names = ['a', 'b', 'c']): unknown[] {
  return inRouteOrder(
    names.map((name) => route(name)),
    observed,
  ).map(({ relative }) => relative?.['priority']);
}

describe('the order of the routes of one site', () => {
  it('is left to Microsoft for one route, and for a set that is made as a whole', () => {
    expect(order([route('a', 7)], ['a'])).toEqual([undefined]);
    expect(order([route('theirs', 3)])).toEqual([undefined, undefined, undefined]);
  });

  it('is kept wherever it is right, gaps and strangers in between included', () => {
    expect(order([route('a', 2), route('b', 5), route('c', 9), route('theirs', 3)])).toEqual([2, 5, 9]);
  });

  it('a route that is missing comes back into the free place before the others, which stay', () => {
    expect(order([route('b', 2), route('c', 3)])).toEqual([1, 2, 3]);
    expect(order([route('a', 1), route('c', 3)])).toEqual([1, 2, 3]);
  });

  it('where no place is free before, the ones behind move to free places, and no stranger moves', () => {
    const theirs = [route('theirs', 0), route('others', 1)];
    expect(order([...theirs, route('b', 2), route('c', 3)])).toEqual([4, 5, 6]);
  });

  it('a route that is tried too early, or together with the one before, moves behind it', () => {
    expect(order([route('a', 4), route('b', 2)], ['a', 'b'])).toEqual([4, 5]);
    expect(order([route('a', 4), route('b', 4)], ['a', 'b'])).toEqual([4, 5]);
  });

  it('a priority that is not told is not compared', () => {
    expect(order([route('a'), route('b', 2)], ['a', 'b'])).toEqual([undefined, 2]);
  });

  it('always rises, moves only into places that nobody has, and is at rest after one step', () => {
    const place = fc.option(fc.nat(12), { nil: undefined });
    fc.assert(
      fc.property(fc.array(place, { minLength: 2, maxLength: 4 }), fc.array(fc.nat(12), { maxLength: 6 }), (ours, theirs) => {
        const names = ours.map((_, index) => `r${index}`);
        const observed = [
          ...ours.flatMap((priority, index) => (priority === undefined ? [] : [route(`r${index}`, priority)])),
          ...theirs.map((priority, index) => route(`theirs${index}`, priority)),
        ];
        if (!ours.some((priority) => priority !== undefined)) return;
        const wanted = order(observed, names) as number[];
        expect([...wanted].sort((left, right) => left - right)).toEqual(wanted);
        expect(new Set(wanted).size).toBe(wanted.length);
        const inUse = observed.map(({ fields }) => fields['priority']);
        const moved = wanted.filter((priority, index) => priority !== ours[index]);
        expect(moved.filter((priority) => inUse.includes(priority))).toEqual([]);
        const after = [
          ...names.map((name, index) => route(name, wanted[index])),
          ...theirs.map((priority, i) => route(`theirs${i}`, priority)),
        ];
        expect(order(after, names)).toEqual(wanted);
      }),
    );
  });
});
