import { describe, expect, it } from 'vitest';
import { BinariesNotFoundError, type Climb, climb, pathsOf, type Rung } from './ladder.ts';
import type { BinaryName } from './recipes.ts';

const bottom = (...wanted: BinaryName[]): Climb => ({ found: new Map(), missing: wanted, notes: [] });

function rungWith(name: string, has: readonly BinaryName[]): Rung & { readonly asked: (readonly BinaryName[])[] } {
  const asked: (readonly BinaryName[])[] = [];
  return {
    name,
    asked,
    async provide(wanted) {
      asked.push(wanted);
      const given = wanted.filter((binary) => has.includes(binary));
      return { found: new Map(given.map((binary) => [binary, `/${name}/${binary}`])), note: given.length > 0 ? 'some' : 'empty' };
    },
  };
}

describe('climb', () => {
  it('takes each binary from the first rung that has it', async () => {
    const first = rungWith('first', ['etcd']);
    const second = rungWith('second', ['etcd', 'helm']);
    const reached = await climb(bottom('etcd', 'helm'), [first, second]);
    expect(pathsOf(reached, ['etcd', 'helm'])).toEqual({ etcd: '/first/etcd', helm: '/second/helm' });
    expect(second.asked).toEqual([['helm']]);
  });

  it('does not ask a further rung when nothing is missing any more', async () => {
    const costly = rungWith('costly', ['etcd']);
    await climb(bottom('etcd'), [rungWith('cheap', ['etcd']), costly]);
    expect(costly.asked).toEqual([]);
  });

  it('names what is missing and every rung with its reason, in order, when none has it', async () => {
    const reached = await climb(bottom('etcd', 'helm'), [rungWith('one', ['helm']), rungWith('two', [])]);
    expect(() => pathsOf(reached, ['etcd', 'helm'])).toThrow(BinariesNotFoundError);
    expect(() => pathsOf(reached, ['etcd', 'helm'])).toThrow(
      'No etcd found for the control plane. Tried, in this order:\n  1. one: some\n  2. two: empty',
    );
  });
});
