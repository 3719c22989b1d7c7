import { isDeepStrictEqual } from 'node:util';
import { OperatorError } from '../../../errors/operator-error.ts';
import type { HttpRuntime } from '../../http/client.ts';
import { ExchangeFailure } from '../../http/failure.ts';
import type { SbcConnection, SbcConnections } from '../port.ts';
import { AudioCodesClient } from './client.ts';
import type { Learned } from './dialect.ts';
import type { SeverityCache } from './monitoring.ts';
import { readSpelling } from './spelling.ts';
import { RULE_KIND } from './view.ts';

/** Waits while a device is busy, by how often it said so in a row (audiocodes-sbc §11.4); the queue adds jitter. */
const BUSY_WAITS_MS = [5_000, 10_000, 20_000, 40_000, 60_000];
const BUSY_OVERDUE_MS = 900_000;

/** Refused credentials are not sent again for this long: devices lock users out (audiocodes-sbc §1, §19.16). */
const REFUSED_HOLD_MS = 900_000;

/** One device in use: its client, and what is worth remembering between calls. Lost on restart without harm. */
export class DeviceSession {
  readonly device: string;
  readonly client: AudioCodesClient;
  readonly connection: SbcConnection;
  readonly severities: SeverityCache = new Map();
  /** Spelling and the firmware that it belongs to. */
  learned: { readonly version: string; readonly rules: Learned } | undefined;
  /** A script of ours ran, or may have run, and was not saved yet: what is unsaved on the device is not (only) somebody else's. */
  hasUnsaved = false;
  /** No earlier process has left a mark on the device. */
  hasNoAbandoned = false;
  /** When this process last saved what it had written, wall clock, ms; undefined: not yet. */
  lastSaveAt: number | undefined;
  readonly #clock: HttpRuntime['clock'];
  #busy: { readonly since: number; readonly times: number } | undefined;
  #refused: { readonly at: number; readonly error: OperatorError } | undefined;

  constructor(runtime: HttpRuntime, device: string, connection: SbcConnection) {
    this.device = device;
    this.connection = connection;
    this.client = new AudioCodesClient(runtime, device, connection);
    this.#clock = runtime.clock;
    this.remember(connection);
  }

  /** The device agrees that nothing is unsaved any more. */
  saved(): void {
    this.hasUnsaved = false;
    this.lastSaveAt = this.#clock.now();
  }

  /** Takes over a recorded spelling while nothing is known by own looks. */
  remember(connection: SbcConnection): void {
    if (this.learned === undefined || 'unknown' in this.learned.rules) this.learned = recordedDialect(connection) ?? this.learned;
  }

  /** Runs one call; refused credentials and a busy device become the failures that controllers know. */
  async call<T>(work: (client: AudioCodesClient) => Promise<T>): Promise<T> {
    const { monotonic } = this.#clock;
    if (this.#refused !== undefined && monotonic.call(this.#clock) - this.#refused.at < REFUSED_HOLD_MS) throw this.#refused.error;
    try {
      const result = await work(this.client);
      this.#busy = undefined;
      this.#refused = undefined;
      return result;
    } catch (thrown) {
      throw this.learn(thrown);
    }
  }

  /** What a failed call means; also used for failures that a script upload returns instead of throwing. */
  learn(thrown: unknown): unknown {
    if (!(thrown instanceof OperatorError)) return thrown;
    if (thrown.reason === 'AuthenticationFailed') this.#refused = { at: this.#clock.monotonic(), error: thrown };
    return thrown.cause instanceof ExchangeFailure && thrown.cause.status === 409
      ? this.busy('is synchronising its redundant unit', thrown)
      : thrown;
  }

  /** The failure of a device that cannot take changes now; the wait grows each time. */
  busy(why: string, cause?: unknown): OperatorError {
    const now = this.#clock.now();
    const times = (this.#busy?.times ?? 0) + 1;
    this.#busy = { since: this.#busy?.since ?? now, times };
    return new OperatorError(`SBC ${this.device} ${why}`, {
      kind: 'DependencyNotReady',
      reason: 'DeviceSynchronizing',
      remedy: 'The operator goes on by itself when the SBC is ready',
      retryAfterMs: BUSY_WAITS_MS[Math.min(times, BUSY_WAITS_MS.length) - 1] ?? BUSY_OVERDUE_MS,
      expectedBy: new Date(this.#busy.since + BUSY_OVERDUE_MS).toISOString(),
      cause,
    });
  }
}

/** A spelling that an earlier process learned on the same firmware. */
function recordedDialect({ dialect }: SbcConnection): DeviceSession['learned'] {
  const spelling = readSpelling(dialect?.tables[RULE_KIND] ?? '');
  return dialect === undefined || spelling === undefined ? undefined : { version: dialect.name, rules: { spelling } };
}

/** The devices in use. Connecting opens nothing: the first call does. */
export class DeviceSessions implements SbcConnections {
  readonly #runtime: HttpRuntime;
  readonly #sessions = new Map<string, DeviceSession>();

  constructor(runtime: HttpRuntime) {
    this.#runtime = runtime;
  }

  connect(device: string, connection: SbcConnection): boolean {
    const known = this.#sessions.get(device);
    if (known !== undefined && isDeepStrictEqual(keyOf(known.connection), keyOf(connection))) {
      known.remember(connection);
      return false;
    }
    const session = new DeviceSession(this.#runtime, device, connection);
    if (known !== undefined) {
      session.hasUnsaved = known.hasUnsaved;
      session.learned ??= known.learned;
      known.client.close();
    }
    this.#sessions.set(device, session);
    return true;
  }

  isConnected(device: string): boolean {
    return this.#sessions.has(device);
  }

  disconnect(device: string): void {
    this.#sessions.get(device)?.client.close();
    this.#sessions.delete(device);
  }

  /** Throws DependencyNotReady when nobody connected the device. */
  get(device: string): DeviceSession {
    const session = this.#sessions.get(device);
    if (session !== undefined) return session;
    throw new OperatorError(`SBCDevice ${device} has no connection yet`, {
      kind: 'DependencyNotReady',
      reason: 'SBCDeviceNotReady',
      remedy: 'Check that the SBCDevice exists and that its credentials Secret can be read',
    });
  }
}

/** The recorded dialect is only a start: that status has caught up with what was learned is no reason to connect anew. */
function keyOf({ dialect: _, ...connection }: SbcConnection): Omit<SbcConnection, 'dialect'> {
  return connection;
}
