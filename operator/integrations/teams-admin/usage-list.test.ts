import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { nextUsageList } from './usage-list.ts';

const NONE = { added: [], removed: [] };
const lower = (labels: readonly string[]): string[] => labels.map((label) => label.toLowerCase());

describe('nextUsageList', () => {
  it('appends, takes out, and leaves everything else as it is spelt and ordered', () => {
    const { list, restored } = nextUsageList(['B', 'a', 'Ours'], { add: ['New', 'A'], remove: ['ours'], expected: [] }, NONE);
    expect([list, restored]).toEqual([['B', 'a', 'New'], []]);
  });

  it('restores expected labels and tells them apart from own ones that a read does not show yet', () => {
    const change = { add: [], remove: [], expected: ['Lost', 'Slow', 'Gone'] };
    expect(nextUsageList(['a'], change, { added: ['Slow'], removed: ['gone'] })).toEqual({
      list: ['a', 'Slow', 'Lost'],
      restored: ['Lost'],
    });
  });

  const label = fc.constantFrom('a', 'A', 'b', 'c', 'd', 'D', 'e', 'Unrestricted-x');
  const labels = fc.array(label, { maxLength: 6 });

  it('never leaves out anything but the labels to remove, and holds each added one once, whatever it is given', () => {
    fc.assert(
      fc.property(labels, labels, labels, labels, labels, labels, (found, add, remove, expected, added, removed) => {
        const { list } = nextUsageList(found, { add, remove, expected }, { added, removed });
        const kept = lower(list);
        for (const one of found) if (!lower(remove).includes(one.toLowerCase())) expect(list).toContain(one);
        for (const one of add) expect(kept.filter((key) => key === one.toLowerCase()).length).toBeGreaterThanOrEqual(1);
        for (const one of remove) if (!lower(add).includes(one.toLowerCase())) expect(kept).not.toContain(one.toLowerCase());
      }),
    );
  });

  it('is settled by its own result', () => {
    fc.assert(
      fc.property(labels, labels, labels, (found, add, expected) => {
        const { list } = nextUsageList(found, { add, remove: [], expected }, NONE);
        expect(nextUsageList(list, { add, remove: [], expected }, NONE)).toEqual({ list, restored: [] });
      }),
    );
  });
});
