import type { Change, ChangeSet } from '../../../operator/domain/change/change-set.ts';
import type { AppliedBatch, Driver, Target, Verdict } from '../../../operator/domain/change/driver.ts';
import { identityOf, type OutsideObject } from '../../../operator/domain/change/object.ts';
import type { InMemorySystem, SystemView } from '../in-memory-system.ts';

export interface ViewedOptions<View> {
  readonly inner: InMemorySystem;
  /** What a read gives, from the objects that are there and whatever else the target has. */
  readonly viewOf: (target: Target, objects: readonly OutsideObject[]) => View;
  /** Where the objects of a target are kept, when several targets lead to one place. */
  readonly placeOf?: (target: Target) => Target;
  /** Throws what the target says to somebody who may not come in. */
  readonly admit?: (target: Target) => void;
  /** What the target makes of a batch after it was carried out. */
  readonly settle?: (target: Target, verdicts: readonly Verdict[]) => readonly Verdict[];
}

/** An in-memory system that answers in the shape of one integration's port. */
export class ViewedSystem<View extends object> implements Driver<View> {
  readonly overlayMs: number;
  readonly group?: NonNullable<Driver<View>['group']>;
  readonly inner: InMemorySystem;
  readonly #options: ViewedOptions<View>;

  constructor(options: ViewedOptions<View>) {
    this.#options = options;
    this.inner = options.inner;
    this.overlayMs = options.inner.overlayMs;
    if (options.inner.group !== undefined) this.group = options.inner.group;
  }

  async read(target: Target, signal: AbortSignal): Promise<View> {
    const objects = await this.inner.read(this.#options.placeOf?.(target) ?? target, signal);
    this.#options.admit?.(target);
    return this.#options.viewOf(target, [...objects.values()]);
  }

  async apply(target: Target, changes: ChangeSet, start: View | undefined, signal: AbortSignal): Promise<AppliedBatch<View>> {
    this.#options.admit?.(target);
    const { verdicts: done, view, isPartial = false } = await this.inner.apply(target, changes, start && stateOf(start), signal);
    const verdicts = this.#options.settle?.(target, done) ?? done;
    if (view === undefined) return { verdicts };
    const objects = [...view.values()];
    if (isPartial && start !== undefined) return { verdicts, view: { ...start, objects }, isPartial };
    return { verdicts, view: this.#options.viewOf(target, objects) };
  }

  overlay(view: View, change: Change): View {
    return { ...view, objects: [...this.inner.overlay(stateOf(view), change).values()] };
  }

  shows(view: View, change: Change): boolean {
    return this.inner.shows(stateOf(view), change);
  }
}

/** Objects by identity, made once for each picture: a batch asks for every one of its changes. */
const states = new WeakMap<object, SystemView>();

/** Views of systems that are only read have no objects. */
function stateOf(view: { readonly objects?: readonly OutsideObject[] } | object): SystemView {
  const known = states.get(view);
  if (known !== undefined) return known;
  const objects = 'objects' in view ? (view.objects ?? []) : [];
  const made = new Map(objects.map((object) => [identityOf(object), object]));
  states.set(view, made);
  return made;
}
