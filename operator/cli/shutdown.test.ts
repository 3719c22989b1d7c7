import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { silentLog } from '../runtime/log.ts';
import { untilWritten } from './shutdown.ts';

describe('waiting for writes at the end', () => {
  it('ends with the last write, and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const write = Promise.withResolvers<void>();
    let isOver = false;
    const waiting = untilWritten(write.promise, clock, silentLog).then(() => {
      isOver = true;
    });
    await clock.advance(14_000);
    expect(isOver).toBe(false);
    write.resolve();
    await waiting;
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up on a write that hangs before the pod is killed, and says so', async () => {
    const clock = new FakeClock();
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_fields: object, message: string) => void warnings.push(message) };
    const waiting = untilWritten(new Promise(() => undefined), clock, log);
    await clock.advance(15_000);
    await waiting;
    expect(warnings).toEqual(['writes are still under way']);
  });
});
