import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import type { OutsideObject } from './object.ts';
import { lossesOf } from './suspicion.ts';

function objects(count: number, kind = 'VoiceRoute'): OutsideObject[] {
  return Array.from({ length: count }, (_, n) => ({ system: 'teams-admin', target: 't', kind, name: `${kind}-${n}`, fields: {} }));
}

describe('what an observation may lack of ours (telephony 6.4)', () => {
  it.each([
    { owned: 19, seen: 0, isSuspect: false },
    { owned: 20, seen: 0, isSuspect: true },
    { owned: 20, seen: 16, isSuspect: false },
    { owned: 20, seen: 15, isSuspect: true },
    { owned: 100, seen: 80, isSuspect: false },
    { owned: 100, seen: 79, isSuspect: true },
  ])('$seen of $owned seen: suspect $isSuspect', ({ owned, seen, isSuspect }) => {
    const all = objects(owned);
    const losses = lossesOf(all, all.slice(0, seen));
    expect(losses.map(({ kind, owned: count, missing }) => [kind, count, missing.length])).toEqual(
      isSuspect ? [['VoiceRoute', owned, owned - seen]] : [],
    );
  });

  it('judges each kind by itself: many of one kind do not excuse the loss of another', () => {
    const routes = objects(20);
    const usages = objects(500, 'PstnUsage');
    expect(lossesOf([...routes, ...usages], usages).map(({ kind }) => kind)).toEqual(['VoiceRoute']);
  });

  it('counts an object of several owners once, and sees names without case', () => {
    const ten = objects(10);
    expect(lossesOf([...ten, ...ten], [])).toEqual([]);
    const all = objects(20);
    expect(
      lossesOf(
        all,
        all.map((object) => ({ ...object, name: object.name.toUpperCase() })),
      ),
    ).toEqual([]);
  });

  it('an observation that shows more is never more suspect', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        (count, one, other) => {
          const all = objects(count);
          const [less, more] = [Math.min(one, other), Math.max(one, other)];
          expect(lossesOf(all, all.slice(0, more)).length).toBeLessThanOrEqual(lossesOf(all, all.slice(0, less)).length);
        },
      ),
    );
  });
});
