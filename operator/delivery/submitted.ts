import { contentHash } from '../domain/change/canonical.ts';
import { type Change, type ChangeSet, changeId } from '../domain/change/change-set.ts';
import type { Target, Verdict } from '../domain/change/driver.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { Priority, Submission } from './delivery.ts';

/** One accepted submission on its way. */
export class Submitted {
  readonly owner: string;
  readonly target: Target;
  #changes: ChangeSet;
  #priority: Priority;
  #verdicts: (Verdict | undefined)[];
  #missing: number;
  /** Index of the first change that has not been taken yet. */
  #taken = 0;
  #hasStarted = false;
  #isWithdrawn = false;

  constructor({ owner, target, changes, priority }: Submission) {
    this.owner = owner;
    this.target = target;
    this.#changes = changes;
    this.#priority = priority;
    this.#verdicts = changes.map(() => undefined);
    this.#missing = changes.length;
  }

  get changes(): ChangeSet {
    return this.#changes;
  }
  get priority(): Priority {
    return this.#priority;
  }
  get hasStarted(): boolean {
    return this.#hasStarted;
  }
  get isWithdrawn(): boolean {
    return this.#isWithdrawn;
  }
  get hasRest(): boolean {
    return !this.#isWithdrawn && this.#taken < this.#changes.length;
  }
  get isDone(): boolean {
    return this.#missing === 0;
  }

  /** Takes the place of what was submitted before; only while nothing of it has started. */
  replace({ changes, priority }: Submission): void {
    this.#changes = changes;
    this.#priority = priority;
    this.#verdicts = changes.map(() => undefined);
    this.#missing = changes.length;
  }

  /** Nothing more of it is taken or sent; it is done once what was sent has its verdicts. */
  withdraw(): void {
    if (this.#isWithdrawn) return;
    this.#isWithdrawn = true;
    this.#missing -= this.#changes.length - this.#taken;
  }

  /** Whether what is open is what is planned now. Of work that has begun some is done already, so that less is planned. */
  isStill(planned: ChangeSet): boolean {
    const open = this.#changes.filter((_change, index) => this.#verdicts[index] === undefined).map(fingerprint);
    const wanted = new Set(planned.map(fingerprint));
    return (this.#hasStarted || open.length === wanted.size) && open.every((each) => wanted.has(each));
  }

  /** The next changes to send, in their order, as far as `fits` allows. */
  take(fits: (change: Change) => boolean): Part[] {
    const parts: Part[] = [];
    for (let change = this.#changes[this.#taken]; change !== undefined && fits(change); change = this.#changes[this.#taken]) {
      parts.push({ work: this, index: this.#taken, change });
      this.#taken += 1;
      this.#hasStarted = true;
    }
    return parts;
  }

  record(index: number, verdict: Verdict): void {
    if (this.#verdicts[index] !== undefined) return;
    this.#verdicts[index] = verdict;
    this.#missing -= 1;
  }

  verdicts(): Verdict[] {
    return this.#verdicts.filter((verdict) => verdict !== undefined);
  }

  /** What its owner is told: not of what it, or whoever it went along with, took back before it was sent. */
  outcome(): Verdict[] {
    return this.verdicts().filter((verdict) => verdict.result === 'applied' || verdict.error.reason !== WITHDRAWN);
  }

  /** Ids of the changes that did not come about. */
  lostIds(): Set<string> {
    return new Set(this.verdicts().flatMap((verdict) => (verdict.result === 'applied' ? [] : [changeId(verdict.change)])));
  }
}

/** What a change comes to, whatever else is in its set: the order of a set depends on what of it is left. */
function fingerprint(change: Change): string {
  const fields = change.fields.map(({ path, before = null, after = null }) => [path, before, after]);
  return contentHash([changeId(change), change.action, fields, change.marker ?? null]);
}

const WITHDRAWN = 'Withdrawn';

/** Why a change was not sent that its owner took back in time; stays within delivery. */
export function takenBack(): OperatorError {
  return new OperatorError('Not sent, because its owner took it back', { kind: 'Retryable', reason: WITHDRAWN });
}

/** One change of one submission. */
export interface Part {
  readonly work: Submitted;
  readonly index: number;
  readonly change: Change;
}
