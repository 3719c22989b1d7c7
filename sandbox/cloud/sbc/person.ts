import type { ScriptReport } from './cli-session.ts';
import type { SbcDevice } from './device.ts';
import { Refusal, type Row } from './schema.ts';

export interface RuleByHand {
  readonly plan: string;
  readonly prefix: string;
  readonly tag: string;
  readonly name?: string;
}

/** Another person at the same device, who knows nothing of us (telephony 10): edits stay unsaved until somebody saves. */
export class PersonAtDevice {
  readonly #device: SbcDevice;

  constructor(device: SbcDevice) {
    this.#device = device;
  }

  addPlan(name: string): void {
    const index = nextIndex(this.#device.running.rows('DialPlan'));
    this.#device.running.put('DialPlan', { index, values: { Name: name } });
  }

  /** Adds a rule at the end of its plan; the same prefix again gives a second rule, where the device takes it. */
  addRule({ plan, prefix, tag, name = 'by-hand' }: RuleByHand): Row {
    const parent = this.#planIndex(plan);
    const index = nextIndex([...this.#device.running.children('DialPlanRule', parent).values()]);
    const row: Row = { index, parent, values: { Name: name, Prefix: prefix, Tag: tag } };
    this.#device.running.put('DialPlanRule', row);
    return row;
  }

  /** Gives the first rule of that prefix another tag or name. */
  changeRule(plan: string, prefix: string, change: { readonly tag?: string; readonly name?: string; readonly prefix?: string }): void {
    const row = this.#rule(plan, prefix);
    const { tag = row.values['Tag'] ?? '', name = row.values['Name'] ?? '', prefix: moved = prefix } = change;
    this.#device.running.put('DialPlanRule', { ...row, values: { Name: name, Prefix: moved, Tag: tag } });
  }

  removeRule(plan: string, prefix: string): void {
    const row = this.#rule(plan, prefix);
    this.#device.running.remove('DialPlanRule', row.index, row.parent);
  }

  /** Types a script at the console, in the device's own dialect. */
  type(script: string): ScriptReport {
    const { counters } = this.#device;
    const before = { ...counters };
    const report = this.#device.runScript(script.endsWith('\n') ? script : `${script}\n`);
    Object.assign(counters, before); // counters are about us, not about other people
    return report;
  }

  save(): void {
    const { saves } = this.#device.counters;
    this.#device.save();
    this.#device.counters.saves = saves;
  }

  /** Every rule of a plan, by rule index. */
  rules(plan: string): Row[] {
    return [...this.#device.running.children('DialPlanRule', this.#planIndex(plan)).values()].sort((a, b) => a.index - b.index);
  }

  #planIndex(name: string): number {
    const plan = this.#device.running.findByName('DialPlan', name);
    if (plan === undefined) throw new Refusal(`unknown dial plan ${name}`);
    return plan.index;
  }

  #rule(plan: string, prefix: string): Row {
    const row = this.rules(plan).find(({ values }) => values['Prefix'] === prefix);
    if (row === undefined) throw new Refusal(`no rule ${prefix} in dial plan ${plan}`);
    return row;
  }
}

function nextIndex(rows: readonly Row[]): number {
  return rows.reduce((highest, { index }) => Math.max(highest, index), -1) + 1;
}
