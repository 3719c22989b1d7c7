import type { NumberRange, SiteLocation } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/meta.ts';
import type { Seen } from '../../delivery/delivery.ts';
import { contentHash } from '../../domain/change/canonical.ts';
import { carries, knownPrefix } from '../../domain/numbers/prefix.ts';
import { PrefixSet } from '../../domain/numbers/prefix-set.ts';
import type { NumbersView } from '../../integrations/graph/port.ts';
import { confirmationOf } from '../confirmation.ts';
import { heldBefore } from '../removal.ts';
import { FREE, type Silence, type Verdict } from '../silence.ts';
import type { Going } from './going.ts';

export interface SilenceInput {
  readonly range: NumberRange;
  /** Patterns whose rules would go. */
  readonly patterns: readonly string[];
  readonly essentials: boolean;
  /** Undefined: nobody can be asked. */
  readonly numbers: Seen<NumbersView> | undefined;
  /** How to confirm it; the end of a sentence. */
  readonly how: string;
}

export interface PartialSilenceInput extends Pick<SilenceInput, 'range' | 'essentials' | 'numbers'> {
  readonly site: SiteLocation;
  readonly going: readonly Going[];
  /** What the spec wants to stand, and where; undefined: nothing at all, which is one question alone. */
  readonly keeps: readonly string[] | undefined;
}

/** By device, whether what goes there may go; and what that comes to. */
export interface Silences {
  readonly byDevice: ReadonlyMap<ObjectKey, Verdict>;
  readonly sum: Silence;
}

export const NOT_GOING: Silences = { byDevice: new Map(), sum: FREE };

/** What an edit takes off devices: each part goes once it is asked for and then confirmed, or when nobody is silenced by it. */
export function partialSilence({ range, site, going, keeps, ...rest }: PartialSilenceInput): Silences {
  const before = range.status?.confirmation;
  const confirmation = confirmationOf({
    object: range,
    parts: [...new Set(going.map(({ part }) => part))],
    ...(keeps === undefined ? {} : { what: contentHash([...keeps].sort()) }),
    asked: before,
    site,
  });
  const verdictOn = ({ part, patterns }: Going): Verdict =>
    confirmation.isGiven(part) ? FREE : silencing({ range, patterns, how: confirmation.how, ...rest });
  const byDevice = new Map(going.map((rules) => [rules.device, verdictOn(rules)]));
  const verdicts = [...byDevice.values()];
  const isAsked = confirmation.isAsked || verdicts.some((one) => one.verdict === 'held' && one.isOld !== true);
  return { byDevice, sum: { ...sumOf(verdicts), asked: isAsked ? confirmation.record : before } };
}

/** Whether what goes on a device may go now; nothing else is kept back there. */
export function mayGo({ byDevice }: Silences, device: ObjectKey): boolean {
  return (byDevice.get(device) ?? FREE).verdict === 'free';
}

/** Removing rules of assigned numbers silences people; what cannot be read counts as assigned (telephony 7.1; Essentials: every number). */
export function silencing({ range, patterns, essentials, numbers, how }: SilenceInput): Verdict {
  if (patterns.length === 0) return FREE;
  const prefixes = patterns.flatMap((text) => knownPrefix(text) ?? []);
  const all = prefixes.reduce((sum, { count }) => sum + count, 0);
  if (essentials)
    return { verdict: 'held', message: `Inbound calls to ${all} numbers would stop (Essentials: every number counts as assigned); ${how}` };
  if (numbers?.state === 'reading') {
    const before = heldBefore(range);
    return before === undefined ? { verdict: 'wait' } : { verdict: 'held', message: before.message, isOld: true };
  }
  if (numbers === undefined || numbers.state === 'failed') {
    return { verdict: 'held', message: `It cannot be read who holds the ${all} numbers, so all of them count as assigned; ${how}` };
  }
  const going = new PrefixSet(prefixes);
  const lost = numbers.view.assignments.filter(({ number, holder }) => holder !== undefined && isCarried(number, going));
  if (lost.length === 0) return FREE;
  const named = lost
    .slice(0, 3)
    .map(({ number }) => number)
    .join(', ');
  return {
    verdict: 'held',
    message: `${lost.length} assigned numbers would be silenced (${named}${lost.length > 3 ? ', …' : ''}); ${how}`,
  };
}

/** `number` as Microsoft tells it: maybe with an extension behind it, maybe longer than any pattern can be. */
function isCarried(number: string, prefixes: PrefixSet): boolean {
  const whole = knownPrefix(/^\+?\d{1,15}/.exec(number)?.[0] ?? '');
  return whole !== undefined && prefixes.some(whole, carries);
}

/**
 * What several verdicts come to for whoever reads them: what is held comes before what is being looked at.
 * @internal Exported for its own tests.
 */
export function sumOf(silences: readonly Verdict[]): Verdict {
  const messages = new Set(silences.flatMap((silence) => (silence.verdict === 'held' ? [silence.message] : [])));
  if (messages.size > 0) return { verdict: 'held', message: [...messages].join('; ') };
  return silences.find(({ verdict }) => verdict === 'wait') ?? FREE;
}
