import { type Change, changeId, type FieldChange } from '../domain/change/change-set.ts';
import type { Driver } from '../domain/change/driver.ts';

interface OwnWrite {
  readonly change: Change;
  /** Position in the order of this process's reads and writes. */
  readonly order: number;
  /** Monotonic ms of the confirmation. */
  readonly at: number;
  readonly isShown: boolean;
}

/** When a read began: its place in the order of events, and monotonic ms. */
export interface Begun {
  readonly order: number;
  readonly at: number;
}

/**
 * Own confirmed writes of one target, laid over reads that do not show them yet (design §4 Snapshots), so that slow propagation is not
 * taken for drift. A read that began before a write was confirmed proves nothing about it, however consistent the system is.
 */
export class OwnWrites<View> {
  readonly #driver: Driver<View>;
  /** By object; they do not depend on each other. */
  readonly #writes = new Map<string, readonly OwnWrite[]>();

  constructor(driver: Driver<View>) {
    this.#driver = driver;
  }

  /** True while a later read may still need them. */
  isNeeded(now: number): boolean {
    const isOpen = (write: OwnWrite): boolean => !write.isShown && now - write.at < this.#driver.overlayMs;
    for (const writes of this.#writes.values()) if (writes.some(isOpen)) return true;
    return false;
  }

  add(change: Change, order: number, at: number): void {
    const id = changeId(change);
    const kept = (this.#writes.get(id) ?? []).flatMap((write) => superseded(write, change));
    this.#writes.set(id, [...kept, { change, order, at, isShown: false }]);
  }

  /**
   * What the view says once own writes are laid over it; forgets those that this read or an earlier one showed (a difference is news since
   * then), and those that the system had time enough to show.
   */
  layOver(view: View, begun: Begun): View {
    let laid = view;
    for (const [id, writes] of this.#writes) {
      const kept: OwnWrite[] = [];
      for (const write of writes) {
        const isShown = this.#driver.shows(view, write.change);
        const couldKnow = begun.order > write.order;
        if (couldKnow && (write.isShown || isShown || begun.at - write.at >= this.#driver.overlayMs)) continue;
        if (!isShown) laid = this.#driver.overlay(laid, write.change);
        kept.push({ ...write, isShown: write.isShown || isShown });
      }
      if (kept.length === 0) this.#writes.delete(id);
      else this.#writes.set(id, kept);
    }
    return laid;
  }
}

/** What remains of an earlier own write once a later one touched the same object; its fields that the later one sets are history. */
function superseded(write: OwnWrite, later: Change): OwnWrite[] {
  if (later.action !== 'update' || write.change.action === 'remove') return [];
  const touched = new Set(later.fields.map(({ path }) => path));
  const fields: readonly FieldChange[] = write.change.fields.filter(({ path }) => !touched.has(path));
  // A create without any field left still says that the object exists.
  return write.change.action === 'update' && fields.length === 0 ? [] : [{ ...write, change: { ...write.change, fields } }];
}
