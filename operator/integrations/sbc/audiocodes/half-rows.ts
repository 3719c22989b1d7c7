import type { PlannedChange } from './batch-plan.ts';
import type { RuleRow } from './device.ts';
import type { RowWrite } from './script.ts';

/** A row of ours that the device committed although it refused a part of it: it has no tag, say, and would still catch calls. */
export interface HalfRow {
  readonly planned: PlannedChange;
  readonly row: RuleRow;
}

/**
 * Rows that a script left half made (audiocodes-sbc §11.1: rows commit one by one, whatever happened inside). A row counts only if it
 * stands where we put one, stood not there before, and holds nothing but values of ours or nothing.
 */
export function halfRows(missing: readonly PlannedChange[], before: readonly RuleRow[], after: readonly RuleRow[]): HalfRow[] {
  const stood = new Set(before.map(placeOf));
  const fresh = new Map(after.filter((row) => !stood.has(placeOf(row))).map((row) => [placeOf(row), row]));
  return missing.flatMap((planned) =>
    planned.writes.flatMap((write) => {
      const row = write.write === 'put' ? fresh.get(placeOf({ plan: write.at.plan.name, ruleIndex: write.at.ruleIndex })) : undefined;
      return row !== undefined && isPartOf(row, write) ? [{ planned, row }] : [];
    }),
  );
}

function placeOf({ plan, ruleIndex }: Pick<RuleRow, 'plan' | 'ruleIndex'>): string {
  return `${plan.toLowerCase()}/${ruleIndex}`;
}

function isPartOf({ name, prefix, tag }: RuleRow, write: RowWrite): boolean {
  if (write.write !== 'put') return false;
  const { Name, Prefix, Tag } = write.values;
  return [
    [name, Name],
    [prefix, Prefix],
    [tag, Tag],
  ].every(([found, ours]) => found === '' || found === ours);
}
