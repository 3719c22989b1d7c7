import type { Change, ChangeSet } from '../../operator/domain/change/change-set.ts';
import type { AppliedBatch, Target, Verdict } from '../../operator/domain/change/driver.ts';
import { ruleName, ruleSuffix } from '../../operator/domain/naming/rule-name.ts';
import { OperatorError } from '../../operator/errors/operator-error.ts';
import type { RecordedExchange } from '../../operator/integrations/http/recording.ts';
import { DeviceSessions } from '../../operator/integrations/sbc/audiocodes/connections.ts';
import { type AbandonedWork, AudioCodesDriver } from '../../operator/integrations/sbc/audiocodes/driver.ts';
import type { AudioCodesView } from '../../operator/integrations/sbc/audiocodes/view.ts';
import type { SbcConnection } from '../../operator/integrations/sbc/port.ts';
import type { Clock } from '../../operator/runtime/clock.ts';
import { SystemClock } from '../../operator/runtime/system-clock.ts';
import { SandboxClock } from '../../sandbox/cloud/clock.ts';
import type { SbcDevice } from '../../sandbox/cloud/sbc/device.ts';
import type { DialectName } from '../../sandbox/cloud/sbc/dialect.ts';
import { PersonAtDevice } from '../../sandbox/cloud/sbc/person.ts';
import { QUICKSTART_SBC, type SeedOptions, seedQuickstartSbc } from '../../sandbox/cloud/sbc/seed.ts';
import { sbcStandIn } from '../../sandbox/cloud/sbc/stand-in.ts';
import { type RunningStandIn, startStandIn } from '../../sandbox/cloud/server.ts';
import { type CloudBase, createCloudBase, type StandIn } from '../../sandbox/cloud/stand-in.ts';

/** Sandbox time for all but deadlines, which are real, as sockets are: waiting moves time on and takes none. */
class SharedClock implements Clock {
  readonly slept: number[] = [];
  readonly #sandbox: SandboxClock;
  readonly #real = new SystemClock();

  constructor(sandbox: SandboxClock) {
    this.#sandbox = sandbox;
  }

  now(): number {
    return this.#sandbox.now();
  }

  monotonic(): number {
    return this.#sandbox.now();
  }

  setTimer(delayMs: number, fire: () => void): () => void {
    return this.#real.setTimer(delayMs, fire);
  }

  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(delayMs);
    this.#sandbox.advance(delayMs);
  }
}

const DEVICE = 'carrier/sbc1';
const TARGET: Target = { system: 'sbc', id: DEVICE, lane: `device/${DEVICE}` };
export const PLAN = QUICKSTART_SBC.dialPlans.customers;

/** A device of the sandbox on a real socket, our driver against it, and another person at its console. */
export interface SbcHouse {
  readonly base: CloudBase;
  readonly sbc: SbcDevice;
  readonly person: PersonAtDevice;
  readonly driver: AudioCodesDriver;
  readonly sessions: DeviceSessions;
  readonly clock: SharedClock;
  readonly recorded: RecordedExchange[];
  readonly connection: SbcConnection;
  /** Connects anew, as after a change of the SBCDevice. */
  connect(change: Partial<SbcConnection>): void;
  /** Another process: nothing remembered, same device. */
  restartOperator(abandoned?: AbandonedWork): SbcHouse;
  read(): Promise<AudioCodesView>;
  apply(changes: ChangeSet, view?: AudioCodesView): Promise<AppliedBatch<AudioCodesView>>;
  /** Writes that reached the device. */
  writes(): string[];
  close(): Promise<void>;
}

export interface HouseOptions extends SeedOptions {
  readonly dialect?: DialectName;
  readonly tls?: StandIn['tls'];
  readonly prepare?: (sbc: SbcDevice, base: CloudBase) => void;
}

export async function openSbcHouse({ tls, prepare, ...seed }: HouseOptions = {}): Promise<SbcHouse> {
  const base = await createCloudBase({ clock: new SandboxClock({ mode: 'manual' }) });
  const sbc = await seedQuickstartSbc(base, seed);
  prepare?.(sbc, base);
  const running = await startStandIn({ ...sbcStandIn(sbc), ...(tls === undefined ? {} : { tls }) }, base);
  return houseOf(base, sbc, running);
}

function houseOf(base: CloudBase, sbc: SbcDevice, running: RunningStandIn, abandoned?: AbandonedWork): SbcHouse {
  const clock = new SharedClock(base.clock);
  const recorded: RecordedExchange[] = [];
  const sessions = new DeviceSessions({ clock, userAgent: 'trunkline/test', recorder: { record: (exchange) => recorded.push(exchange) } });
  const driver = new AudioCodesDriver({ clock, sessions, suffix: ruleSuffix, ...(abandoned === undefined ? {} : { abandoned }) });
  const url = new URL(running.url);
  const connection: SbcConnection = {
    address: url.host,
    https: url.protocol === 'https:',
    tls: { caPem: base.ca.certPem },
    username: 'trunkline',
    password: 'sandbox-sbc-password',
    saveForeign: false,
  };
  sessions.connect(DEVICE, connection);
  const { signal } = new AbortController();
  return {
    base,
    sbc,
    person: new PersonAtDevice(sbc),
    driver,
    sessions,
    clock,
    recorded,
    connection,
    connect: (change) => sessions.connect(DEVICE, { ...connection, ...change }),
    restartOperator: (work) => houseOf(base, sbc, running, work),
    read: () => driver.read(TARGET, signal),
    apply: (changes, view) => driver.apply(TARGET, changes, view, signal),
    writes: () => base.log.list({ write: true }).map(({ method, path }) => `${method} ${path.replace('/api/v1', '')}`),
    close: async () => {
      sessions.disconnect(DEVICE);
      await running.close();
    },
  };
}

export const SCRIPT = 'PUT /files/cliScript/incremental';
export const SAVE = 'POST /actions/saveConfiguration';

export function create(prefix: string, tag: string, { plan = PLAN, base = 'acme' }: { plan?: string; base?: string } = {}): Change {
  const fields = [
    { path: 'tag', after: tag },
    { path: 'ruleName', after: ruleName(base, { plan, prefix, tag }) },
  ];
  return { ...placeOf(plan, prefix), action: 'create', fields, after: [] };
}

export function update(prefix: string, before: string, after: string, plan: string = PLAN): Change {
  return { ...placeOf(plan, prefix), action: 'update', fields: [{ path: 'tag', before, after }], after: [] };
}

export function remove(prefix: string, tag: string, plan: string = PLAN): Change {
  return { ...placeOf(plan, prefix), action: 'remove', fields: [{ path: 'tag', before: tag }], after: [] };
}

function placeOf(plan: string, prefix: string) {
  return { system: 'sbc', target: DEVICE, kind: 'DialPlanRule', name: `${plan}/${prefix}` } as const;
}

/** `applied`, or the reason of what failed, in the order of the changes. */
export function results(verdicts: readonly Verdict[]): string[] {
  return verdicts.map((verdict) => (verdict.result === 'applied' ? 'applied' : verdict.error.reason));
}

/** The OperatorError that a promise rejects with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<OperatorError> {
  const thrown = await promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  if (thrown instanceof OperatorError) return thrown;
  throw thrown;
}
