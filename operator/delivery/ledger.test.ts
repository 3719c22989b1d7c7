import { describe, expect, it } from 'vitest';
import { create, tenant } from '../../test/support/delivery-house.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { Ledger } from './ledger.ts';
import type { Submitted } from './submitted.ts';

const UNREACHABLE = new OperatorError('no answer', { kind: 'Retryable', reason: 'Unreachable' });

function opened() {
  const clock = new FakeClock();
  const queued: Submitted[] = [];
  const ledger = new Ledger({ clock, wake: () => undefined, queue: (work) => void queued.push(work), dequeue: () => undefined });
  const changes = [create(tenant('t1'), 'a')];
  const end = (error?: OperatorError): void => {
    ledger.submit({ owner: 'o', target: tenant('t1'), changes, priority: 'change' });
    for (const part of queued.pop()?.take(() => true) ?? [])
      ledger.record(
        part,
        error === undefined ? { change: part.change, result: 'applied' } : { change: part.change, result: 'failed', error },
      );
  };
  const retryInMs = (): number | undefined => ledger.outcomeOf('o', tenant('t1')).failed?.retryInMs;
  return { clock, end, retryInMs };
}

describe('the hold after failures', () => {
  it('grows with each failure in a row, shrinks with time, and ends with a success', async () => {
    const { clock, end, retryInMs } = opened();
    const holds: (number | undefined)[] = [];
    for (let failures = 1; failures <= 5; failures++) {
      end(UNREACHABLE);
      holds.push(retryInMs());
    }
    expect(holds).toEqual([0, 1_000, 2_000, 4_000, 8_000]);
    await clock.advance(3_000);
    expect(retryInMs()).toBe(5_000);
    end();
    expect(retryInMs()).toBeUndefined();
    end(UNREACHABLE);
    expect(retryInMs()).toBe(0);
  });
});
