import { describe, expect, it } from 'vitest';
import { fc } from '../../../../test/support/properties.ts';
import { type Change, changeId } from '../../../domain/change/change-set.ts';
import { type BatchFacts, type BatchPlan, planBatch } from './batch-plan.ts';
import type { DeviceConfiguration, RuleRow } from './device.ts';
import { firstForm, freeName, type RuleSuffix } from './rule-names.ts';
import { interpretScript, renderScript, scriptedForm } from './script.ts';
import { readSpelling } from './spelling.ts';
import { showsChange, viewOf } from './view.ts';

const suffix: RuleSuffix = ({ prefix, tag }, n) => {
  const sum = [...`${prefix}${tag}`].reduce((total, character) => (total * 31 + (character.codePointAt(0) ?? 0)) % 700_000, 7) + n;
  return [0, 1, 2, 3].map((at) => 'abcdefghijklmnopqrstuvwxyz234567'[Math.floor(sum / 32 ** at) % 32]).join('');
};

const PLANS = [
  { index: 0, name: 'TeamsTenants' },
  { index: 3, name: 'CustDialPlan' },
];

function device(rules: readonly RuleRow[] = []): DeviceConfiguration {
  return { plans: PLANS, rules, ipGroups: ['Teams'], gaps: [], isWhole: true, hash: '' };
}

function facts(rules: readonly RuleRow[] = [], limits: BatchFacts['limits'] = {}): BatchFacts {
  return { deviceName: 'carrier/sbc1', device: device(rules), limits, suffix };
}

function row(ruleIndex: number, prefix: string, tag: string, name = 'wingtip', plan = 'CustDialPlan'): RuleRow {
  return { line: ruleIndex + 100, plan, ruleIndex, name, prefix, tag };
}

function change(action: Change['action'], prefix: string, fields: Change['fields'], plan = 'CustDialPlan'): Change {
  return { system: 'sbc', target: 'carrier/sbc1', kind: 'DialPlanRule', name: `${plan}/${prefix}`, action, fields, after: [] };
}

const put = (prefix: string, tag: string, plan?: string): Change => change('create', prefix, [{ path: 'tag', after: tag }], plan);

/** The rows after a plan was carried out. */
function carriedOut(rules: readonly RuleRow[], { planned }: BatchPlan): RuleRow[] {
  let rows = [...rules];
  for (const write of planned.flatMap(({ writes }) => writes)) {
    const isThere = (found: RuleRow): boolean => found.plan === write.at.plan.name && found.ruleIndex === write.at.ruleIndex;
    const { plan, ruleIndex, line } = write.at;
    const written =
      write.write === 'remove'
        ? []
        : [{ line, plan: plan.name, ruleIndex, name: write.values.Name, prefix: write.values.Prefix, tag: write.values.Tag }];
    rows = [...rows.filter((found) => !isThere(found)), ...written];
  }
  return rows;
}

