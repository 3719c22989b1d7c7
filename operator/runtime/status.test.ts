import { describe, expect, it } from 'vitest';
import { fc } from '../../test/support/properties.ts';
import type { Condition, KubeObject } from '../api/meta.ts';
import { conditionsAreCurrent, mergeConditions, type StatedCondition } from './conditions.ts';
import { equalJson } from './equality.ts';
import { statusBody, statusIsCurrent, type WantedStatus } from './status.ts';

const NONE = { conditions: new Set<string>(), fields: new Set<string>() };
const NOW = '2026-01-02T00:00:00.000Z';

function stated(type: string, status: Condition['status'] = 'True', message = 'so it is'): StatedCondition {
  return { type, status, reason: 'Because', message };
}

function object(status: object | undefined, generation = 1): KubeObject {
  const base = { apiVersion: 'v1', kind: 'Widget', metadata: { name: 'a', generation }, spec: {} };
  return status === undefined ? base : { ...base, status };
}

function wanted(fields: object, conditions: readonly StatedCondition[] = [stated('Ready')], handledToken?: string): WantedStatus {
  return { fields: fields as Record<string, unknown>, conditions, handledToken };
}

/** The status as stored after writing what is wanted. */
function after(before: KubeObject, want: WantedStatus, foreign = NONE): KubeObject {
  const body = statusBody(before, want, foreign, NOW);
  return object(structuredClone(body?.status), before.metadata.generation);
}

describe('conditions', () => {
  const context = (previous: readonly Condition[], generation = 1) => ({ previous, generation, foreign: new Set<string>() });

  it('move lastTransitionTime only when the status flips', () => {
    const first = mergeConditions([stated('Ready')], context([]), '2026-01-01T00:00:00Z');
    const second = mergeConditions([stated('Ready', 'True', 'another message')], context(first, 2), NOW);
    expect(second[0]).toMatchObject({ lastTransitionTime: '2026-01-01T00:00:00Z', message: 'another message', observedGeneration: 2 });
    const third = mergeConditions([stated('Ready', 'False')], context(second, 2), NOW);
    expect(third[0]?.lastTransitionTime).toBe(NOW);
  });

  it('leave out Reconciling and Stalled unless True', () => {
    const merged = mergeConditions([stated('Ready'), stated('Reconciling', 'False'), stated('Stalled', 'Unknown')], context([]), NOW);
    expect(merged.map(({ type }) => type)).toEqual(['Ready']);
    expect(conditionsAreCurrent([stated('Ready'), stated('Stalled', 'False')], context(merged))).toBe(true);
  });

  it('cut messages beyond 1024 characters, and then count as unchanged', () => {
    const long = [stated('Ready', 'True', 'x'.repeat(5000))];
    const merged = mergeConditions(long, context([]), NOW);
    expect(merged[0]?.message).toHaveLength(1024);
    expect(conditionsAreCurrent(long, context(merged))).toBe(true);
  });

  it('are current exactly when writing them again would change nothing', () => {
    const condition = fc.record({
      type: fc.constantFrom('Ready', 'Accepted', 'Reconciling', 'Stalled', 'Portal'),
      status: fc.constantFrom<Condition['status']>('True', 'False', 'Unknown'),
      reason: fc.constantFrom('A', 'B'),
      message: fc.constantFrom('m', 'n'),
    });
    const list = fc.uniqueArray(condition, { selector: ({ type }) => type });
    fc.assert(
      fc.property(list, list, fc.integer({ min: 1, max: 2 }), fc.boolean(), (before, now, generation, hasForeign) => {
        const foreign = new Set(hasForeign ? ['Portal'] : []);
        const previous = mergeConditions(before, { previous: [], generation: 1, foreign: new Set() }, '2026-01-01T00:00:00Z');
        const ours = previous.filter(({ type }) => !foreign.has(type));
        const merged = mergeConditions(now, { previous, generation, foreign }, '2026-01-01T00:00:00Z');
        const key = (conditions: readonly Condition[]): string[] =>
          conditions.map((one) => JSON.stringify(one, Object.keys(one).sort())).sort();
        const isSame = JSON.stringify(key(ours)) === JSON.stringify(key(merged));
        expect(conditionsAreCurrent(now, { previous, generation, foreign })).toBe(isSame);
      }),
    );
  });
});

