import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../test/support/fake-clock.ts';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import { MemoryWatch } from '../../test/support/memory-watch.ts';
import type { KubeObject } from '../api/meta.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { LeaderElector, LeadershipLost } from './leader.ts';
import { silentLog } from './log.ts';
import { noMeters } from './meters.ts';

type Lease = KubeObject<{ holderIdentity: string; leaseTransitions: number; leaseDurationSeconds: number; renewTime: string }>;

/** One process that wants to lead: takes the lease, holds it, ends when it loses it. */
class Candidate {
  readonly clock = new FakeClock();
  readonly elector: LeaderElector;
  readonly #stopping = new AbortController();
  isRunning = true;
  ended: unknown;
  readonly life: Promise<void>;

  constructor(kube: MemoryKube, watch: MemoryWatch, identity: string) {
    this.elector = new LeaderElector({
      kube,
      transport: watch,
      clock: this.clock,
      random: () => 0.5,
      log: silentLog,
      meters: noMeters,
      namespace: 'ns',
      name: 'lease',
      identity,
    });
    this.life = this.#live();
  }

  async #live(): Promise<void> {
    try {
      await this.elector.acquire(this.#stopping.signal);
      await this.elector.hold(this.#stopping.signal);
    } catch (thrown) {
      this.ended = thrown;
    }
  }

  /** SIGTERM: everything is drained, then the lease is freed. */
  async terminate(): Promise<void> {
    this.#stopping.abort(new Error('stop'));
    await this.life;
    await this.elector.release();
    this.isRunning = false;
  }

  /** SIGKILL, or SIGSTOP until `resume`. */
  freeze(): void {
    this.isRunning = false;
  }
}

describe('LeaderElector', () => {
  let kube: MemoryKube;
  let watch: MemoryWatch;
  let candidates: Candidate[];

  beforeEach(() => {
    kube = new MemoryKube();
    watch = new MemoryWatch(kube, 'leases');
    candidates = [];
  });

  function candidate(identity: string): Candidate {
    const one = new Candidate(kube, watch, identity);
    candidates.push(one);
    return one;
  }

  /** Time passes for all; a frozen process keeps its old timers, but its clock moves on. Nobody may ever see two leaders. */
  async function pass(ms: number, step = 100): Promise<void> {
    for (let at = 0; at < ms; at += step) {
      for (const one of candidates) {
        if (one.isRunning) await one.clock.advance(step);
        else one.clock.freeze(step);
      }
      expect(candidates.filter((one) => one.elector.isLeader()).length).toBeLessThanOrEqual(1);
    }
  }

  const lease = (): Lease => kube.peek<Lease>('leases', 'ns', 'lease') as Lease;

  it('takes a free lease at once and renews it every two seconds', async () => {
    const a = candidate('a');
    await settle(20);
    expect(a.elector.isLeader()).toBe(true);
    expect(lease().spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(lease().spec.renewTime).toMatch(/\.\d{6}Z$/);
    kube.writes.length = 0;
    await pass(20_000);
    expect(a.elector.isLeader()).toBe(true);
    expect(kube.writes.length).toBeGreaterThanOrEqual(9);
    expect(kube.writes.length).toBeLessThanOrEqual(11);
    await a.terminate();
  });

  it('hands over within moments when the leader stops', async () => {
    const a = candidate('a');
    await settle(20);
    const b = candidate('b');
    await pass(30_000);
    expect(b.elector.isLeader()).toBe(false);
    await a.terminate();
    await settle(20);
    expect([a.elector.isLeader(), b.elector.isLeader()]).toEqual([false, true]);
    expect(lease().spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    await b.terminate();
  });

  it('takes over 15 s after the last renewal it saw, when the leader is killed', async () => {
    const a = candidate('a');
    await settle(20);
    const b = candidate('b');
    await pass(5000);
    a.freeze();
    await pass(12_500);
    expect(b.elector.isLeader()).toBe(false);
    await pass(4500);
    expect(b.elector.isLeader()).toBe(true);
    await b.terminate();
  });

  it('takes over at expiry also when its watch is dead, and not from a leader that is alive', async () => {
    const a = candidate('a');
    await settle(20);
    const b = candidate('b');
    await pass(1000);
    watch.isUp = false;
    await pass(40_000);
    expect([a.elector.isLeader(), b.elector.isLeader()]).toEqual([true, false]);
    a.freeze();
    await pass(33_000);
    expect(b.elector.isLeader()).toBe(true);
    await b.terminate();
  });

  it('finds itself without the lease the moment it wakes from SIGSTOP, before any timer has fired', async () => {
    const a = candidate('a');
    await settle(20);
    const b = candidate('b');
    await pass(3000);
    a.freeze();
    await pass(20_000);
    expect(b.elector.isLeader()).toBe(true);
    expect(a.elector.isLeader()).toBe(false);
    a.isRunning = true;
    expect(a.elector.isLeader()).toBe(false);
    await pass(5000);
    expect(a.ended).toBeInstanceOf(LeadershipLost);
    expect(lease().spec.holderIdentity).toBe('b');
    await b.terminate();
  });

  it('ends its own right to write after 10 s without a renewal, though nothing has answered', async () => {
    const a = candidate('a');
    await settle(20);
    await pass(1900);
    const down = new OperatorError('down', { kind: 'Retryable', reason: 'KubernetesUnavailable' });
    kube.failures.push(...Array.from({ length: 50 }, () => down));
    await pass(8000);
    expect(a.elector.isLeader()).toBe(true);
    await pass(4000);
    expect(a.elector.isLeader()).toBe(false);
    expect(a.ended).toBeInstanceOf(LeadershipLost);
  });

  it('counts its right from the start of a renewal, not from its answer', async () => {
    const a = candidate('a');
    await settle(20);
    // The answer to the next renewal takes 4 s; all after it fail.
    const down = new OperatorError('down', { kind: 'Retryable', reason: 'KubernetesUnavailable' });
    kube.beforeWrite = () => {
      kube.beforeWrite = undefined;
      a.clock.freeze(4000);
      kube.failures.push(...Array.from({ length: 50 }, () => down));
    };
    await pass(2000);
    const validFor = async (): Promise<number> => {
      let ms = 0;
      for (; a.elector.isLeader(); ms += 100) await pass(100);
      return ms;
    };
    expect(await validFor()).toBeLessThanOrEqual(6000);
  });

  it('survives a few failed renewals and an edit of the lease by somebody else', async () => {
    const a = candidate('a');
    await settle(20);
    await pass(1900);
    kube.failures.push(
      ...Array.from({ length: 2 }, () => new OperatorError('down', { kind: 'Retryable', reason: 'KubernetesUnavailable' })),
    );
    await pass(6000);
    kube.put('leases', { ...lease(), metadata: { ...lease().metadata, annotations: { note: 'x' } } });
    await pass(10_000);
    expect(a.elector.isLeader()).toBe(true);
    await a.terminate();
  });

  it('gives up at once when another process holds the lease', async () => {
    const a = candidate('a');
    await settle(20);
    kube.put('leases', { ...lease(), spec: { ...lease().spec, holderIdentity: 'intruder' } });
    await pass(3000);
    expect(a.elector.isLeader()).toBe(false);
    expect(a.ended).toBeInstanceOf(LeadershipLost);
    await a.elector.release();
    expect(lease().spec.holderIdentity).toBe('intruder');
  });

  it('judges by its own monotonic clock: wall clocks an hour apart change nothing', async () => {
    const a = candidate('a');
    await settle(20);
    const b = candidate('b');
    b.clock.jumpWall(3_600_000);
    await pass(40_000);
    expect([a.elector.isLeader(), b.elector.isLeader()]).toEqual([true, false]);
    await b.terminate();
    await a.terminate();
  });

  it('writes nothing after a suspension that only the wall clock noticed, until it has renewed', async () => {
    const a = candidate('a');
    await settle(20);
    a.clock.jumpWall(60_000);
    expect(a.elector.isLeader()).toBe(false);
    await pass(2500);
    expect(a.elector.isLeader()).toBe(true);
    await a.terminate();
  });

  it('leaves no timer behind', async () => {
    const a = candidate('a');
    await settle(20);
    const b = candidate('b');
    await pass(3000);
    await b.terminate();
    await a.terminate();
    await settle(20);
    expect([a.clock.pendingTimers, b.clock.pendingTimers]).toEqual([0, 0]);
  });

  it.each([
    [{ leaseDurationMs: 10_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000 }, 'lease duration'],
    [{ leaseDurationMs: 15_000, renewDeadlineMs: 2400, retryPeriodMs: 2000 }, 'renew deadline'],
    [{ leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 0 }, 'retry period'],
  ])('refuses times under which a healthy leader could lose: %j', (times, message) => {
    const options = { kube, transport: watch, clock: new FakeClock(), random: () => 0, log: silentLog, meters: noMeters };
    expect(() => new LeaderElector({ ...options, namespace: 'ns', name: 'lease', identity: 'a', times })).toThrow(message);
  });
});
