import type { NumberRange } from '../../api/kinds.ts';
import type { Seen } from '../../delivery/delivery.ts';
import { containsNumber, type Prefix, parsePrefix } from '../../domain/numbers/prefix.ts';
import type { NumbersView } from '../../integrations/graph/port.ts';
import { isConfirmed } from '../governance.ts';
import { heldBefore } from '../removal.ts';

export interface SilenceInput {
  readonly range: NumberRange;
  /** Patterns whose rules would go. */
  readonly patterns: readonly string[];
  readonly essentials: boolean;
  /** Undefined: nobody can be asked. */
  readonly numbers: Seen<NumbersView> | undefined;
  /** For a partial removal; undefined: the whole object. */
  readonly part?: string;
}

/** `wait`: the tenant is being read. `held`: what would be lost, and how to confirm. `free`: nobody loses a number. */
export type Silence = { readonly verdict: 'free' } | { readonly verdict: 'wait' } | { readonly verdict: 'held'; readonly message: string };

/** Removing rules of assigned numbers silences people; what cannot be read counts as assigned (telephony 7.1; Essentials: every number). */
export function silencing({ range, patterns, essentials, numbers, part }: SilenceInput): Silence {
  if (patterns.length === 0 || isConfirmed(range, part)) return { verdict: 'free' };
  const prefixes = patterns.flatMap((text) => parsed(text) ?? []);
  const all = prefixes.reduce((sum, { count }) => sum + count, 0);
  const how = `annotate trunkline.dev/confirm-delete=${part === undefined ? range.metadata.name : `${range.metadata.name}/${part}`} to go on`;
  if (essentials)
    return { verdict: 'held', message: `Inbound calls to ${all} numbers would stop (Essentials: every number counts as assigned); ${how}` };
  if (numbers?.state === 'reading') {
    const before = heldBefore(range);
    return before === undefined ? { verdict: 'wait' } : { verdict: 'held', message: before.message };
  }
  if (numbers === undefined || numbers.state === 'failed') {
    return { verdict: 'held', message: `It cannot be read who holds the ${all} numbers, so all of them count as assigned; ${how}` };
  }
  const lost = numbers.view.assignments.filter(
    ({ number, holder }) => holder !== undefined && prefixes.some((prefix) => containsNumber(prefix, number.replace(/;.*$/, ''))),
  );
  if (lost.length === 0) return { verdict: 'free' };
  const named = lost
    .slice(0, 3)
    .map(({ number }) => number)
    .join(', ');
  return {
    verdict: 'held',
    message: `${lost.length} assigned numbers would be silenced (${named}${lost.length > 3 ? ', …' : ''}); ${how}`,
  };
}

/** What several verdicts come to for whoever reads them: what is held comes before what is being looked at. */
export function sumOf(silences: readonly Silence[]): Silence {
  const messages = new Set(silences.flatMap((silence) => (silence.verdict === 'held' ? [silence.message] : [])));
  if (messages.size > 0) return { verdict: 'held', message: [...messages].join('; ') };
  return silences.find(({ verdict }) => verdict === 'wait') ?? { verdict: 'free' };
}

function parsed(text: string): Prefix | undefined {
  const result = parsePrefix(text);
  return 'prefix' in result ? result.prefix : undefined;
}
