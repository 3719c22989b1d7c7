import { wordsOf } from './cli-script.ts';
import type { DialPlanRow } from './device.ts';
import type { RuleColumn, RuleSpelling, Slot, Step } from './spelling.ts';

/** One row to be written or removed, with the numbers that the device knows it by. */
export type RowWrite =
  | {
      readonly write: 'put';
      readonly at: RowPlace;
      readonly values: { readonly Name: string; readonly Prefix: string; readonly Tag: string };
    }
  | { readonly write: 'remove'; readonly at: RowPlace };

interface RowPlace {
  readonly plan: DialPlanRow;
  readonly ruleIndex: number;
  /** Running number over all plans; what counts where rules are not nested in their plan. */
  readonly line: number;
}

const INDENT = '  ';

/**
 * The CLI script that carries out the writes in their order, in the device's own spelling. Contexts are entered once for consecutive
 * rows, every row is committed and left (audiocodes-sbc §19.9). Throws RangeError when a value could be read as anything but a value:
 * callers check values first, so that is a bug, and a script with a doubt in it is not made.
 */
export function renderScript(writes: readonly RowWrite[], spelling: RuleSpelling): string {
  const contexts = spelling.steps.slice(0, -1);
  const lines: string[] = [];
  let open: string[] = [];
  for (const write of writes) {
    const wanted = contexts.map((step) => openLine(step, write.at));
    const shared = wanted.findIndex((line, at) => line !== open[at]);
    const keep = shared === -1 ? wanted.length : shared;
    lines.push(...exits(open.length, keep), ...wanted.slice(keep).map((line, at) => INDENT.repeat(keep + at) + line));
    lines.push(...rowLines(write, spelling).map((line) => INDENT.repeat(wanted.length) + line));
    open = wanted;
  }
  return [...lines, ...exits(open.length, 0), ''].join('\n');
}

/**
 * Reads a script of ours as the device reads it: line by line, indentation means nothing. Undefined as soon as one line is not exactly
 * what the spelling allows at its place. A script goes out only if this gives back the planned writes (telephony 5.1).
 */
export function interpretScript(script: string, spelling: RuleSpelling): ScriptedWrite[] | undefined {
  const reader = new ScriptReader(spelling);
  const lines = script.split('\n').filter((line) => line.trim() !== '');
  return lines.every((line) => reader.take(line)) ? reader.finish() : undefined;
}

/** A write as a script says it: only what stands in it. */
export interface ScriptedWrite {
  readonly write: 'put' | 'remove';
  readonly slots: Partial<Readonly<Record<Slot, string>>>;
  readonly values: Partial<Readonly<Record<RuleColumn, string>>>;
}

/** What the planned writes must come back as. */
export function scriptedForm(write: RowWrite, { steps, keys }: RuleSpelling): ScriptedWrite {
  const slots = Object.fromEntries(steps.flatMap(({ slot }) => (slot === undefined ? [] : [[slot, slotText(slot, write.at)]])));
  const values = write.write === 'remove' ? {} : Object.fromEntries(keys.map(({ column }) => [column, columnText(column, write)]));
  return { write: write.write, slots, values };
}

function exits(from: number, to: number): string[] {
  return Array.from({ length: Math.max(0, from - to) }, (_, at) => `${INDENT.repeat(from - at - 1)}exit`);
}

function rowLines(write: RowWrite, { steps, keys, activates }: RuleSpelling): string[] {
  const row = steps.at(-1);
  if (row === undefined) throw new RangeError('a spelling has at least the step of its row');
  if (write.write === 'remove') return [`no ${openLine(row, write.at)}`];
  const values = keys.map(({ key, column }) => `${INDENT}${key} ${quoted(columnText(column, write))}`);
  return [openLine(row, write.at), ...values, ...(activates ? [`${INDENT}activate`] : []), 'exit'];
}

function openLine({ words, slot }: Step, at: RowPlace): string {
  if (slot === undefined) return words.join(' ');
  const text = slotText(slot, at);
  return [...words, slot === 'planName' ? quoted(text) : text].join(' ');
}

