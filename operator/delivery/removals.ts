import { type ChangeSet, changeId } from '../domain/change/change-set.ts';
import type { Planned } from './delivery.ts';

/** A plan of an owner, or work that it has submitted. */
interface Taking {
  readonly owner: string;
  readonly changes: ChangeSet;
}

interface Leaving {
  /** Everything that is to take it away: a plan and the work that follows from it, of one owner or of several that list the object. */
  readonly by: Set<Taking>;
  /** Owners that were told, and are woken when nobody takes it away any more. */
  readonly told: Set<string>;
}

/**
 * What is about to be taken away, by object: planned, waiting, or on the wire. Whoever wants such an object must not take it for done (design
 * §3.10). What was sent for an owner that is forgotten counts for its successor of the same name too.
 */
export class Removals {
  readonly #wake: (owner: string) => void;
  readonly #leaving = new Map<string, Leaving>();
  readonly #idsOf = new Map<Taking, readonly string[]>();
  readonly #plans = new Map<string, Taking>();
  readonly #orphans = new WeakSet<Taking>();

  constructor(wake: (owner: string) => void) {
    this.#wake = wake;
  }

  /** What an owner would submit now, in place of what it planned before; known from then on, long before it is sent. */
  plan(owner: string, planned: readonly Planned[]): void {
    const before = this.#plans.get(owner);
    const plan: Taking = { owner, changes: planned.flatMap(({ changes }) => changes) };
    if (plan.changes.some(isRemoval)) this.#plans.set(owner, plan);
    else this.#plans.delete(owner);
    this.begin(plan);
    if (before !== undefined) this.end(before);
  }

  begin(taking: Taking): void {
    const ids = taking.changes.filter(isRemoval).map(changeId);
    if (ids.length > 0) this.#idsOf.set(taking, ids);
    for (const id of ids) {
      const leaving = this.#leaving.get(id) ?? { by: new Set(), told: new Set() };
      leaving.by.add(taking);
      this.#leaving.set(id, leaving);
    }
  }

  /** Nothing of it is to come any more. */
  end(taking: Taking): void {
    const ids = this.#idsOf.get(taking) ?? [];
    this.#idsOf.delete(taking);
    for (const id of ids) {
      const leaving = this.#leaving.get(id);
      leaving?.by.delete(taking);
      if (leaving === undefined || leaving.by.size > 0) continue;
      this.#leaving.delete(id);
      for (const owner of leaving.told) this.#wake(owner);
    }
  }

  /** The owner of the work is gone; what was sent of it goes on. */
  orphan(work: Taking): void {
    this.#orphans.add(work);
  }

  /** Whether somebody else is to take the object away; if so the asker is woken when that has ended. */
  isLeaving(id: string, asker: string): boolean {
    const leaving = this.#leaving.get(id);
    if (leaving === undefined) return false;
    const isTaken = [...leaving.by].some((taking) => taking.owner !== asker || this.#orphans.has(taking));
    if (isTaken) leaving.told.add(asker);
    return isTaken;
  }
}

function isRemoval({ action }: ChangeSet[number]): boolean {
  return action === 'remove';
}
