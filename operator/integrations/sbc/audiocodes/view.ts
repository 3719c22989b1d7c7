import type { Change } from '../../../domain/change/change-set.ts';
import type { Json, OutsideObject } from '../../../domain/change/object.ts';
import { ruleIdentity } from '../../../domain/change/rule-identity.ts';
import type { SbcDialect, SbcStatus, SbcView } from '../port.ts';
import type { DeviceConfiguration, RuleRow } from './device.ts';
import type { Learned } from './dialect.ts';
import { firstForm, type RuleSuffix } from './rule-names.ts';
import { formatSpelling } from './spelling.ts';

export const RULE_KIND = 'DialPlanRule';

/** A view with what this vendor's driver needs to write: row numbers and the spelling. */
export interface AudioCodesView extends SbcView {
  /** Undefined once own writes were laid over the read: its row numbers are not to be written by. */
  readonly device: DeviceConfiguration | undefined;
  readonly rules: Learned;
}

export interface ViewParts {
  readonly target: string;
  readonly status: SbcStatus;
  readonly device: DeviceConfiguration;
  readonly rules: Learned;
  readonly version: string;
  readonly suffix: RuleSuffix;
  readonly lastSaveAt: number | undefined;
  readonly hasUnsaved: boolean;
}

export function viewOf({ target, status, device, rules, version, suffix, lastSaveAt, hasUnsaved }: ViewParts): AudioCodesView {
  return {
    status,
    dialect: dialectOf(rules, version),
    dialPlans: device.plans.map(({ name }) => name),
    ipGroups: device.ipGroups,
    objects: ruleObjects(target, device.rules, suffix),
    gaps: device.gaps,
    hash: device.hash,
    ...(lastSaveAt === undefined ? {} : { lastSaveAt }),
    ...(hasUnsaved ? { unsavedOurs: true } : {}),
    device,
    rules,
  };
}

function dialectOf(rules: Learned, version: string): SbcDialect {
  if ('spelling' in rules) return { name: version, tables: { [RULE_KIND]: formatSpelling(rules.spelling) } };
  return { name: version, tables: {}, unknown: { [RULE_KIND]: rules.unknown } };
}

/** One object for each (plan, prefix), the first rule of it in the file (telephony 5.2). */
function ruleObjects(target: string, rules: readonly RuleRow[], suffix: RuleSuffix): OutsideObject[] {
  const first = new Map<string, { readonly rule: RuleRow; duplicates: number }>();
  for (const rule of rules) {
    const id = ruleId(rule.plan, rule.prefix);
    const known = first.get(id);
    if (known === undefined) first.set(id, { rule, duplicates: 0 });
    else known.duplicates += 1;
  }
  return [...first.values()].map(({ rule, duplicates }) => ({
    system: 'sbc',
    target,
    kind: RULE_KIND,
    name: ruleIdentity(rule.plan, rule.prefix),
    fields: { tag: rule.tag, ruleName: firstForm(rule.name, rule, suffix), ...(duplicates === 0 ? {} : { duplicates }) },
  }));
}

/** Rules are found by plan and prefix, whatever the case of letters in them. */
export function ruleId(plan: string, prefix: string): string {
  return ruleIdentity(plan, prefix).toLowerCase();
}

/** The text of a field that a change sets; undefined when it does not set it. */
export function textAfter({ fields }: Change, path: string): string | undefined {
  return text(fields.find((field) => field.path === path)?.after);
}

/** The text that a field had when the change was planned. */
export function textBefore({ fields }: Change, path: string): string | undefined {
  return text(fields.find((field) => field.path === path)?.before);
}

function text(value: Json | undefined): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

/** True when the view shows what the change wanted. A removal is shown when no rule with the tag that it removed is left. */
export function showsChange({ objects }: SbcView, change: Change): boolean {
  const found = indexOf(objects).get(`${change.kind}|${change.name.toLowerCase()}`);
  if (change.action === 'remove') {
    const before = textBefore(change, 'tag');
    return found === undefined || (before !== undefined && found.fields['tag'] !== before);
  }
  return (
    found !== undefined &&
    change.fields.every(({ path, after }) => after === undefined || path === 'duplicates' || found.fields[path] === after)
  );
}

/** Objects by kind and name, made once for each picture: a batch asks for every one of its changes, on devices with 100,000 rules. */
const indexes = new WeakMap<SbcView['objects'], ReadonlyMap<string, SbcView['objects'][number]>>();

function indexOf(objects: SbcView['objects']): ReadonlyMap<string, SbcView['objects'][number]> {
  const known = indexes.get(objects);
  if (known !== undefined) return known;
  const made = new Map(objects.map((object) => [`${object.kind}|${object.name.toLowerCase()}`, object]));
  indexes.set(objects, made);
  return made;
}

/** The view with a confirmed change laid over it. Row numbers are dropped: the next write reads the device first. */
export function overlayChange(view: AudioCodesView, change: Change): AudioCodesView {
  const id = change.name.toLowerCase();
  const others = view.objects.filter(({ kind, name }) => kind !== change.kind || name.toLowerCase() !== id);
  const before = view.objects.find(({ kind, name }) => kind === change.kind && name.toLowerCase() === id);
  if (change.action === 'remove') return { ...view, device: undefined, objects: others };
  const set = Object.fromEntries(change.fields.flatMap(({ path, after }) => (after === undefined ? [] : [[path, after]])));
  const { system, target, kind, name } = change;
  return { ...view, device: undefined, objects: [...others, { system, target, kind, name, fields: { ...before?.fields, ...set } }] };
}
