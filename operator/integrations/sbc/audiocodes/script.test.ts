import { describe, expect, it } from 'vitest';
import { fc } from '../../../../test/support/properties.ts';
import type { DialPlanRow } from './device.ts';
import { interpretScript, isScriptable, type RowWrite, renderScript, scriptedForm } from './script.ts';
import { type RuleSpelling, readSpelling } from './spelling.ts';

const TEXTS = {
  nested: 'configure voip > sbc dial-plan {plan} > dial-plan-rule {rule} : name=Name prefix=Prefix tag=Tag : activate',
  sectioned: 'configure voip > sbc > dial-plan {plan} > rule {rule} : result-tag=Tag pattern=Prefix rule-name=Name : activate',
  flat: 'configure voip > dial-plan-rule {line} : dial-plan-name=DialPlanName rule-index=RuleIndex name=Name prefix=Prefix tag=Tag : exit',
  byName: 'configure voip > dial-plan {planName} > entry {rule} : label=Name match=Prefix yields=Tag : activate',
};

function spelling(text: string): RuleSpelling {
  const read = readSpelling(text);
  if (read === undefined) throw new Error(`not a spelling: ${text}`);
  return read;
}

const PLANS: readonly DialPlanRow[] = [
  { index: 0, name: 'TeamsTenants' },
  { index: 2, name: 'CustDialPlan' },
];

const place = fc.record({ plan: fc.constantFrom(...PLANS), ruleIndex: fc.nat(99_999), line: fc.nat(99_999) });
const value = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 }).filter(isScriptable);
const put: fc.Arbitrary<RowWrite> = fc.record({
  write: fc.constant('put'),
  at: place,
  values: fc.record({ Name: value, Prefix: value, Tag: value }),
});
const remove: fc.Arbitrary<RowWrite> = fc.record({ write: fc.constant('remove'), at: place });
const writes = fc.array(fc.oneof(put, remove), { maxLength: 30 });

describe('incremental script', () => {
  it('enters each context once and leaves every row and context', () => {
    const script = renderScript(
      [
        {
          write: 'put',
          at: { plan: { index: 2, name: 'CustDialPlan' }, ruleIndex: 17, line: 3 },
          values: { Name: 'acme-ab2c', Prefix: '+4143000[2000-2099]', Tag: 'acme.teams.carrier.example' },
        },
        { write: 'remove', at: { plan: { index: 2, name: 'CustDialPlan' }, ruleIndex: 4, line: 2 } },
        { write: 'remove', at: { plan: { index: 0, name: 'TeamsTenants' }, ruleIndex: 1, line: 0 } },
      ],
      spelling(TEXTS.nested),
    );
    expect(script.split('\n')).toEqual([
      'configure voip',
      '  sbc dial-plan 2',
      '    dial-plan-rule 17',
      '      name "acme-ab2c"',
      '      prefix "+4143000[2000-2099]"',
      '      tag "acme.teams.carrier.example"',
      '      activate',
      '    exit',
      '    no dial-plan-rule 4',
      '  exit',
      '  sbc dial-plan 0',
      '    no dial-plan-rule 1',
      '  exit',
      'exit',
      '',
    ]);
  });

  it.each(Object.entries(TEXTS))('reads back as exactly the planned rows: %s', (_, text) => {
    const used = spelling(text);
    fc.assert(
      fc.property(writes, (planned) => {
        expect(interpretScript(renderScript(planned, used), used)).toEqual(planned.map((write) => scriptedForm(write, used)));
      }),
    );
  });

  it.each(Object.entries(TEXTS))('lets no value become a command: %s', (_, text) => {
    const used = spelling(text);
    const hostile = fc.oneof(
      fc.constantFrom(
        'a"\nexit\nexit\nreload now\n"',
        '"',
        'a\nactivate',
        'a\r\nno dial-plan 0',
        'x" tag "y',
        '\u2028exit',
        'a\\',
        'a?',
        '',
        ' a',
        'é',
      ),
      fc.string({ unit: 'binary', maxLength: 40 }),
    );
    const base: RowWrite = {
      write: 'put',
      at: { plan: { index: 2, name: 'CustDialPlan' }, ruleIndex: 1, line: 1 },
      values: { Name: 'n', Prefix: 'p', Tag: 't' },
    };
    const linesOfBase = renderScript([base], used).split('\n').length;
    fc.assert(
      fc.property(hostile, fc.constantFrom('Name', 'Prefix', 'Tag'), (bad, column) => {
        const write = { ...base, values: { ...base.values, [column]: bad } };
        if (isScriptable(bad)) {
          const script = renderScript([write], used);
          expect(script.split('\n')).toHaveLength(linesOfBase);
          expect(interpretScript(script, used)).toEqual([scriptedForm(write, used)]);
        } else expect(() => renderScript([write], used)).toThrow(RangeError);
      }),
    );
  });

  it.each([
    ['a line more', (script: string) => script.replace('exit', 'exit\nreload now')],
    ['a row that is not committed', (script: string) => script.replace(/ +activate\n/, '')],
    ['a row that stays open', (script: string) => script.replace(/\n {4}exit/, '')],
    ['another context', (script: string) => script.replace('sbc dial-plan 2', 'sbc dial-plan-two 2')],
    ['a key given twice', (script: string) => script.replace(/( +tag .*\n)/, '$1$1')],
    ['a quote too many', (script: string) => script.replace('"acme"', '"acme""')],
    ['a context that stays open', (script: string) => script.replace(/exit\n$/, '')],
    ['an exit too many', (script: string) => `${script}exit\n`],
  ])('[S180] is not accepted, and so not sent, with %s', (_, spoil) => {
    const used = spelling(TEXTS.nested);
    const script = renderScript(
      [
        {
          write: 'put',
          at: { plan: { index: 2, name: 'CustDialPlan' }, ruleIndex: 1, line: 1 },
          values: { Name: 'acme', Prefix: '+41', Tag: 't' },
        },
      ],
      used,
    );
    expect(interpretScript(script, used)).toHaveLength(1);
    expect(interpretScript(spoil(script), used)).toBeUndefined();
  });
});
