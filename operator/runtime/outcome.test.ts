import { describe, expect, it } from 'vitest';
import { conditionProblems } from '../../test/support/conditions.ts';
import type { Condition } from '../api/meta.ts';
import { type FailureKind, OperatorError } from '../errors/operator-error.ts';
import { mergeConditions } from './conditions.ts';
import { outcomeOf, requeueOf } from './outcome.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');

function ready(status: Condition['status'], reason = 'Deployed'): Condition {
  return { type: 'Ready', status, reason, message: 'all is well', observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z' };
}

function failure(kind: FailureKind, extra: Partial<ConstructorParameters<typeof OperatorError>[1]> = {}): OperatorError {
  return new OperatorError('The thing is not there', { kind, reason: 'ThingMissing', remedy: 'Make it', ...extra });
}

function outcome(
  error: OperatorError,
  previous: readonly Condition[] = [],
  misses = 1,
): { state: string; requeue: object; event: string; level: string } {
  const result = outcomeOf(error, { previous, misses, now: NOW });
  const state = result.conditions.map((condition) => `${condition.type}=${condition.status}/${condition.reason}`).join(' ');
  return { state, requeue: result.requeue, event: result.event?.type ?? 'none', level: result.level };
}

describe('outcomeOf', () => {
  const PAST = '2026-01-01T11:00:00Z';
  const SOON = '2026-01-01T12:03:00Z';

  it.each([
    ['Retryable', 'a first visit', [], 1, 'Ready=Unknown/Progressing Reconciling=True/ThingMissing', 'Warning'],
    ['Retryable', 'a working object', [ready('True')], 1, 'Ready=True/Deployed Reconciling=True/ThingMissing', 'Warning'],
    ['Retryable', 'two missed looks', [ready('True')], 2, 'Ready=True/Deployed Reconciling=True/ThingMissing', 'Warning'],
    ['Retryable', 'three missed looks', [ready('True')], 3, 'Ready=Unknown/Unobserved Reconciling=True/ThingMissing', 'Warning'],
    [
      'Retryable',
      'one never ready',
      [ready('False', 'NotDeployed')],
      9,
      'Ready=False/NotDeployed Reconciling=True/ThingMissing',
      'Warning',
    ],
    ['Throttled', 'a working object', [ready('True')], 1, 'Ready=True/Deployed Reconciling=True/ThingMissing', 'none'],
    ['DependencyNotReady', 'a first visit', [], 1, 'Ready=False/ThingMissing Reconciling=True/ThingMissing', 'Normal'],
    ['DependencyNotReady', 'one never ready', [ready('False', 'X')], 1, 'Ready=False/ThingMissing Reconciling=True/ThingMissing', 'Normal'],
    ['DependencyNotReady', 'a working object', [ready('True')], 1, 'Ready=True/Deployed Reconciling=True/ThingMissing', 'Normal'],
    ['DependencyNotReady', 'three missed looks', [ready('True')], 3, 'Ready=Unknown/Unobserved Reconciling=True/ThingMissing', 'Normal'],
    ['Auth', 'a working object', [ready('True')], 1, 'Ready=False/ThingMissing Reconciling=True/ThingMissing', 'Warning'],
    ['Terminal', 'a working object', [ready('True')], 1, 'Ready=False/ThingMissing Stalled=True/ThingMissing', 'Warning'],
  ] as const)('%s, %s', (kind, _case, previous, misses, state, event) => {
    expect(outcome(failure(kind), previous, misses)).toMatchObject({ state, event });
  });

  it.each([
    ['Auth', [ready('True')], 'Ready=False/ThingMissing Stalled=True/ThingMissing'],
    ['DependencyNotReady', [], 'Ready=False/ThingMissing Stalled=True/ThingMissing'],
    ['DependencyNotReady', [ready('True')], 'Ready=True/Deployed Reconciling=True/ThingMissing'],
  ] as const)('%s past its deadline stalls unless what was deployed stands', (kind, previous, state) => {
    expect(outcome(failure(kind, { expectedBy: PAST }), previous).state).toBe(state);
  });

  it('keeps the generation at which a kept Ready was found, so that it does not speak for the new spec', () => {
    const { conditions } = outcomeOf(failure('Retryable'), { previous: [ready('True')], misses: 1, now: NOW });
    const merged = mergeConditions(conditions, { previous: [ready('True')], generation: 2, foreign: new Set() }, '2026-01-01T12:00:00Z');
    expect(merged.map(({ observedGeneration }) => observedGeneration)).toEqual([1, 2]);
  });

  it('tells the same failure once: no event while the reason stays', () => {
    const first = outcomeOf(failure('Auth'), { previous: [ready('True')], misses: 1, now: NOW });
    const shown = mergeConditions(first.conditions, { previous: [], generation: 1, foreign: new Set() }, '2026-01-01T12:00:00Z');
    expect(outcome(failure('Auth'), shown).event).toBe('none');
    expect(outcome(failure('Auth', { reason: 'Another' }), shown).event).toBe('Warning');
  });

  it('says the remedy and leaves conditions of the kind alone', () => {
    const own = { ...ready('True'), type: 'Accepted' };
    const { conditions } = outcomeOf(failure('Terminal'), { previous: [ready('True'), own], misses: 1, now: NOW });
    expect(conditions[0]?.message).toBe('The thing is not there; Make it');
    expect(conditions.at(-1)).toEqual(own);
  });

  it('logs a bug as an error and the rest by kind', () => {
    expect(outcome(failure('Retryable', { reason: 'InternalError' })).level).toBe('error');
    expect(outcome(failure('Retryable')).level).toBe('warn');
    expect(outcome(failure('DependencyNotReady')).level).toBe('debug');
  });

  it('gives conditions that keep the rules, for every kind of failure and every past', () => {
    const pasts = [[], [ready('True')], [ready('False', 'X')], [ready('Unknown', 'Unobserved')]];
    for (const kind of ['Retryable', 'Throttled', 'DependencyNotReady', 'Auth', 'Terminal'] as const) {
      for (const previous of pasts) {
        for (const misses of [1, 3]) {
          for (const expectedBy of [undefined, PAST, SOON]) {
            const error = failure(kind, expectedBy === undefined ? {} : { expectedBy });
            const { conditions } = outcomeOf(error, { previous, misses, now: NOW });
            const merged = mergeConditions(conditions, { previous, generation: 2, foreign: new Set() }, '2026-01-01T12:00:00Z');
            const object = {
              apiVersion: 'v1',
              kind: 'X',
              metadata: { name: 'x', generation: 2 },
              spec: {},
              status: { observedGeneration: 2, conditions: merged },
            };
            const isUnknownBefore = previous[0]?.status === 'Unknown';
            expect(conditionProblems(object), `${kind} ${previous[0]?.status} ${misses} ${isUnknownBefore}`).toEqual([]);
          }
        }
      }
    }
  });
});

describe('requeueOf', () => {
  it.each([
    ['Retryable', {}, { how: 'backoff' }],
    ['Throttled', { retryAfterMs: 7000 }, { how: 'after', afterMs: 7000 }],
    ['Throttled', { retryAfterMs: 10 }, { how: 'after', afterMs: 1000 }],
    ['Throttled', { retryAfterMs: 9_999_999 }, { how: 'after', afterMs: 300_000 }],
    ['Throttled', {}, { how: 'after', afterMs: 30_000 }],
    ['DependencyNotReady', {}, { how: 'after', afterMs: 600_000 }],
    ['DependencyNotReady', { expectedBy: '2026-01-01T12:03:00Z' }, { how: 'after', afterMs: 180_000 }],
    ['Auth', {}, { how: 'after', afterMs: 600_000 }],
    ['Terminal', {}, { how: 'after', afterMs: 3_600_000 }],
  ] as const)('%s %j', (kind, extra, expected) => {
    expect(requeueOf(failure(kind, extra), NOW)).toEqual(expected);
  });
});
