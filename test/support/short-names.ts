import type { ShortNameReason } from '../../operator/domain/naming/short-name.ts';

/** One table for every place that checks short names: the domain, the CRD, the app registration's name (S008, S009; golden vector 10). */
export const SHORT_NAMES: readonly { readonly row: string; readonly name: string; readonly reason?: ShortNameReason }[] = [
  { row: 'S001', name: 'ab', reason: 'ShortNameLength' },
  { row: 'S001', name: 'abc' },
  { row: 'S001', name: 'abcdefghijklmno' },
  { row: 'S001', name: 'abcdefghijklmnop', reason: 'ShortNameLength' },
  ...['\\', '/', ':', '*', '?', '"', '<', '>', '|'].map((character) => ({
    row: 'S002',
    name: `ac${character}me`,
    reason: 'ShortNameForbiddenCharacter' as const,
  })),
  { row: 'S003', name: 'audit', reason: 'ShortNameReserved' },
  { row: 'S003', name: 'Audit', reason: 'ShortNameReserved' },
  { row: 'S003', name: 'SaudiTel' },
  { row: 'S003', name: 'auditors' },
  { row: 'S004', name: 'acme.ch', reason: 'ShortNameDotOrBlank' },
  { row: 'S004', name: 'acme ch', reason: 'ShortNameDotOrBlank' },
  { row: 'S004', name: 'acme\tch', reason: 'ShortNameDotOrBlank' },
  { row: 'S004', name: 'R&D' },
  { row: 'S004', name: 'A+B' },
  { row: 'S004', name: "O'Neill" },
  { row: 'S004', name: 'a_b-(c)' },
  { row: 'S216', name: 'PDC+001' },
];
