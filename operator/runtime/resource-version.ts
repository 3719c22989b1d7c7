/**
 * Order of two resourceVersions: negative when `a` is older. They are decimal numbers beyond 2^53 without leading zeros (comparable since
 * KEP-5504), so length and then text decide, which BigInt would too but slower. An absent or non-numeric one counts as oldest.
 */
export function compareResourceVersions(a: string | undefined, b: string | undefined): number {
  const left = isNumeric(a) ? a : '';
  const right = isNumeric(b) ? b : '';
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function isNumeric(version: string | undefined): version is string {
  if (version === undefined || version.length === 0) return false;
  for (let i = 0; i < version.length; i++) {
    const code = version.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return version !== '0';
}