describe('planning on a fresh read', () => {
  it('takes the smallest free number of the plan, never one that the same batch frees', () => {
    const rules = [
      row(0, '+1', 'a.example'),
      row(1, '+2', 'a.example'),
      row(3, '+3', 'a.example'),
      row(0, '+9', 'x.example', 'other', 'TeamsTenants'),
    ];
    const { planned } = planBatch(
      [change('remove', '+2', [{ path: 'tag', before: 'a.example' }]), put('+5', 'a.example'), put('+6', 'a.example')],
      facts(rules),
    );
    expect(planned.map(({ writes }) => writes.map(({ write, at }) => [write, at.plan.index, at.ruleIndex, at.line]))).toEqual([
      [['remove', 3, 1, 101]],
      [['put', 3, 2, 104]],
      [['put', 3, 4, 105]],
    ]);
  });

  it('finds a second change for the same rule done by the first, and refuses one that wants another tag', () => {
    const { planned, done, refused } = planBatch([put('+5', 'a.example'), put('+5', 'a.example'), put('+5', 'b.example')], facts());
    expect([planned.length, done.length, refused.map(({ error }) => error.reason)]).toEqual([1, 1, ['NameTaken']]);
  });

  it('lets one owner remove a rule and another one take it in the same batch', () => {
    const rules = [row(0, '+5', 'a.example')];
    const plan = planBatch([change('remove', '+5', [{ path: 'tag', before: 'a.example' }]), put('+5', 'b.example')], facts(rules));
    expect(carriedOut(rules, plan).map(({ prefix, tag }) => [prefix, tag])).toEqual([['+5', 'b.example']]);
  });

  it('skips what comes after a failed change', () => {
    const first = put('+5', 'not a tag');
    const second = { ...put('+6', 'a.example'), after: [changeId(first)] };
    const { refused, planned } = planBatch([first, second], facts());
    expect([refused.map(({ error, skipped }) => [error.reason, skipped]), planned]).toEqual([
      [
        ['InvalidConfiguration', undefined],
        ['DependentChangeFailed', true],
      ],
      [],
    ]);
  });

  it('[S173] an adopted rule keeps its name, its prefix and its place when the tag changes', () => {
    const rules = [row(7, '5[2-4,7]#', 'old.example', 'by-hand')];
    const { planned } = planBatch(
      [change('update', '5[2-4,7]#', [{ path: 'tag', before: 'old.example', after: 'new.example' }])],
      facts(rules),
    );
    expect(planned[0]?.writes).toEqual([
      {
        write: 'put',
        at: { plan: PLANS[1], ruleIndex: 7, line: 107 },
        values: { Name: 'by-hand', Prefix: '5[2-4,7]#', Tag: 'new.example' },
      },
    ]);
  });

  it.each([
    ['+4144000#', 'its prefix'],
    ['+41x', 'its prefix'],
    [`+${'1'.repeat(50)}`, 'its prefix'],
    ['', 'its prefix'],
  ])('[S213] never writes the prefix %j', (prefix, what) => {
    const [refusal] = planBatch([put(prefix, 'a.example')], facts()).refused;
    expect([refusal?.error.reason, refusal?.error.message.includes(what)]).toEqual(['InvalidConfiguration', true]);
  });

  it.each(['', ' ', 'a b', 'a"b', 'a\nb', 'a\\b', 'a?', 'ä', 'a;b', 'a;', '=b'])('never writes the tag %j', (tag) => {
    expect(planBatch([put('+5', tag)], facts()).refused).toHaveLength(1);
  });

  it.each([
    'acme',
    'acme;country=ch;class=gold',
    'acme.teams.carrier.example',
    '3f2b6c1e-0000-4000-8000-00000000a001',
    '41430005755',
    'country=ch',
  ])('[S242] writes the tag %s', (tag) => {
    expect(planBatch([put('+5', tag)], facts()).planned).toHaveLength(1);
  });

  it('reaches an empty plan after one apply, with names that are all different, as the script says', () => {
    const prefix = fc.integer({ min: 1, max: 60 }).map((number) => `+41${number}`);
    const tag = fc.constantFrom('a.example', 'b.example', 'c.example');
    const plan = fc.constantFrom(...PLANS.map(({ name }) => name));
    const existing = fc.uniqueArray(fc.record({ plan, prefix, tag, name: fc.constantFrom('wingtip', 'a-aaaa', '') }), {
      maxLength: 20,
      selector: (rule) => rule.plan + rule.prefix,
    });
    const wanted = fc.array(fc.record({ plan, prefix, tag, action: fc.constantFrom('create', 'remove', 'update') }), { maxLength: 30 });
    const spelling = readSpelling(
      'configure voip > sbc dial-plan {plan} > dial-plan-rule {rule} : name=Name prefix=Prefix tag=Tag : activate',
    );
    fc.assert(
      fc.property(existing, wanted, (before, changes) => {
        const rules = before.map((rule, at) => ({ ...rule, line: at, ruleIndex: at }));
        const set = changes.map((entry) => {
          const field =
            entry.action === 'create'
              ? { after: entry.tag }
              : entry.action === 'remove'
                ? { before: entry.tag }
                : { before: 'a.example', after: entry.tag };
          return change(
            entry.action === 'create' ? 'create' : entry.action === 'remove' ? 'remove' : 'update',
            entry.prefix,
            [{ path: 'tag', ...field }],
            entry.plan,
          );
        });
        const first = planBatch(set, facts(rules));
        const after = carriedOut(rules, first);
        expect(first.planned.length + first.done.length + first.refused.length).toBe(set.length);
        const given = first.planned.filter((planned) => planned.change.action === 'create').flatMap((planned) => planned.writes);
        const names = given.flatMap((write) => (write.write === 'put' ? [write.values.Name] : []));
        expect([...names, ...rules.map(({ name }) => name)].filter((name) => names.includes(name))).toHaveLength(new Set(names).size);
        if (spelling === undefined) throw new Error('not a spelling');
        const writes = first.planned.flatMap((planned) => planned.writes);
        expect(interpretScript(renderScript(writes, spelling), spelling)).toEqual(writes.map((write) => scriptedForm(write, spelling)));
        const last = new Map(first.planned.map((planned) => [planned.change.name.toLowerCase(), planned.change]));
        const view = viewOf({
          target: 'carrier/sbc1',
          status: {} as never,
          device: device(after),
          lastSaveAt: undefined,
          hasUnsaved: false,
          rules: { unknown: '' },
          version: '',
          suffix,
        });
        for (const planned of last.values()) expect(showsChange(view, planned)).toBe(true);
        expect(planBatch([...last.values()], facts(after)).planned).toEqual([]);
      }),
    );
  });
});

describe('rule names', () => {
  const rule = { plan: 'CustDialPlan', prefix: '+4143', tag: 'a.example' };
  const names = Array.from({ length: 16 }, (_, n) => `acme-${suffix(rule, n)}`);

  it('[S173] takes the first name that is free, sixteen of them and no more', () => {
    expect(freeName(names[0] ?? '', rule, suffix, () => false)).toBe(names[0]);
    expect(freeName(names[0] ?? '', rule, suffix, (name) => name === names[0] || name === names[1])).toBe(names[2]);
    expect(freeName(names[0] ?? '', rule, suffix, () => true)).toBeUndefined();
  });

  it('shows every derived name in its first form, and any other name as it is', () => {
    expect(names.map((name) => firstForm(name, rule, suffix))).toEqual(Array(16).fill(names[0]));
    expect(['wingtip', 'acme-zzzz', 'R&D', ''].map((name) => firstForm(name, rule, suffix))).toEqual(['wingtip', 'acme-zzzz', 'R&D', '']);
    expect(firstForm(`acme-${suffix(rule, 16)}`, rule, suffix)).toBe(`acme-${suffix(rule, 16)}`);
  });

  it('never gives a name that a person chose another form', () => {
    expect(freeName('by-hand', rule, suffix, (name) => name === 'by-hand')).toBeUndefined();
  });
});
