import type { Actor, ReasonEntry } from '../operator/api/reasons/entry.ts';
import { REASONS } from '../operator/api/reasons.ts';

const WHO: Readonly<Record<Actor, string>> = {
  Provider: 'the provider',
  CustomerAdmin: "the customer's administrator",
  Microsoft: 'Microsoft',
  Nobody: 'nobody',
};

/** The error catalogue: every reason of a condition or event, in alphabetical order, with who acts and how (S323). */
export function generateCatalogue(): string {
  const rows = Object.entries(REASONS as Readonly<Record<string, ReasonEntry>>)
    .sort(([left], [right]) => left.localeCompare(right, 'en'))
    .map(
      ([reason, { actor, cause, next, isLater }]) =>
        `| <a id="${reason.toLowerCase()}"></a>\`${reason}\` | ${cell(isLater ? `${cause} Comes with a later release.` : cause)} | ${WHO[actor]} | ${cell(next)} |`,
    );
  return [
    '<!-- Generated from operator/api/reasons.ts by `npm run generate`. Do not edit. -->',
    '# Reasons',
    '',
    'What a reason in a condition or event means, who acts, and what comes next. The message beside it names object, field and value.',
    '',
    '| reason | cause | who acts | next step |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
