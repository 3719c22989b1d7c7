import type { ObjectKey } from '../api/meta.ts';
import type { Lane } from './queue.ts';

type Target = (kind: string, key: ObjectKey, lane: Lane) => void;

/**
 * How news from outside reaches the queues. Handed out before the runtime exists: what comes before is dropped, since every key has its first
 * pass then anyway.
 */
export class WakeUps {
  #target: Target | undefined;

  /** Wants a pass of one object, soon. Safe at any time and from anywhere; never waits. */
  enqueue(kind: string, key: ObjectKey, lane: Lane = 'change'): void {
    this.#target?.(kind, key, lane);
  }

  /** The runtime's end of it. */
  connect(target: Target | undefined): void {
    this.#target = target;
  }
}
