import type { NumberRange } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/meta.ts';
import type { Prefix } from '../../domain/numbers/prefix.ts';
import type { Heirs } from '../successor.ts';
import { type Going, type GoingInput, goingRules, withoutPatterns } from './going.ts';
import type { Placement } from './placement.ts';
import { leavingPatterns } from './plan.ts';

export interface EditInput {
  readonly range: NumberRange;
  readonly wanted: readonly Prefix[];
  readonly held: ReadonlySet<string>;
  readonly places: readonly Placement[];
  /** The Customer has `deploy: false`: nothing of the range is to stand. */
  readonly undeployed: boolean;
  /** What is on a device stays for now, because calls still arrive there: it goes later, and is asked about then. */
  readonly staysOn: (device: ObjectKey) => boolean;
  /** Who has taken over what the range gives up; asked only when something goes. */
  readonly heirs: () => Heirs;
}

/** What the present spec takes away of what a range holds. */
export interface Edit {
  readonly terms: GoingInput;
  readonly heirs: Heirs;
  /** Patterns that another range of the Customer has on every device by now: they leave this one, and nothing is written (design §3.10). */
  readonly handedOver: ReadonlySet<string>;
  /** What goes now, by device, without what is handed over. All that an undeployed Customer gives up is one question, whenever it may go. */
  readonly going: readonly Going[];
  /** What is to stand, and where; undefined: nothing at all. See PartialSilenceInput. */
  readonly keeps: readonly string[] | undefined;
}

const NO_HEIRS: Heirs = { has: () => false, unread: [] };

/** Compares what is held, and where, with what the spec wants; pure but for the question for heirs. */
export function editOf({ range, wanted, held, places, undeployed, staysOn, heirs: ask }: EditInput): Edit {
  const asked = undeployed ? [] : wanted;
  const terms = { range, held, wanted: new Set(asked.map(({ text }) => text)), places, undeployed };
  const patterns = leavingPatterns(held, asked);
  const rules = goingRules(terms);
  const heirs = patterns.length + rules.length === 0 ? NO_HEIRS : ask();
  const handedOver = new Set(patterns.filter((pattern) => isHandedOver(range, pattern, heirs)));
  const going = withoutPatterns(rules, handedOver).filter(({ device }) => undeployed || !staysOn(device));
  return { terms, heirs, handedOver, going, keeps: undeployed ? undefined : keptOf(terms) };
}

/** Whether another range has the pattern's rule on every device by now. */
function isHandedOver({ status }: NumberRange, pattern: string, heirs: Heirs): boolean {
  const trunks = status?.trunks ?? [];
  return trunks.length > 0 && trunks.every(({ device = '', dialPlan: plan = '', tag = '' }) => heirs.has({ device, plan, pattern, tag }));
}

function keptOf({ wanted, places }: Pick<GoingInput, 'wanted' | 'places'>): string[] {
  return [...wanted, ...places.map(({ device, plan }) => `${device}|${plan}`)];
}