describe('status', () => {
  it('is current right after it was written, and not after any difference', () => {
    const want = wanted({ count: 3, list: [{ a: 1 }, { b: undefined, c: 'x' }] }, [stated('Ready'), stated('Accepted')], 'token');
    const stored = after(object(undefined), want);
    expect(statusIsCurrent(stored, want, NONE)).toBe(true);
    expect(statusIsCurrent(object(undefined), want, NONE)).toBe(false);
    expect(statusIsCurrent(stored, { ...want, handledToken: 'other' }, NONE)).toBe(false);
    expect(statusIsCurrent(stored, wanted({ count: 4, list: [{ a: 1 }, { c: 'x' }] }, want.conditions, 'token'), NONE)).toBe(false);
    expect(statusIsCurrent(stored, wanted({ count: 3 }, want.conditions, 'token'), NONE)).toBe(false);
    expect(statusIsCurrent({ ...stored, metadata: { ...stored.metadata, generation: 2 } }, want, NONE)).toBe(false);
  });

  it('leaves out what another writer owns, and does not mind its changes', () => {
    const foreign = { conditions: new Set(['Consented']), fields: new Set(['portal']) };
    const want = wanted({ count: 1, portal: 'ours?' }, [stated('Ready'), stated('Consented')]);
    const body = statusBody(object({ portal: 'theirs' }), want, foreign, NOW);
    expect(body?.status).not.toHaveProperty('portal');
    expect((body?.status['conditions'] as Condition[]).map(({ type }) => type)).toEqual(['Ready']);
    const theirs = { ...stated('Consented'), lastTransitionTime: NOW };
    const stored = object({ ...body?.status, portal: 'theirs', conditions: [...(body?.status['conditions'] as Condition[]), theirs] });
    expect(statusIsCurrent(stored, want, foreign)).toBe(true);
  });

  it('gives up what can be spared first when it would exceed 128 KiB', () => {
    const big = 'x'.repeat(60_000);
    const body = statusBody(object(undefined), wanted({ tasks: [big], drift: [big], plan: big, footprint: [big] }), NONE, NOW);
    expect(body?.dropped).toEqual(['tasks', 'drift']);
    expect(Object.keys(body?.status ?? {})).toEqual(expect.arrayContaining(['plan', 'footprint']));
    expect(Buffer.byteLength(JSON.stringify(body?.status))).toBeLessThanOrEqual(128 * 1024);
  });

  it('is not written at all when nothing can be spared', () => {
    expect(statusBody(object(undefined), wanted({ footprint: ['x'.repeat(200_000)] }), NONE, NOW)).toBeUndefined();
  });
});

describe('equalJson', () => {
  it('agrees with comparing canonical text', () => {
    const canonical = (value: unknown): string =>
      JSON.stringify(value, (_key, inner: unknown) =>
        typeof inner === 'object' && inner !== null && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
          : inner,
      );
    const value = fc.jsonValue({ maxDepth: 3 }).map((one) => JSON.parse(JSON.stringify(one)) as unknown);
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(equalJson(a, b)).toBe(canonical(a) === canonical(b));
        expect(equalJson(a, structuredClone(a))).toBe(true);
      }),
    );
  });

  it('takes an undefined property for an absent one', () => {
    expect(equalJson({ a: 1, b: undefined }, { a: 1 })).toBe(true);
    expect(equalJson({ a: 1 }, { a: 1, b: undefined })).toBe(true);
    expect(equalJson({ a: undefined }, { b: undefined })).toBe(true);
    expect(equalJson({ a: 1 }, { b: 1 })).toBe(false);
    expect(equalJson([], {})).toBe(false);
  });
});
