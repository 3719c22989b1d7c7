import { type CliNode, parseCliScript } from './cli-script.ts';
import type { DialPlanRow, RuleRow } from './device.ts';
import { isPlainWord, RULE_COLUMNS, type RuleColumn, type RuleSpelling, type Slot, type Step } from './spelling.ts';

/** A spelling, or why none can be told yet: the sentence that asks for a sample row. */
export type Learned = { readonly spelling: RuleSpelling } | { readonly unknown: string };

const MAX_SAMPLES = 200;

/**
 * Finds out how the device spells a dial-plan rule, from rows that stand in its ini file and in its own CLI script (telephony 5.1).
 * Nothing is assumed about context paths or key names: a line is a rule's because it holds that rule's prefix and tag, and a key stands
 * for a column because their values agree in every sample. Several spellings that fit, or none, give `unknown`.
 */
export function learnRuleSpelling(script: string, plans: readonly DialPlanRow[], rules: readonly RuleRow[]): Learned {
  if (rules.length === 0) return unknown('the device has no dial-plan rule yet');
  const samples = spread(rules.filter((rule) => rule.prefix !== '' && rule.tag !== ''));
  const numbers = new Map(plans.map(({ index, name }) => [name, index]));
  const shapes = groupByShape(sightingsOf(parseCliScript(script), samples, numbers));
  const [best, next] = [...shapes.values()].sort((a, b) => b.length - a.length);
  if (best === undefined || best.length * 2 < samples.length) return unknown('its CLI script does not show the rules of its ini file');
  if (next !== undefined && next.length === best.length) return unknown('its CLI script shows the rules in two places');
  return settle(best);
}

function unknown(why: string): Learned {
  return { unknown: why };
}

/** At most 200 rules, from all over the table. */
function spread(rules: readonly RuleRow[]): readonly RuleRow[] {
  const stride = Math.max(1, Math.ceil(rules.length / MAX_SAMPLES));
  return rules.filter((_, at) => at % stride === 0);
}

/** A place in the script where a rule was found. */
interface Sighting {
  readonly node: CliNode;
  /** From the root to the row. */
  readonly path: readonly CliNode[];
  readonly slots: readonly ReadonlySet<Slot | 'literal'>[];
  readonly columns: ReadonlyMap<string, ReadonlySet<RuleColumn>>;
}

function sightingsOf(roots: readonly CliNode[], samples: readonly RuleRow[], planNumbers: ReadonlyMap<string, number>): Sighting[] {
  const byPrefix = new Map<string, RuleRow[]>();
  for (const rule of samples) byPrefix.set(rule.prefix, [...(byPrefix.get(rule.prefix) ?? []), rule]);
  const found: Sighting[] = [];
  const visit = (node: CliNode): void => {
    for (const rule of rulesAt(node, byPrefix)) {
      const sighting = sightingOf(node, rule, planNumbers.get(rule.plan));
      if (sighting !== undefined) found.push(sighting);
    }
    node.children.forEach(visit);
  };
  roots.forEach(visit);
  return found;
}

function rulesAt(node: CliNode, byPrefix: ReadonlyMap<string, readonly RuleRow[]>): RuleRow[] {
  const values = new Set(node.children.filter(isKey).map(textOf));
  return [...values].flatMap((value) => byPrefix.get(value) ?? []).filter((rule) => values.has(rule.tag));
}

function isKey({ words, children, exits }: CliNode): boolean {
  return words.length === 2 && children.length === 0 && !exits && words[0]?.quoted === false;
}

function keyOf(node: CliNode): string {
  return node.words[0]?.text ?? '';
}

function textOf(node: CliNode): string {
  return node.words[1]?.text ?? '';
}

function sightingOf(node: CliNode, rule: RuleRow, planNumber: number | undefined): Sighting | undefined {
  const path = pathTo(node);
  if (path.some((step) => !step.exits)) return undefined; // without `exit` nobody can tell where the next line lands
  const slots = path.map((step) => slotsOf(step, step === node, rule, planNumber));
  const columns = new Map(node.children.filter(isKey).map((line) => [keyOf(line), columnsOf(textOf(line), rule)]));
  return slots.at(-1)?.size === 0 ? undefined : { node, path, slots, columns };
}

function pathTo(node: CliNode): CliNode[] {
  return node.parent === undefined ? [node] : [...pathTo(node.parent), node];
}

function slotsOf({ words }: CliNode, isRow: boolean, rule: RuleRow, planNumber: number | undefined): ReadonlySet<Slot | 'literal'> {
  const last = words.at(-1);
  const slots = new Set<Slot | 'literal'>();
  if (last === undefined || words.length < 2) return slots.add('literal');
  const number = /^\d{1,9}$/.test(last.text) ? Number(last.text) : undefined;
  if (isRow) {
    if (number === rule.ruleIndex) slots.add('rule');
    if (number === rule.line) slots.add('line');
    return slots;
  }
  if (number !== undefined && number === planNumber) slots.add('plan');
  if (last.text === rule.plan) slots.add('planName');
  return slots.add('literal');
}

function columnsOf(value: string, rule: RuleRow): ReadonlySet<RuleColumn> {
  const values: Record<RuleColumn, string> = {
    Name: rule.name,
    Prefix: rule.prefix,
    Tag: rule.tag,
    DialPlanName: rule.plan,
    RuleIndex: String(rule.ruleIndex),
  };
  return new Set(RULE_COLUMNS.filter((column) => values[column] === value));
}

