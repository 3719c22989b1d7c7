import type { ObjectMeta } from '../api/meta.ts';
import { MAX_MESSAGE, shortened } from '../api/status-text.ts';
import { contentHash } from '../domain/change/canonical.ts';
import type { Change } from '../domain/change/change-set.ts';
import type { Plan, PlannedItem } from '../domain/change/plan.ts';
import { type Finding, lastWord, type Spoken } from './finding.ts';
import { type Work, wish } from './work.ts';

/** One entry of `status.tasks` (design §2, S156): what was, is or will be written to one target for this object. */
export interface Task {
  /** From target and changes: the same work keeps its identity over retries and restarts. */
  readonly id: string;
  readonly type: string;
  readonly state: 'Queued' | 'Executing' | 'Succeeded' | 'Failed' | 'RetriesExhausted';
  readonly attempts?: number;
  readonly lastExecuted?: string;
  readonly result?: string;
}

export interface TaskContext {
  readonly before: readonly Task[] | undefined;
  /** False: gates, holds or policy keep the work back. */
  readonly mayWrite: boolean;
  /** True for a piece of work that is kept back by itself. */
  readonly isHeld?: (work: Work) => boolean;
  /** Whether a piece of work is in a lane or on the wire, after this pass has taken back what it does not want any more. */
  readonly isOut: (work: Work) => boolean;
  /** RFC 3339. */
  readonly now: string;
}

const KEPT = 20;
const DAY_MS = 24 * 60 * 60_000;

/**
 * The last 20 pieces of work of an object, newest first; nothing while there never was any. Pure. An entry changes with what became of it: a
 * retry that fails like the one before is no news (times and counters move with another change or once a day, design §5).
 */
export function tasksStatus(works: readonly Work[], context: TaskContext): { readonly tasks?: readonly Task[] } {
  let tasks: readonly Task[] = context.before ?? [];
  for (const work of works) {
    const ended = endedTask(work, tasks, context.now);
    if (ended !== undefined) tasks = put(tasks, ended);
    tasks = withOpen(tasks, work, context);
  }
  // The way of every unchanged object: nothing is hashed.
  if (tasks.some(isUnfinished)) {
    const places = works.map(placeOf);
    tasks = tasks.filter((task) => !isUnfinished(task) || places.some((place) => isOpen(task, place)));
  }
  return tasks.length === 0 ? {} : { tasks: tasks.slice(0, KEPT) };
}

/** After all work of an object was taken back: what has ended stays told, and nothing is on its way. */
export function tasksWithdrawn(before: readonly Task[] | undefined): { readonly tasks?: readonly Task[] } {
  const tasks = (before ?? []).filter((task) => !isUnfinished(task));
  return tasks.length === 0 ? {} : { tasks };
}

/** Tasks that wait, and that are being carried out (S155). */
export function queueOf(tasks: readonly Pick<Task, 'state'>[]): { readonly queued: number; readonly executing: number } {
  const count = (state: Task['state']): number => tasks.filter((task) => task.state === state).length;
  return { queued: count('Queued'), executing: count('Executing') };
}

/**
 * The failure that was told last, while the next try for the same spec is under way: it is not over because one tries again. A try of this process
 * tells it by itself (`Work.failures`); of one of an earlier process only `status.tasks` still knows. Undefined: the last word was no failure.
 */
export function failureStands(object: Tried, type: string, works: readonly Work[]): Finding | undefined {
  const before = lastWord(object, type);
  const isCurrent = object.status?.observedGeneration === object.metadata.generation;
  if (before === undefined || before.status === 'True' || !isCurrent) return undefined;
  const failed = (object.status?.tasks ?? []).filter(({ state }) => state === 'Failed');
  const isTold = ({ result }: Task): boolean => result !== undefined && before.message.startsWith(result.replace(/…$/, ''));
  return works.some((work) => failed.some((task) => task.id.startsWith(placeOf(work)) && isTold(task))) ? before : undefined;
}

interface Tried extends Spoken {
  readonly metadata: ObjectMeta;
  readonly status?: NonNullable<Spoken['status']> & { readonly tasks?: readonly Task[] };
}

