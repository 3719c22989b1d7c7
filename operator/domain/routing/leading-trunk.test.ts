import { describe, expect, it } from 'vitest';
import { leadingTrunk, type TagCandidate } from './leading-trunk.ts';

type Named = TagCandidate & { readonly name: string };

function candidate(name: string, parts: Partial<TagCandidate> = {}): Named {
  return { name, inbound: 'Ready', state: 'Active', priority: 1, isStanding: false, isLeaving: false, ...parts };
}

/** The same whichever comes first in the list. */
function leader(one: Named, other: Named): string | undefined {
  const [first, second] = [leadingTrunk([one, other]), leadingTrunk([other, one])];
  expect(first?.name).toBe(second?.name);
  return first?.name;
}

const STANDING = { isStanding: true } as const;

describe('the trunk whose name the rules on a device carry', () => {
  it('is none where there is none, and the only one whatever it is', () => {
    expect(leadingTrunk([])).toBeUndefined();
    expect(leadingTrunk([candidate('new', { inbound: 'NotReady', state: 'Standby' })])?.name).toBe('new');
  });

  it('stays the one that stands until Microsoft knows the other', () => {
    const main = candidate('main', { ...STANDING, priority: 2 });
    expect(leader(main, candidate('new', { inbound: 'NotReady' }))).toBe('main');
    expect(leader(main, candidate('new'))).toBe('new');
    expect(leader({ ...main, isLeaving: true }, candidate('new', { inbound: 'NotReady' }))).toBe('main');
    expect(leader({ ...main, isLeaving: true }, candidate('new', { priority: 9 }))).toBe('new');
  });

  it('stays the one that stands while no domain can be read, whatever its state', () => {
    const main = candidate('main', { ...STANDING, inbound: 'NotReady', state: 'Draining', priority: 2 });
    expect(leader(main, candidate('new', { inbound: 'NotReady' }))).toBe('main');
  });

  it('is the Active one before one that drains or stands by, then the one of the lowest priority', () => {
    expect(leader(candidate('main', { state: 'Draining' }), candidate('new', { priority: 2 }))).toBe('new');
    expect(leader(candidate('main', { state: 'Standby' }), candidate('new', { priority: 2, state: 'Draining' }))).toBe('new');
    expect(leader(candidate('main', { priority: 2 }), candidate('new'))).toBe('new');
    expect(leader(candidate('main', STANDING), candidate('new'))).toBe('main');
  });

  it('where nobody looks, is moved by its state alone', () => {
    const main = candidate('main', { ...STANDING, inbound: 'Untold', priority: 2 });
    expect(leader(main, candidate('new', { inbound: 'Untold' }))).toBe('main');
    expect(leader({ ...main, state: 'Draining' }, candidate('new', { inbound: 'Untold' }))).toBe('new');
  });
});
