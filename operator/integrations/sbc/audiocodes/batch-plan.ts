import type { Change, ChangeSet } from '../../../domain/change/change-set.ts';
import { changeId } from '../../../domain/change/change-set.ts';
import { splitRuleIdentity } from '../../../domain/change/rule-identity.ts';
import { OperatorError } from '../../../errors/operator-error.ts';
import type { SbcConnection } from '../port.ts';
import type { DeviceConfiguration, DialPlanRow, RuleRow } from './device.ts';
import { freeName, nameFromTag, type RuleSuffix } from './rule-names.ts';
import { isScriptable, type RowWrite } from './script.ts';
import { RULE_KIND, ruleId, textAfter, textBefore } from './view.ts';

/** What one change does to the rows of the device. A removal may take several: duplicates of one rule. */
export interface PlannedChange {
  readonly change: Change;
  readonly writes: readonly RowWrite[];
}

export interface BatchPlan {
  readonly planned: readonly PlannedChange[];
  /** Found done already. */
  readonly done: readonly Change[];
  /** Cannot be carried out on this device as it is; nothing is sent for them. */
  readonly refused: readonly { readonly change: Change; readonly error: OperatorError; readonly skipped?: boolean }[];
}

export interface BatchFacts {
  readonly deviceName: string;
  readonly device: DeviceConfiguration;
  readonly limits: NonNullable<SbcConnection['limits']>;
  readonly suffix: RuleSuffix;
}

/** Longest prefix and rule name that devices are known to take; ceiling of tags where the device has no limit of its own (§12.2). */
const MAX_PREFIX = 50;
const MAX_RULE_NAME = 15;
const MAX_TAG = 70;

/** Prefixes that we write: digits with at most one range at the end (§12.5, S212–S215). */
const OWN_PREFIX = /^\+?[0-9]+(\[[0-9]+-[0-9]+\])?$/;
const TAG = /^[A-Za-z0-9][A-Za-z0-9._:$-]*(=[A-Za-z0-9._:$-]+)?(;[A-Za-z0-9._:$-]+=[A-Za-z0-9._:$-]+)*$/;

/** Compares changes with one fresh read and gives rows their numbers and names. Pure; the same input gives the same plan. */
export function planBatch(changes: ChangeSet, facts: BatchFacts): BatchPlan {
  const planner = new BatchPlanner(facts);
  for (const change of changes) planner.take(change);
  return planner.result();
}

class BatchPlanner {
  readonly #facts: BatchFacts;
  readonly #plans: ReadonlyMap<string, DialPlanRow>;
  readonly #rows = new Map<string, RuleRow[]>();
  readonly #names = new Set<string>();
  readonly #numbers = new Map<string, Set<number>>();
  /** By plan: all numbers below are in use. */
  readonly #usedBelow = new Map<string, number>();
  readonly #failed = new Set<string>();
  readonly #planned: PlannedChange[] = [];
  readonly #done: Change[] = [];
  readonly #refused: { change: Change; error: OperatorError; skipped?: boolean }[] = [];
  #lines: number;
  #count: number;

  constructor(facts: BatchFacts) {
    this.#facts = facts;
    const { plans, rules } = facts.device;
    this.#plans = new Map(plans.map((plan) => [plan.name.toLowerCase(), plan]));
    for (const rule of rules) {
      const id = ruleId(rule.plan, rule.prefix);
      this.#rows.set(id, [...(this.#rows.get(id) ?? []), rule]);
      this.#names.add(rule.name.toLowerCase());
      this.#numbersOf(rule.plan).add(rule.ruleIndex);
    }
    this.#count = rules.length;
    this.#lines = rules.reduce((highest, { line }) => Math.max(highest, line), -1);
  }