function slotText(slot: Slot, { plan, ruleIndex, line }: RowPlace): string {
  return { plan: String(plan.index), planName: plan.name, rule: String(ruleIndex), line: String(line) }[slot];
}

function columnText(column: RuleColumn, write: RowWrite & { write: 'put' }): string {
  if (column === 'DialPlanName') return write.at.plan.name;
  return column === 'RuleIndex' ? String(write.at.ruleIndex) : write.values[column];
}

/** Printable ASCII without the quote, the backslash (other than in patterns it escapes), and `?`, which asks a command line for help. */
export function isScriptable(value: string): boolean {
  return /^[\x20\x21\x23-\x3e\x40-\x5b\x5d-\x7e]{1,300}$/.test(value) && value.trim() === value;
}

function quoted(value: string): string {
  if (!isScriptable(value)) throw new RangeError('a value that cannot be written into a script');
  return `"${value}"`;
}

class ScriptReader {
  readonly #spelling: RuleSpelling;
  readonly #writes: ScriptedWrite[] = [];
  readonly #slots: Partial<Record<Slot, string>>[] = [];
  #row: { values: Partial<Record<RuleColumn, string>>; activated: boolean } | undefined;

  constructor(spelling: RuleSpelling) {
    this.#spelling = spelling;
  }

  /** False when the line has no business here. */
  take(line: string): boolean {
    const words = wordsOf(line)?.map(({ text }) => text);
    if (words === undefined || /[^\x20-\x7e]/.test(line)) return false;
    if (this.#row !== undefined) return this.#inRow(words, this.#row);
    if (words.length === 1 && words[0] === 'exit') return this.#slots.pop() !== undefined;
    const step = this.#spelling.steps[this.#slots.length];
    const isRow = this.#slots.length === this.#spelling.steps.length - 1;
    if (isRow && words[0] === 'no') return this.#remove(step, words.slice(1));
    const slots = readStep(step, words);
    if (slots === undefined) return false;
    if (isRow) this.#row = { values: {}, activated: false };
    this.#slots.push(slots);
    return true;
  }

  finish(): ScriptedWrite[] | undefined {
    return this.#row === undefined && this.#slots.length === 0 ? this.#writes : undefined;
  }

  #remove(step: Step | undefined, words: readonly string[]): boolean {
    const slots = readStep(step, words);
    if (slots === undefined) return false;
    this.#writes.push({ write: 'remove', slots: Object.assign({}, ...this.#slots, slots), values: {} });
    return true;
  }

  #inRow(words: readonly string[], row: { values: Partial<Record<RuleColumn, string>>; activated: boolean }): boolean {
    const [first = '', value, ...rest] = words;
    if (words.length === 1 && first === 'activate' && this.#spelling.activates && !row.activated) {
      row.activated = true;
      return true;
    }
    if (words.length === 1 && first === 'exit') return this.#leaveRow(row);
    const column = this.#spelling.keys.find(({ key }) => key === first)?.column;
    if (column === undefined || value === undefined || rest.length > 0 || row.activated || row.values[column] !== undefined) return false;
    row.values[column] = value;
    return true;
  }

  #leaveRow(row: { values: Partial<Record<RuleColumn, string>>; activated: boolean }): boolean {
    if (row.activated !== this.#spelling.activates) return false;
    this.#writes.push({ write: 'put', slots: Object.assign({}, ...this.#slots), values: row.values });
    this.#slots.pop();
    this.#row = undefined;
    return true;
  }
}

function readStep(step: Step | undefined, words: readonly string[]): Partial<Record<Slot, string>> | undefined {
  if (step === undefined || !step.words.every((word, at) => words[at] === word)) return undefined;
  const rest = words.slice(step.words.length);
  if (step.slot === undefined) return rest.length === 0 ? {} : undefined;
  const [text, ...more] = rest;
  if (text === undefined || more.length > 0 || (step.slot !== 'planName' && !/^\d{1,9}$/.test(text))) return undefined;
  return { [step.slot]: text };
}
