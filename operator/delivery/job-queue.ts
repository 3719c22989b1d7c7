import type { OperatorError } from '../errors/operator-error.ts';
import type { Priority } from './delivery.ts';

/** Best first. */
export const PRIORITIES: readonly Priority[] = ['urgent', 'change', 'poll'];
export type JobMode = 'read' | 'write';

/** How the target took a job: it answered, nothing was asked of it, or it failed. */
export interface Answer {
  readonly health: 'answered' | 'silent' | OperatorError;
  /** Writes: resolves when nothing of the call is on the wire any more; no other write of the lane starts before. */
  readonly ended?: Promise<void>;
}

/** One turn of a lane. */
export interface Job {
  /** Jobs of one lane with different keys take turns. */
  readonly fairKey: string;
  readonly mode: JobMode;
  /** Changed only by the lane that holds the job. */
  priority: Priority;
  /** Never rejects. */
  run(): Promise<Answer>;
}

/**
 * Waiting jobs of one lane: best priority first, reads and writes in turn, targets in turn, first come first served within a target.
 * All operations take constant time but `remove`.
 */
export class JobQueue {
  readonly #waiting: Readonly<Record<Priority, Readonly<Record<JobMode, Map<string, Job[]>>>>> = {
    urgent: { read: new Map(), write: new Map() },
    change: { read: new Map(), write: new Map() },
    poll: { read: new Map(), write: new Map() },
  };
  #lastMode: JobMode = 'read';
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(job: Job): void {
    const byKey = this.#waiting[job.priority][job.mode];
    const line = byKey.get(job.fairKey);
    if (line === undefined) byKey.set(job.fairKey, [job]);
    else line.push(job);
    this.#size += 1;
  }

  /** True when the job was still waiting. */
  remove(job: Job): boolean {
    const byKey = this.#waiting[job.priority][job.mode];
    const line = byKey.get(job.fairKey);
    const index = line?.indexOf(job) ?? -1;
    if (line === undefined || index < 0) return false;
    line.splice(index, 1);
    if (line.length === 0) byKey.delete(job.fairKey);
    this.#size -= 1;
    return true;
  }

  /** Best priority among the jobs that may start now. */
  best(writesAllowed: boolean): Priority | undefined {
    return PRIORITIES.find((priority) => this.#modeAt(priority, writesAllowed) !== undefined);
  }

  take(writesAllowed: boolean): Job | undefined {
    const priority = this.best(writesAllowed);
    const mode = priority === undefined ? undefined : this.#modeAt(priority, writesAllowed);
    if (priority === undefined || mode === undefined) return undefined;
    const byKey = this.#waiting[priority][mode];
    for (const [key, line] of byKey) {
      const job = line.shift();
      // Moved to the end, so that the other targets of the lane come first the next time.
      byKey.delete(key);
      if (line.length > 0) byKey.set(key, line);
      this.#size -= 1;
      this.#lastMode = mode;
      return job;
    }
    return undefined;
  }

  #modeAt(priority: Priority, writesAllowed: boolean): JobMode | undefined {
    const { read, write } = this.#waiting[priority];
    const hasWrite = writesAllowed && write.size > 0;
    if (read.size > 0 && hasWrite) return this.#lastMode === 'read' ? 'write' : 'read';
    if (hasWrite) return 'write';
    return read.size > 0 ? 'read' : undefined;
  }
}
