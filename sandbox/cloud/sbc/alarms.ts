type Severity = 'Critical' | 'Major' | 'Minor' | 'Warning' | 'Indeterminate' | 'Cleared';

export interface AlarmInput {
  readonly description: string;
  readonly severity: Severity;
  readonly source: string;
  /** Trap OID, shown with `?oid=1` only. */
  readonly oid?: string;
}

export interface Alarm extends AlarmInput {
  readonly id: string;
  readonly raisedAt: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor: { readonly after: string; readonly before: string };
}

/** Active alarms, and the history of raised and cleared ones since the last restart (audiocodes-sbc §4). */
export class AlarmBook {
  readonly #now: () => number;
  #active: Alarm[] = [];
  #history: Alarm[] = [];
  #lastId = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  raise(input: AlarmInput): Alarm {
    const alarm: Alarm = { ...input, id: String(++this.#lastId), raisedAt: this.#now() };
    this.#active.push(alarm);
    this.#history.push(alarm);
    return alarm;
  }

  /** Returns whether it was active. */
  clear(id: string): boolean {
    const alarm = this.#active.find((other) => other.id === id);
    if (alarm === undefined) return false;
    this.#active = this.#active.filter((other) => other !== alarm);
    this.#history.push({ ...alarm, id: String(++this.#lastId), severity: 'Cleared', raisedAt: this.#now() });
    return true;
  }

  active(): readonly Alarm[] {
    return this.#active;
  }

  history(): readonly Alarm[] {
    return this.#history;
  }

  /** History is lost at a restart; whether ids start again is not known (switch). */
  restart(ids: 'goOn' | 'startAgain'): void {
    this.#history = [];
    if (ids === 'goOn') return;
    this.#lastId = 0;
    this.#active = this.#active.map((alarm) => ({ ...alarm, id: String(++this.#lastId) }));
  }
}

/** One page with the cursor of §4.1: `-1` = no more in that direction. Undefined for a bad limit or cursor. */
export function pageOf(alarms: readonly Alarm[], query: Readonly<Record<string, string>>): Page<Alarm> | undefined {
  const limit = Number(query['limit'] ?? 20);
  if (!Number.isInteger(limit) || limit < 1) return undefined;
  let start = 0;
  if (query['after'] !== undefined) start = alarms.findIndex(({ id }) => id === query['after']) + 1;
  else if (query['before'] !== undefined) start = Math.max(0, alarms.findIndex(({ id }) => id === query['before']) - limit);
  const items = alarms.slice(start, start + limit);
  const more = start + limit < alarms.length;
  return { items, cursor: { after: more ? (items.at(-1)?.id ?? '-1') : '-1', before: start > 0 ? (items[0]?.id ?? '-1') : '-1' } };
}