/** Rows that stand at the same place but for numbers and plan names. */
function groupByShape(sightings: readonly Sighting[]): Map<string, Sighting[]> {
  const shapes = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    const shape = sighting.path.map((step, at) => shapeOf(step, sighting.slots[at])).join('\n');
    shapes.set(shape, [...(shapes.get(shape) ?? []), sighting]);
  }
  return shapes;
}

function shapeOf({ words }: CliNode, slots: ReadonlySet<Slot | 'literal'> | undefined): string {
  const varies = [...(slots ?? [])].some((slot) => slot !== 'literal');
  return words.map(({ text }, at) => (varies && at === words.length - 1 ? '#' : text)).join(' ');
}

function settle(sightings: readonly Sighting[]): Learned {
  const [first] = sightings;
  if (first === undefined) return unknown('its CLI script does not show the rules of its ini file');
  const steps = settleSteps(sightings, first);
  if (steps === undefined) return unknown('its rules stand at places that do not follow one pattern');
  const isNested = steps.some(({ slot }) => slot === 'plan' || slot === 'planName');
  const keys = settleKeys(sightings, isNested ? ['Name', 'Prefix', 'Tag'] : RULE_COLUMNS);
  if (keys === undefined) return unknown('in its rules name, prefix and tag cannot be told apart');
  if (!isNested && !keys.some(({ column }) => column === 'DialPlanName')) return unknown('it cannot be told how its rules name their plan');
  return { spelling: { steps, keys, activates: sightings.every(({ node }) => node.activates) } };
}

function settleSteps(sightings: readonly Sighting[], first: Sighting): Step[] | undefined {
  const common = first.path.map((_, at) => intersection<Slot | 'literal'>(sightings.map(({ slots }) => slots[at] ?? new Set())));
  const rowAt = common.length - 1;
  // The plan's context is the one nearest to the row; a number further out that happens to agree stays as it is.
  const planAt = common.findLastIndex((slots, at) => at < rowAt && (slots.has('plan') || slots.has('planName')));
  const steps = first.path.map((node, at): Step | undefined => {
    const words = node.words.map(({ text }) => text);
    const slot = at === rowAt ? rowSlot(common[at], planAt !== -1) : at === planAt ? planSlot(common[at]) : 'literal';
    const fixed = slot === 'literal' ? words : words.slice(0, -1);
    if (slot === undefined || !fixed.every(isPlainWord)) return undefined;
    return slot === 'literal' ? { words: fixed } : { words: fixed, slot };
  });
  const isSteady = sightings.every(({ path }) => path.every((node, at) => agrees(node, steps[at])));
  return isSteady && steps.every((step) => step !== undefined) ? steps : undefined;
}

function agrees({ words }: CliNode, step: Step | undefined): boolean {
  return step?.words.every((word, at) => words[at]?.text === word) === true;
}

/** Nested rows count within their plan; a table of all plans' rows can only have running numbers. */
function rowSlot(slots: ReadonlySet<Slot | 'literal'> | undefined, isNested: boolean): Slot | undefined {
  const [preferred, other]: Slot[] = isNested ? ['rule', 'line'] : ['line', 'rule'];
  return [preferred, other].find((slot) => slot !== undefined && slots?.has(slot) === true);
}

function planSlot(slots: ReadonlySet<Slot | 'literal'> | undefined): Slot {
  return slots?.has('plan') === true ? 'plan' : 'planName';
}

function intersection<T>(sets: readonly ReadonlySet<T>[]): ReadonlySet<T> {
  const [first, ...others] = sets;
  return new Set([...(first ?? [])].filter((item) => others.every((set) => set.has(item))));
}

/** The column of each key, or undefined while the samples leave a choice. */
function settleKeys(sightings: readonly Sighting[], wanted: readonly RuleColumn[]): RuleSpelling['keys'] | undefined {
  const open = new Map<string, Set<RuleColumn>>();
  for (const { columns } of sightings) {
    for (const [key, seen] of columns) open.set(key, new Set([...(open.get(key) ?? wanted)].filter((column) => seen.has(column))));
  }
  const settled = new Map<string, RuleColumn>();
  for (let found = true; found; ) {
    found = false;
    for (const [key, columns] of open) {
      const column = sole(key, columns, open);
      if (column === undefined) continue;
      settled.set(key, column);
      open.delete(key);
      for (const others of open.values()) others.delete(column);
      found = true;
    }
  }
  const isOpen = [...open.values()].some((columns) => columns.size > 0);
  const named = new Set(settled.values());
  const isWhole = (['Name', 'Prefix', 'Tag'] as const).every((column) => named.has(column));
  if (isOpen || !isWhole || ![...settled.keys()].every(isPlainWord)) return undefined;
  const printed = [...new Set(sightings.flatMap(({ columns }) => [...columns.keys()]))];
  return printed.flatMap((key) => {
    const column = settled.get(key);
    return column === undefined ? [] : [{ key, column }];
  });
}

/** The only column left for a key, or the only key left for a column that every rule has. */
function sole(key: string, columns: ReadonlySet<RuleColumn>, open: ReadonlyMap<string, ReadonlySet<RuleColumn>>): RuleColumn | undefined {
  const [only] = columns;
  if (columns.size === 1) {
    // Two keys that can both only be this column: a coincidence of values, not yet a spelling.
    const rivals = [...open].filter(([other, of]) => other !== key && of.size === 1 && only !== undefined && of.has(only));
    return rivals.length === 0 ? only : undefined;
  }
  return (['Prefix', 'Tag'] as const).find(
    (column) => columns.has(column) && [...open].every(([other, of]) => other === key || !of.has(column)),
  );
}
