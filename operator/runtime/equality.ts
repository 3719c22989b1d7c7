/**
 * Equality of two JSON values; a property that is undefined counts as absent. Written out because the library comparers cost two to three
 * times as much on the path that every unchanged object takes (operator-practice D13.3).
 */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b);
  if (Array.isArray(b)) return false;
  return equalRecords(a as Record<string, unknown>, b as Record<string, unknown>);
}

function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!equalJson(a[i], b[i])) return false;
  return true;
}

function equalRecords(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  let found = 0;
  for (const key in a) {
    const value = a[key];
    if (value === undefined) continue;
    found++;
    if (!equalJson(value, b[key])) return false;
  }
  for (const key in b) if (b[key] !== undefined) found--;
  return found === 0;
}
