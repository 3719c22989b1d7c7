import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../test/support/fake-clock.ts';
import { silentLog } from './log.ts';
import { noMeters } from './meters.ts';
import { Supervisor } from './supervisor.ts';

function supervisor(clock: FakeClock): { supervisor: Supervisor; hopeless: string[] } {
  const hopeless: string[] = [];
  const made = new Supervisor({ clock, log: silentLog, meters: noMeters, onHopeless: (loop) => hopeless.push(loop) });
  return { supervisor: made, hopeless };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
}

describe('Supervisor', () => {
  it('starts a loop again that ended unasked, and names it while it is down', async () => {
    const clock = new FakeClock();
    const { supervisor: one, hopeless } = supervisor(clock);
    let runs = 0;
    one.start('loop', async (signal) => {
      runs++;
      if (runs === 1) throw new Error('fell');
      await untilAborted(signal);
    });
    await settle();
    expect(one.fallen).toEqual(['loop']);
    await clock.advance(2000);
    expect(runs).toBe(2);
    expect(one.fallen).toEqual([]);
    expect(hopeless).toEqual([]);
    await one.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up after three falls within five minutes', async () => {
    const clock = new FakeClock();
    const { supervisor: one, hopeless } = supervisor(clock);
    one.start('loop', async () => undefined);
    await clock.advance(60_000);
    expect(hopeless).toEqual(['loop']);
    await one.stop();
  });

  it('bears three falls that are far apart', async () => {
    const clock = new FakeClock();
    const { supervisor: one, hopeless } = supervisor(clock);
    one.start('loop', (signal) => clock.sleep(200_000, signal).catch(() => undefined));
    await clock.advance(1_000_000);
    expect(hopeless).toEqual([]);
    await one.stop();
  });
});
