/**
 * Which items of a list that the reader knows too belong to a set: one bit for each, the first in the lowest bit of the first byte, as base64. Ten
 * thousand patterns take less than two kilobytes, however the set lies among them; status has to stay small (design §2).
 */
export function memberBits(list: readonly string[], members: ReadonlySet<string>): string {
  const bytes = new Uint8Array(Math.ceil(list.length / 8));
  for (const [index, item] of list.entries()) if (members.has(item)) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  return Buffer.from(bytes).toString('base64');
}

/** The set that memberBits has written of the same list, in its order. */
export function membersOf(list: readonly string[], bits: string): string[] {
  const bytes = Buffer.from(bits, 'base64');
  return list.filter((_item, index) => (((bytes[index >> 3] ?? 0) >> (index & 7)) & 1) === 1);
}
