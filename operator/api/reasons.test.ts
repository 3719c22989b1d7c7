import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ReasonEntry } from './reasons/entry.ts';
import { REASONS } from './reasons.ts';

const CATALOGUE = readFileSync(join(import.meta.dirname, '../../docs/reference/errors.md'), 'utf8');
const ENTRIES = Object.entries(REASONS as Readonly<Record<string, ReasonEntry>>);

function reasonsWhere(isWrong: (entry: ReasonEntry, reason: string) => boolean): string[] {
  return ENTRIES.filter(([reason, entry]) => isWrong(entry, reason)).map(([reason]) => reason);
}

it('[S323] every reason has its cause and its next step, each as a sentence', () => {
  expect(reasonsWhere(({ cause, next }) => [cause, next].some((text) => !/^[\w`'"].{8,}\.$/s.test(text)))).toEqual([]);
});

it('[S323] whoever has to act is told what to do', () => {
  expect(reasonsWhere(({ actor, next }) => actor !== 'Nobody' && /^(?:Nothing to do|Wait)/.test(next))).toEqual([]);
});

it('[S323] every reason is found in the catalogue by its name', () => {
  expect(reasonsWhere((_entry, reason) => !CATALOGUE.includes(`<a id="${reason.toLowerCase()}"></a>\`${reason}\` |`))).toEqual([]);
});