  take(change: Change): void {
    const isBlocked = change.after.some((id) => this.#failed.has(id));
    const error = isBlocked ? waitsForOther(change) : this.#plan(change);
    if (error === undefined) return;
    this.#failed.add(changeId(change));
    this.#refused.push({ change, error, ...(isBlocked ? { skipped: true } : {}) });
  }

  result(): BatchPlan {
    return { planned: this.#planned, done: this.#done, refused: this.#refused };
  }

  #plan(change: Change): OperatorError | undefined {
    if (change.kind !== RULE_KIND) return invalid(change, `the operator does not write ${change.kind} to an SBC`);
    const rows = this.#rows.get(change.name.toLowerCase()) ?? [];
    return change.action === 'remove' ? this.#planRemoval(change, rows) : this.#planPut(change, rows);
  }

  #planRemoval(change: Change, rows: readonly RuleRow[]): OperatorError | undefined {
    const tag = textBefore(change, 'tag');
    const ours = rows.filter((row) => tag === undefined || row.tag === tag);
    if (rows.length > 0 && ours.length === 0) return changedMeanwhile(change);
    if (ours.length === 0) {
      this.#done.push(change);
      return undefined;
    }
    this.#count -= ours.length;
    this.#rows.set(
      change.name.toLowerCase(),
      rows.filter((row) => !ours.includes(row)),
    );
    const writes = ours.map(
      (row): RowWrite => ({ write: 'remove', at: { plan: this.#planOf(row.plan), ruleIndex: row.ruleIndex, line: row.line } }),
    );
    this.#planned.push({ change, writes });
    return undefined;
  }

  #planPut(change: Change, rows: readonly RuleRow[]): OperatorError | undefined {
    const { plan, prefix } = splitRuleIdentity(change.name);
    const [row] = rows;
    const tag = textAfter(change, 'tag') ?? row?.tag;
    const dialPlan = this.#plans.get(plan.toLowerCase());
    if (tag === undefined) return invalid(change, 'it has no tag');
    const unsuitable = this.#unsuitable(change, dialPlan, row?.prefix ?? prefix, tag, row === undefined);
    if (unsuitable !== undefined || dialPlan === undefined) return unsuitable ?? planMissing(this.#facts.deviceName, plan);
    if (row === undefined) return this.#create(change, dialPlan, { prefix, tag });
    return this.#update(change, dialPlan, row, tag);
  }

  #unsuitable(change: Change, plan: DialPlanRow | undefined, prefix: string, tag: string, isNew: boolean): OperatorError | undefined {
    const maxTag = this.#facts.limits.tagLength ?? MAX_TAG;
    if (plan === undefined) return planMissing(this.#facts.deviceName, splitRuleIdentity(change.name).plan);
    if (prefix.length > MAX_PREFIX || !(isNew ? OWN_PREFIX.test(prefix) : isScriptable(prefix)))
      return invalid(change, 'its prefix cannot be written');
    if (!TAG.test(tag)) return invalid(change, 'its tag cannot be written');
    return tag.length > maxTag ? limitExceeded(change, 'the length of a tag', tag.length, maxTag) : undefined;
  }

  #create(change: Change, plan: DialPlanRow, { prefix, tag }: { prefix: string; tag: string }): OperatorError | undefined {
    const { limits, suffix } = this.#facts;
    if (limits.dialPlanRules !== undefined && this.#count >= limits.dialPlanRules) {
      return limitExceeded(change, 'the number of dial-plan rules', this.#count, limits.dialPlanRules);
    }
    const rule = { plan: plan.name, prefix, tag };
    const name = this.#nameFor(textAfter(change, 'ruleName') ?? nameFromTag(rule, suffix), rule, undefined);
    if (name === undefined) return nameTaken(change);
    const at = { plan, ruleIndex: this.#freeNumber(plan.name), line: this.#lines + 1 };
    this.#lines = at.line;
    this.#count += 1;
    // A second change for the same rule in this batch meets the row as if it stood there already.
    this.#rows.set(ruleId(plan.name, prefix), [{ ...rule, ...at, plan: plan.name, name }]);
    this.#planned.push({ change, writes: [{ write: 'put', at, values: { Name: name, Prefix: prefix, Tag: tag } }] });
    return undefined;
  }

  #update(change: Change, plan: DialPlanRow, row: RuleRow, tag: string): OperatorError | undefined {
    const rule = { plan: plan.name, prefix: row.prefix, tag };
    const wanted = textAfter(change, 'ruleName') ?? (row.name === '' ? nameFromTag(rule, this.#facts.suffix) : undefined);
    const name = wanted === undefined ? row.name : this.#nameFor(wanted, rule, row.name);
    if (name === undefined) return nameTaken(change);
    if (row.tag === tag && (row.name === name || wanted === undefined)) {
      this.#done.push(change);
      return undefined;
    }
    const before = textBefore(change, 'tag');
    // A create finds a rule that was not there when it was planned; an update, another tag than it was planned on.
    if (row.tag !== tag && row.tag !== before) return change.action === 'create' ? nameTakenByOther(change) : changedMeanwhile(change);
    if (!isScriptable(name) || name.length > MAX_RULE_NAME) return invalid(change, 'its rule name cannot be written');
    const at = { plan, ruleIndex: row.ruleIndex, line: row.line };
    this.#rows.set(ruleId(plan.name, row.prefix), [{ ...row, name, tag }]);
    // The whole row, so that one that went meanwhile (a restart to the last save) comes back complete.
    this.#planned.push({ change, writes: [{ write: 'put', at, values: { Name: name, Prefix: row.prefix, Tag: tag } }] });
    return undefined;
  }

  #nameFor(wanted: string, rule: { plan: string; prefix: string; tag: string }, own: string | undefined): string | undefined {
    const isTaken = (name: string): boolean => name.toLowerCase() !== own?.toLowerCase() && this.#names.has(name.toLowerCase());
    const name = freeName(wanted, rule, this.#facts.suffix, isTaken);
    if (name === undefined || !isScriptable(name) || name.length > MAX_RULE_NAME) return undefined;
    this.#names.add(name.toLowerCase());
    return name;
  }

  /** Smallest unused number of the plan (audiocodes-sbc §19.4); numbers freed by this batch are not used again in it. */
  #freeNumber(plan: string): number {
    const used = this.#numbersOf(plan);
    let number = this.#usedBelow.get(plan.toLowerCase()) ?? 0;
    while (used.has(number)) number += 1;
    used.add(number);
    this.#usedBelow.set(plan.toLowerCase(), number + 1);
    return number;
  }

  #numbersOf(plan: string): Set<number> {
    const key = plan.toLowerCase();
    const known = this.#numbers.get(key) ?? new Set();
    this.#numbers.set(key, known);
    return known;
  }

  #planOf(name: string): DialPlanRow {
    return this.#plans.get(name.toLowerCase()) ?? { index: 0, name };
  }
}

function describe(change: Change): string {
  const { plan, prefix } = splitRuleIdentity(change.name);
  return `rule ${prefix} of dial plan ${plan}`;
}

function invalid(change: Change, why: string): OperatorError {
  return new OperatorError(`Cannot write ${describe(change)}: ${why}`, { kind: 'Terminal', reason: 'InvalidConfiguration' });
}

function planMissing(deviceName: string, plan: string): OperatorError {
  return new OperatorError(`SBC ${deviceName} has no dial plan ${plan}`, {
    kind: 'DependencyNotReady',
    reason: 'DialPlanMissing',
    remedy: 'Create the dial plan on the SBC, or correct its name in dialPlans of the SBCDevice',
  });
}

function limitExceeded(change: Change, what: string, used: number, max: number): OperatorError {
  return new OperatorError(`Cannot write ${describe(change)}: ${what} would exceed the limit of SBC ${change.target} (${used} of ${max})`, {
    kind: 'Terminal',
    reason: 'LimitExceeded',
    remedy: 'Free rules, move the site to another SBC, or correct spec.limits of the SBCDevice',
  });
}

function nameTaken(change: Change): OperatorError {
  return new OperatorError(`Cannot write ${describe(change)}: every rule name for it is in use on the SBC or too long`, {
    kind: 'Terminal',
    reason: 'RuleNameTaken',
  });
}

function nameTakenByOther(change: Change): OperatorError {
  return new OperatorError(`The SBC has another ${describe(change)}, which is not ours`, {
    kind: 'Terminal',
    reason: 'NameTaken',
    remedy: 'Remove that rule on the SBC, or adopt it with the annotation trunkline.dev/adopt',
  });
}

function changedMeanwhile(change: Change): OperatorError {
  return new OperatorError(`Somebody else changed ${describe(change)} on the SBC meanwhile`, {
    kind: 'Retryable',
    reason: 'ObservedChanged',
  });
}

function waitsForOther(change: Change): OperatorError {
  return new OperatorError(`${describe(change)} waits for another change that failed`, {
    kind: 'Retryable',
    reason: 'DependentChangeFailed',
  });
}
