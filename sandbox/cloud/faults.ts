import { z } from 'zod';

/** What a fault does to one exchange. */
const FaultRule = z
  .strictObject({
    id: z.string().min(1).max(60).optional(),
    /** Name of the stand-in; absent = all. */
    standIn: z.string().optional(),
    /** Tenant id or device name; absent = all. */
    target: z.string().optional(),
    method: z.string().optional(),
    /** Regular expression on the path with query, matched anywhere. */
    path: z.string().optional(),
    writesOnly: z.boolean().optional(),
    /** `noEffect`: answered as done, and nothing was done (teams-admin-api §4 rule 5). */
    kind: z.enum(['status', 'throttle', 'delay', 'hang', 'reset', 'lostAnswer', 'noEffect']),
    /** For `status`. */
    status: z.int().min(400).max(599).optional(),
    /** For `throttle` and `status`: seconds, may be fractional; null or absent = no Retry-After header. */
    retryAfter: z.number().min(0).nullable().optional(),
    /** For `status`: body to answer with instead of the stand-in's own error shape. */
    body: z.unknown().optional(),
    /** For `delay`: real milliseconds, since the peer's own time-outs are real. */
    delayMs: z.int().min(0).optional(),
    /** Lets this many matching exchanges pass first. */
    skip: z.int().min(0).default(0),
    /** Acts on this many exchanges, then is gone; absent = until cleared. */
    times: z.int().min(1).optional(),
  })
  .refine((rule) => rule.kind !== 'status' || rule.status !== undefined, { path: ['status'], message: 'kind status needs a status' })
  .refine((rule) => rule.kind !== 'delay' || rule.delayMs !== undefined, { path: ['delayMs'], message: 'kind delay needs delayMs' });

export type FaultInput = z.input<typeof FaultRule>;
export type Fault = z.output<typeof FaultRule> & { readonly id: string };

/** The facts of an exchange that a fault can be aimed at. */
export interface FaultSubject {
  readonly standIn: string;
  readonly target: string | undefined;
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly write: boolean;
}

interface Armed {
  readonly fault: Fault;
  readonly pattern: RegExp | undefined;
  skip: number;
  left: number;
}

/** Faults waiting for the exchanges they are aimed at. The first that matches acts; order is the order of arming. */
export class Faults {
  /** Real milliseconds that every HTTP exchange takes beside any fault: the distance to the outside world in measurements. */
  latencyMs = 0;
  #armed: Armed[] = [];
  #count = 0;

  /** Arms a fault and returns its id. A broken rule is refused here, not when it should act. */
  add(input: FaultInput): string {
    const rule = FaultRule.parse(input);
    const id = rule.id ?? `fault-${++this.#count}`;
    if (this.#armed.some((armed) => armed.fault.id === id)) throw new RangeError(`a fault ${id} is armed already`);
    const pattern = rule.path === undefined ? undefined : new RegExp(rule.path);
    this.#armed.push({ fault: { ...rule, id }, pattern, skip: rule.skip, left: rule.times ?? Number.POSITIVE_INFINITY });
    return id;
  }

  /** The fault that acts on this exchange, spent by one; undefined when it goes through undisturbed. */
  take(subject: FaultSubject): Fault | undefined {
    for (const armed of this.#armed) {
      if (!matches(armed, subject)) continue;
      if (armed.skip > 0) {
        armed.skip -= 1;
        continue;
      }
      armed.left -= 1;
      if (armed.left <= 0) this.clear(armed.fault.id);
      return armed.fault;
    }
    return undefined;
  }

  /** Removes one fault, or all. Returns whether there was one. */
  clear(id?: string): boolean {
    const before = this.#armed.length;
    this.#armed = id === undefined ? [] : this.#armed.filter((armed) => armed.fault.id !== id);
    return this.#armed.length < before;
  }

  list(): (Fault & { readonly left: number | 'until cleared' })[] {
    return this.#armed.map(({ fault, left }) => ({ ...fault, left: Number.isFinite(left) ? left : 'until cleared' }));
  }
}

function matches({ fault, pattern }: Armed, subject: FaultSubject): boolean {
  if (fault.standIn !== undefined && fault.standIn !== subject.standIn) return false;
  if (fault.target !== undefined && fault.target.toLowerCase() !== subject.target?.toLowerCase()) return false;
  if (fault.method !== undefined && fault.method.toUpperCase() !== subject.method.toUpperCase()) return false;
  if (fault.writesOnly === true && !subject.write) return false;
  return pattern === undefined || pattern.test(subject.path);
}