/** What the last try, which has ended since the last pass, has come to. */
function endedTask(work: Work, before: readonly Task[], now: string): Task | undefined {
  const { applied, failures, hasJustFailed } = work;
  const changes = [...applied, ...(hasJustFailed ? failures.map(({ change }) => change) : [])];
  if (changes.length === 0) return undefined;
  const id = idOf(work, changes);
  const last = before.find((task) => task.id === id);
  const error = hasJustFailed ? failures[0]?.error : undefined;
  const result = error === undefined ? counted(changes.length, 'changed and read back') : shortened(error.message, MAX_MESSAGE);
  const state = error === undefined ? 'Succeeded' : 'Failed';
  const isOld = last?.lastExecuted === undefined || Date.parse(now) - Date.parse(last.lastExecuted) >= DAY_MS;
  if (last?.state === state && last.result === result && !isOld && state === 'Failed') return last;
  return { id, type: typeOf(changes), state, attempts: (last?.attempts ?? 0) + 1, lastExecuted: now, result };
}

/** At most one open task a target: what the present plan wants. */
function withOpen(tasks: readonly Task[], work: Work, context: TaskContext): readonly Task[] {
  const { plan } = work;
  const mayWrite = context.mayWrite && context.isHeld?.(work) !== true;
  if ((plan === undefined || plan.changes.length === 0) && !tasks.some(isUnfinished)) return tasks;
  if (plan === undefined) return context.isOut(work) ? tasks : tasks.map((task) => (isOpen(task, placeOf(work)) ? queued(task) : task));
  if (plan.changes.length === 0) return context.isOut(work) ? tasks : withoutOpen(tasks, { work, plan, mayWrite });
  const prefix = placeOf(work);
  const id = idOf(work, plan.changes);
  const last = tasks.find((task) => task.id === id);
  if (last?.state === 'Failed') return tasks; // it is tried again; that is told when it comes out otherwise
  const state = mayWrite ? 'Executing' : 'Queued';
  if (last?.state === state) return tasks;
  const others = tasks.filter((task) => !isOpen(task, prefix) || task.id === id);
  const attempts = last?.attempts === undefined ? {} : { attempts: last.attempts };
  return put(others, { id, type: typeOf(plan.changes), state, ...attempts, result: counted(plan.changes.length, 'to be changed') });
}

interface Ended {
  readonly work: Work;
  readonly plan: Plan;
  readonly mayWrite: boolean;
}

/**
 * Nobody wants the open task any more. What was handed over by an earlier process and is in place now was carried out; what was never handed
 * over, was taken back unsent, or is still kept back was not, and is no task.
 */
function withoutOpen(tasks: readonly Task[], { work, plan, mayWrite }: Ended): readonly Task[] {
  const prefix = placeOf(work);
  const isInPlace = mayWrite && !work.underWay && plan.kept.length === 0 && !plan.items.some(({ standing }) => MISSING.includes(standing));
  return tasks.flatMap((task) => {
    if (!isOpen(task, prefix)) return [task];
    return isInPlace && task.state === 'Executing' ? [foundInPlace(task)] : [];
  });
}

const MISSING: readonly PlannedItem['standing'][] = ['ToCreate', 'ToUpdate', 'ToAdopt'];

function queued(task: Task): Task {
  return task.state === 'Queued' ? task : { ...task, state: 'Queued' };
}

function foundInPlace({ id, type, attempts }: Task): Task {
  return { id, type, state: 'Succeeded', ...(attempts === undefined ? {} : { attempts }), result: 'Nothing is left to be changed' };
}

function isUnfinished({ state }: Task): boolean {
  return state === 'Queued' || state === 'Executing';
}

function isOpen(task: Task, prefix: string): boolean {
  return isUnfinished(task) && task.id.startsWith(prefix);
}

function put(tasks: readonly Task[], task: Task): readonly Task[] {
  const known = tasks.indexOf(task);
  return known === -1 ? [task, ...tasks.filter(({ id }) => id !== task.id)] : tasks;
}

function placeOf({ target }: Work): string {
  return `${target.system}-${contentHash(target.id)}-`;
}

function idOf(work: Work, changes: readonly Change[]): string {
  return `${placeOf(work)}${contentHash(changes.map(wish).sort())}`;
}

function typeOf(changes: readonly Change[]): string {
  return changes.every(({ action }) => action === 'remove') ? 'Remove' : 'Deploy';
}

function counted(count: number, what: string): string {
  return `${count} ${count === 1 ? 'object' : 'objects'} ${what}`;
}
