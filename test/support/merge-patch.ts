/** Any JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** JSON merge patch (RFC 7396): `null` takes a field away, maps are merged, everything else replaces. */
export function mergePatch(target: Json, patch: Json): Json {
  const entries = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    const current = entries.get(key);
    if (value === null) entries.delete(key);
    else entries.set(key, isMap(value) && isMap(current) ? mergePatch(current, value) : value);
  }
  return Object.fromEntries(entries);
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
