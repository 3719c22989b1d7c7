/** Columns of a dial-plan rule that a key may stand for. The last two only where rules are not nested in their plan. */
export const RULE_COLUMNS = ['Name', 'Prefix', 'Tag', 'DialPlanName', 'RuleIndex'] as const;
export type RuleColumn = (typeof RULE_COLUMNS)[number];

const SLOTS = ['plan', 'planName', 'rule', 'line'] as const;

/** What the last word of a step stands for: the plan's row number or name, the rule's number in its plan, or its running number. */
export type Slot = (typeof SLOTS)[number];

/** One line that opens a context on the way from enable mode to a row. */
export interface Step {
  readonly words: readonly string[];
  readonly slot?: Slot;
}

/** How this device spells a dial-plan rule. Every step is left with `exit`. */
export interface RuleSpelling {
  readonly steps: readonly Step[];
  /** In the order in which the device prints them. */
  readonly keys: readonly { readonly key: string; readonly column: RuleColumn }[];
  readonly activates: boolean;
}

/** Words that may go into a script as they are. */
export function isPlainWord(word: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,60}$/.test(word);
}

/**
 * One line of text for status and people, e.g.
 * `configure voip > sbc dial-plan {plan} > dial-plan-rule {rule} : name=Name prefix=Prefix tag=Tag : activate`.
 */
export function formatSpelling({ steps, keys, activates }: RuleSpelling): string {
  const path = steps.map(({ words, slot }) => [...words, ...(slot === undefined ? [] : [`{${slot}}`])].join(' ')).join(' > ');
  return `${path} : ${keys.map(({ key, column }) => `${key}=${column}`).join(' ')} : ${activates ? 'activate' : 'exit'}`;
}

/** The spelling that a recorded text stands for; undefined when it is not one that this release could have written. */
export function readSpelling(text: string): RuleSpelling | undefined {
  const [path = '', keyText = '', end, ...rest] = text.split(' : ');
  if (rest.length > 0 || (end !== 'activate' && end !== 'exit')) return undefined;
  const steps = path.split(' > ').map(readStep);
  const keys = keyText.split(' ').map(readKey);
  if (!steps.every((step) => step !== undefined) || !keys.every((key) => key !== undefined)) return undefined;
  const named = new Set(keys.map(({ column }) => column));
  const namesPlan = steps.some(({ slot }) => slot === 'plan' || slot === 'planName') || named.has('DialPlanName');
  const numbersRow = ['rule', 'line'].includes(steps.at(-1)?.slot ?? '');
  const isWhole = named.has('Name') && named.has('Prefix') && named.has('Tag') && named.size === keys.length;
  return namesPlan && numbersRow && isWhole ? { steps, keys, activates: end === 'activate' } : undefined;
}

function readStep(text: string): Step | undefined {
  const words = text.split(' ');
  const slot = SLOTS.find((name) => words.at(-1) === `{${name}}`);
  const fixed = slot === undefined ? words : words.slice(0, -1);
  if (fixed.length === 0 || !fixed.every(isPlainWord)) return undefined;
  return slot === undefined ? { words: fixed } : { words: fixed, slot };
}

function readKey(text: string): { key: string; column: RuleColumn } | undefined {
  const [key = '', name, ...rest] = text.split('=');
  const column = RULE_COLUMNS.find((known) => known === name);
  return column === undefined || rest.length > 0 || !isPlainWord(key) ? undefined : { key, column };
}
