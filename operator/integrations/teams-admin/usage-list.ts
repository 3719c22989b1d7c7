import { OperatorError } from '../../errors/operator-error.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { TeamsAdminClient } from './client.ts';
import { readBackUntil } from './read-back.ts';

/** A label that was gone although nobody of ours removed it, put back by the same write (telephony 4.3). */
export interface UsageLost {
  readonly tenantId: string;
  readonly labels: readonly string[];
  /** Evidence: the list as found, and as written. */
  readonly found: readonly string[];
  readonly written: readonly string[];
}

export interface UsageListDeps {
  readonly client: Pick<TeamsAdminClient, 'listUsages' | 'replaceUsages'>;
  readonly clock: Clock;
  readonly onUsageLost: (loss: UsageLost) => void;
}

export interface UsageListChange {
  readonly add: readonly string[];
  /** Our own labels only: whatever else the list holds stays. */
  readonly remove: readonly string[];
  /** Labels that must be there: an earlier snapshot had them, or a route or policy names them. */
  readonly expected: readonly string[];
}

/** How long a read may not show an own write yet, and how long an own removal outlives snapshots that still have the label. */
const OWN_ADDED_MS = 120_000;
const OWN_REMOVED_MS = 900_000;
const ATTEMPTS = 3;

interface OwnWrite {
  readonly label: string;
  readonly action: 'added' | 'removed';
  readonly at: number;
}

/**
 * Changes the one list of PSTN usages, which has no version to check against: read, replace, read back (telephony 4.3). What it leaves out is
 * never more than our own labels. Two writers at the same time can still lose a label in the moment between read and write; it is put back when
 * an earlier snapshot had it or a route or policy names it. Call it from the tenant's lane only.
 */
export class UsageListWriter {
  readonly #deps: UsageListDeps;
  /** By tenant and lower-case label: what this process wrote and reads may not show yet. */
  readonly #own = new Map<string, Map<string, OwnWrite>>();

  constructor(deps: UsageListDeps) {
    this.#deps = deps;
  }

  /** Throws OperatorError; Retryable/ChangeNotVisible when the list was accepted three times and never shown. */
  async change(tenantId: string, change: UsageListChange, signal: AbortSignal): Promise<void> {
    let expected = change.expected;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await this.#deps.client.listUsages(tenantId, signal);
      const { list, restored } = nextUsageList(found, { ...change, expected }, this.#recent(tenantId));
      if (restored.length > 0) this.#deps.onUsageLost({ tenantId, labels: restored, found, written: list });
      if (isSameList(list, found)) return;
      if (await this.#replace(tenantId, { found, list, change }, signal)) return;
      expected = [...expected, ...list];
    }
    throw new OperatorError('Microsoft Teams accepted the list of PSTN usages but does not show it', {
      kind: 'Retryable',
      reason: 'ChangeNotVisible',
    });
  }

  /** True once a read shows the whole list as written. */
  async #replace(
    tenantId: string,
    { found, list, change }: { readonly found: readonly string[]; readonly list: readonly string[]; readonly change: UsageListChange },
    signal: AbortSignal,
  ): Promise<boolean> {
    refuseForeignLoss(found, list, change.remove);
    const holds = (shown: readonly string[]): boolean => isHeld(shown, list, change.remove);
    try {
      await this.#deps.client.replaceUsages(tenantId, list, signal);
    } catch (thrown) {
      // The answer may have been lost after the work was done.
      const isOpen = thrown instanceof OperatorError && thrown.kind === 'Retryable';
      if (isOpen && holds(await this.#deps.client.listUsages(tenantId, signal))) return true;
      throw thrown;
    }
    this.#remember(tenantId, change);
    return holds(await readBackUntil(this.#deps.clock, holds, () => this.#deps.client.listUsages(tenantId, signal), signal));
  }

  #remember(tenantId: string, { add, remove }: UsageListChange): void {
    const own = this.#own.get(tenantId) ?? new Map<string, OwnWrite>();
    const at = this.#deps.clock.monotonic();
    for (const label of add) own.set(label.toLowerCase(), { label, action: 'added', at });
    for (const label of remove) own.set(label.toLowerCase(), { label, action: 'removed', at });
    this.#own.set(tenantId, own);
  }

  #recent(tenantId: string): RecentWrites {
    const own = this.#own.get(tenantId);
    if (own === undefined) return { added: [], removed: [] };
    const now = this.#deps.clock.monotonic();
    for (const [key, { action, at }] of own) {
      if (now - at >= (action === 'added' ? OWN_ADDED_MS : OWN_REMOVED_MS)) own.delete(key);
    }
    if (own.size === 0) this.#own.delete(tenantId);
    const labelsOf = (action: OwnWrite['action']) => [...own.values()].filter((write) => write.action === action).map(({ label }) => label);
    return { added: labelsOf('added'), removed: labelsOf('removed') };
  }
}

/** Own labels that a read may not show yet, or may still show. */
export interface RecentWrites {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * The list to write. Pure. Order and spelling of what is there stay; `restored` are the lost labels among what is appended.
 * @internal Exported for its own tests.
 */
export function nextUsageList(
  found: readonly string[],
  { add, remove, expected }: UsageListChange,
  recent: RecentWrites,
): { readonly list: readonly string[]; readonly restored: readonly string[] } {
  const goes = keysOf(remove);
  const kept = found.filter((label) => !goes.has(label.toLowerCase()));
  const unshown = without(recent.added, [...found, ...remove]);
  const restored = without(expected, [...found, ...remove, ...unshown, ...add, ...recent.removed]);
  const added = without(add, [...kept, ...unshown, ...restored]);
  return { list: [...kept, ...unshown, ...restored, ...added], restored };
}

/** The rule of telephony 7.4, checked once more on the very list that is about to leave. */
function refuseForeignLoss(found: readonly string[], list: readonly string[], remove: readonly string[]): void {
  const lost = without(found, [...list, ...remove]);
  if (lost.length === 0) return;
  throw new OperatorError(`The operator never leaves other labels out of the list of PSTN usages: ${lost.join(', ')}`, {
    kind: 'Terminal',
    reason: 'CallForbidden',
  });
}

function isHeld(shown: readonly string[], list: readonly string[], remove: readonly string[]): boolean {
  return without(list, shown).length === 0 && without(remove, shown).length === remove.length;
}

/** `labels` that are not among `others`, each once, compared without case. */
function without(labels: readonly string[], others: readonly string[]): string[] {
  const seen = keysOf(others);
  return labels.filter((label) => {
    const key = label.toLowerCase();
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function keysOf(labels: readonly string[]): Set<string> {
  return new Set(labels.map((label) => label.toLowerCase()));
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((label, index) => label === right[index]);
}
