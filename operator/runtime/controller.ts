import type { KubeObject, ObjectKey } from '../api/meta.ts';
import type { Clock } from './clock.ts';
import type { EventRecorder } from './events.ts';
import type { Kube } from './kube.ts';
import type { KubeWriter } from './kube-client.ts';
import type { Fence } from './leader.ts';
import type { Log } from './log.ts';
import type { Meters } from './meters.ts';
import type { Lane } from './queue.ts';
import type { Reconciler, StatusBase } from './reconciler.ts';
import type { Slices } from './slices.ts';
import type { WatchedKind } from './watched-kind.ts';

/** Another kind whose changes concern objects of this one. */
export interface WatchDeclaration<K extends KubeObject> {
  readonly kind: WatchedKind<K>;
  /** Keys of this controller's objects that `object` concerns; asked for the state before and after a change. Pure but for reading stores. */
  readonly keys: (object: K) => Iterable<ObjectKey>;
  /** Default: every change counts. */
  readonly when?: (before: K | undefined, after: K | undefined) => boolean;
  /** Default `dependency`. */
  readonly lane?: Lane;
}

export interface ControllerDeclaration<T extends KubeObject<unknown, Status>, Status extends StatusBase> {
  /** Label of metrics and logs, and what WakeUps call the kind. Default: the kind's name. */
  readonly name?: string;
  readonly kind: WatchedKind<T>;
  readonly reconciler: Reconciler<T, Status>;
  readonly watches?: readonly Watch[];
  /** Passes at the same time; default 10. */
  readonly concurrency?: number;
  /** How often an unchanged object is looked at; default 10 min, ±10 %. */
  readonly resyncMs?: number;
  /** A pass that takes longer is aborted and counts as failed; default 5 min. */
  readonly timeoutMs?: number;
  /** Default: the group's. */
  readonly finalizer?: string;
  /** Condition types and status fields that another writer owns: the runtime neither compares nor writes them. */
  readonly foreignConditions?: readonly string[];
  readonly foreignFields?: readonly string[];
}

export interface ControllerDeps {
  readonly kube: Kube & KubeWriter;
  readonly fence: Fence;
  readonly events: EventRecorder;
  readonly slices: Slices;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly meters: Meters;
}

/** A declared watch of another kind, its type forgotten. */
export interface Watch {
  readonly kind: string;
  connect(enqueue: (key: ObjectKey, lane: Lane) => void): void;
}

/** A declared controller, its types forgotten; the runtime brings it to life. */
export interface Controller {
  readonly name: string;
  bind(deps: ControllerDeps): RunningController;
}

export interface RunningController {
  readonly name: string;
  /** First pass over everything; from here on news wakes keys. Only while leading. */
  start(): Promise<void>;
  enqueue(key: ObjectKey, lane: Lane): void;
  /** Every object once more, in the lowest lane. */
  resync(): Promise<void>;
  /** Takes nothing more in; resolves when all passes have ended, at the latest when the signal aborts (their own signals abort then). */
  drain(deadline: AbortSignal): Promise<void>;
  readonly longestRunMs: number;
  readonly pending: number;
}

/** Wakes the keys that an object concerns, before and after, when it comes, changes or goes. */
export function watching<K extends KubeObject>(declaration: WatchDeclaration<K>): Watch {
  const { kind, keys, when = () => true, lane = 'dependency' } = declaration;
  const concerned = (object: K | undefined): Iterable<ObjectKey> => (object === undefined ? [] : keys(object));
  return {
    kind: kind.kind,
    connect: (enqueue) =>
      kind.store.onChange((_key, before, after) => {
        if (!when(before, after)) return;
        for (const key of concerned(before)) enqueue(key, lane);
        for (const key of concerned(after)) enqueue(key, lane);
      }),
  };
}
