import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DialectName } from './dialect.ts';
import { addRuleScript, startTestDevice, type TestDevice } from './test-device.ts';

const RULE = { name: 'acme-0001', prefix: '+4143000[2000-2099]', tag: 'acme.teams.carrier.example' };

let sbc: TestDevice;
const start = async (dialect: DialectName): Promise<void> => {
  sbc = await startTestDevice({ dialect });
};
const tagOf = (prefix: string): string | undefined =>
  sbc.person.rules('CustDialPlan').find(({ values }) => values['Prefix'] === prefix)?.values['Tag'];

afterEach(async () => sbc.close());

describe.each(['nested', 'sectioned', 'unlearnable'] as const)('a script in dialect %s', (dialect) => {
  beforeEach(() => start(dialect));

  it('adds, changes and deletes a rule; saveNeeded follows', async () => {
    const added = await sbc.script(addRuleScript(dialect, 1, 17, RULE));
    expect(added).toMatchObject({ status: 200, json: { status: 'success', description: 'Incremental CLI Script file was loaded.' } });
    expect(tagOf(RULE.prefix)).toBe(RULE.tag);
    expect((await sbc.call('GET', '/api/v1/status')).json).toMatchObject({ saveNeeded: true });
    await sbc.script(addRuleScript(dialect, 1, 17, { ...RULE, tag: 'other.teams.carrier.example' }));
    expect(tagOf(RULE.prefix)).toBe('other.teams.carrier.example');
    await sbc.script(addRuleScript(dialect, 1, 17, RULE).replace(/((?:dial-plan-)?rule|entry) 17[\s\S]*?activate\nexit/, 'no $1 17'));
    expect(tagOf(RULE.prefix)).toBeUndefined();
  });

  it('changes nothing and needs no save when the row is there already', async () => {
    await sbc.script(addRuleScript(dialect, 1, 17, RULE));
    await sbc.call('POST', '/api/v1/actions/saveConfiguration');
    await sbc.script(addRuleScript(dialect, 1, 17, RULE));
    expect(sbc.device.saveNeeded).toBe(false);
    expect(sbc.device.counters).toMatchObject({ scripts: 2, saves: 1, rowsChanged: 1 });
  });

  it('refuses every other dialect and leaves the plan alone', async () => {
    for (const other of (['nested', 'sectioned', 'unlearnable'] as const).filter((name) => name !== dialect)) {
      const answer = await sbc.script(addRuleScript(other, 1, 17, RULE));
      expect(answer).toMatchObject({ status: 200, json: { status: 'failure', output: expect.stringContaining('Invalid command') } });
    }
    expect(tagOf(RULE.prefix)).toBeUndefined();
    expect(sbc.device.counters).toMatchObject({ failedScripts: 2, rowsChanged: 0 });
  });
});

describe.each(['nested', 'sectioned'] as const)('the script download in dialect %s', (dialect) => {
  it('is a script that builds the same device from nothing', async () => {
    await start(dialect);
    const before = sbc.device.snapshot();
    const { text } = await sbc.call('GET', '/api/v1/files/cliScript');
    sbc.device.replaceByScript(text.replaceAll(/^#.*$/gm, ''));
    expect(sbc.device.snapshot()).toEqual(before);
  });
});

it('the third dialect shows no row of a dial plan, so nothing can be learned from it', async () => {
  await start('unlearnable');
  const { text } = await sbc.call('GET', '/api/v1/files/cliScript');
  expect(text).toContain('ip-group 1');
  expect(text).not.toMatch(/number-routing|\+41589061|7001122/);
});

describe('refusals inside a 200', () => {
  beforeEach(() => start('nested'));

  const rule = (fields: string): string => `configure voip\nsbc dial-plan 1\ndial-plan-rule 17\n${fields}\nactivate\nexit\nexit\nexit\n`;
  it.each([
    ['unknown command', 'configure voip\nfrobnicate 1\n', 'Invalid command'],
    ['unknown table', 'configure voip\ndial-plan 1\n', 'Invalid command'],
    ['unknown section', 'configure telephony\n', 'Invalid command'],
    ['missing section', 'configure\n', 'Incomplete command'],
    ['missing index', 'configure voip\nip-group\n', 'Incomplete command'],
    ['index that is no number', 'configure voip\nip-group x\n', 'Invalid command'],
    ['key without value', rule('name'), 'Incomplete command'],
    ['key with two values', rule('name a b'), 'Invalid command'],
    ['unknown key', rule('label "x"'), 'Invalid command'],
    ['unbalanced quotes', rule('name "x'), 'unbalanced quotes'],
    ['value that is not a choice', 'configure voip\nproxy-set 0\nproxy-enable-keep-alive perhaps\n', 'invalid value'],
    ['value out of range', 'configure voip\nproxy-set 0\nproxy-keep-alive-time 1\n', 'out of range'],
    ['number that is none', 'configure voip\nproxy-set 0\nproxy-keep-alive-time soon\n', 'a number is expected'],
    ['name above 15 characters', rule('name "sixteencharacter"'), 'too long (16 characters, at most 15)'],
    ['prefix above 50 characters', rule(`prefix "${'1'.repeat(51)}"`), 'too long (51 characters, at most 50)'],
    ['tag above 70 characters', rule(`prefix "1"\ntag "${'a'.repeat(71)}"`), 'too long (71 characters, at most 70)'],
    ['brackets of different width', rule('prefix "+4143[1-20]"'), 'same digit count'],
    ['two tags without a value', rule('prefix "1"\ntag "a;b"'), 'only one tag without a value'],
    ['missing prefix', rule('name "x"'), 'mandatory'],
    ['missing parent', 'configure voip\nsbc dial-plan 9\ndial-plan-rule 0\n', 'not activated'],
    ['missing reference', 'configure voip\nip-group 1\nproxy-set-name "Nobody"\nactivate\n', 'unknown ProxySet Nobody'],
    ['name taken', 'configure voip\nsbc dial-plan 9\nname "TeamsTenants"\nactivate\n', 'already exists'],
    ['plan name with a slash', 'configure voip\nsbc dial-plan 9\nname "a/b"\nactivate\n', 'invalid character /'],
    ['deletion of a row in use', 'configure voip\nno sbc dial-plan 0\n', 'cannot be deleted'],
    ['deletion of nothing', 'configure voip\nno ip-group 77\n', 'does not exist'],
    ['copy', 'copy firmware from http://192.0.2.1/x\n', 'not supported'],
    ['unknown show command', 'show voip everything\n', 'Invalid command'],
    ['comment', '# a comment\n', 'Invalid command'],
    ['child opened in the wrong place', 'configure voip\ndial-plan-rule 17\n', 'Invalid command'],
    ['write in a section', 'configure voip\nwrite\n', 'Invalid command'],
    ['exit too many', 'exit\n', 'Invalid command'],
  ])('%s', async (_, script, message) => {
    const answer = await sbc.script(script);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ status: 'failure', output: expect.stringContaining(message) });
  });

  it('keeps the rows before a failing line, and goes on after it (§11.1)', async () => {
    const good = addRuleScript('nested', 1, 17, RULE);
    const bad = rule('name "sixteencharacter"');
    await sbc.script(good + bad + addRuleScript('nested', 1, 18, { ...RULE, prefix: '+4143000[3000-3099]' }));
    expect(sbc.person.rules('CustDialPlan').map(({ index }) => index)).toEqual([0, 1, 17, 18]);
  });

  it('commits a row without the value that was refused: the verdict alone is no proof', async () => {
    await sbc.script(rule(`prefix "+41430009"\ntag "${'a'.repeat(71)}"`));
    expect(tagOf('+41430009')).toBe('');
  });

  it('stops at the first failing line, or rolls back, where the switches say so', async () => {
    const script =
      addRuleScript('nested', 1, 17, RULE) + rule('nonsense "x"') + addRuleScript('nested', 1, 18, { ...RULE, prefix: '+4144' });
    sbc.base.switches.set('sbc.afterError', 'stops');
    await sbc.script(script);
    expect(sbc.person.rules('CustDialPlan').map(({ index }) => index)).toEqual([0, 1, 17]);
    sbc.device.restart();
    sbc.base.switches.set('sbc.rollback', 'onError');
    await sbc.script(script);
    expect(sbc.person.rules('CustDialPlan').map(({ index }) => index)).toEqual([0, 1]);
  });

  it('reports in every way in which the verdict may turn out', async () => {
    const failing = 'configure voip\nfrobnicate\n';
    sbc.base.switches.set('sbc.statusOnFailure', 'absent');
    expect((await sbc.script(failing)).json).not.toHaveProperty('status');
    sbc.base.switches.set('sbc.failureText', 'mute');
    expect((await sbc.script(failing)).text).not.toContain('Invalid command');
    sbc.base.switches.set('sbc.statusOnFailure', 'success');
    expect((await sbc.script(failing)).json).toMatchObject({ status: 'success' });
    sbc.base.switches.set('sbc.statusOnSuccess', 'absent');
    expect((await sbc.script('configure voip\nexit\n')).json).not.toHaveProperty('status');
    sbc.base.switches.set('sbc.output', 'lines');
    expect((await sbc.script('configure voip\nexit\n')).json).toMatchObject({ output: '# configure voip\r\n(config-voip)# exit' });
  });

  it('drops a row left open at the end, or commits it (switch)', async () => {
    const open = 'configure voip\nsbc dial-plan 1\ndial-plan-rule 17\nprefix "+41430009"\n';
    await sbc.script(open);
    expect(tagOf('+41430009')).toBeUndefined();
    sbc.base.switches.set('sbc.openRowAtEnd', 'committed');
    await sbc.script(open);
    expect(tagOf('+41430009')).toBe('');
  });

  it('ignores a last line without a line end, or executes it (switch)', async () => {
    const script = addRuleScript('nested', 1, 17, RULE).replace(/activate[\s\S]*$/, 'activate');
    await sbc.script(script);
    expect(tagOf(RULE.prefix)).toBeUndefined();
    sbc.base.switches.set('sbc.unterminatedLine', 'executed');
    await sbc.script(script);
    expect(tagOf(RULE.prefix)).toBe(RULE.tag);
  });

  it('starts in basic mode and accepts comments where the switches say so', async () => {
    sbc.base.switches.set('sbc.comments', 'accepted');
    expect((await sbc.script('# fine\n')).json).toMatchObject({ status: 'success' });
    sbc.base.switches.set('sbc.startMode', 'basic');
    expect((await sbc.script('configure voip\n')).json).toMatchObject({ status: 'failure' });
  });

  it('shows proxy sets, alarms and the version, and saves with write (§10.4)', async () => {
    sbc.device.offlineProxySets.add(1);
    const answer = await sbc.script('show voip proxy sets status\nshow system version\nwrite\n');
    expect(answer.text).toMatch(/Teams .*OFFLINE/);
    expect(answer.text).toMatch(/7\.40A\.250\.754/);
    expect(sbc.device.counters.saves).toBe(1);
  });

  it('never echoes a password', async () => {
    const answer = await sbc.script('configure voip\nip-group 1\npassword "hunter2"\nactivate\nexit\n');
    expect(answer.text).not.toContain('hunter2');
    expect((await sbc.call('GET', '/api/v1/files/ini')).text).not.toContain('hunter2');
  });
});

describe('limits of the device', () => {
  it('refuses the rule, the IP group and the address above the maximum', async () => {
    const rules = [{ plan: 'CustDialPlan', name: 'a', prefix: '+41', tag: 'a' }];
    sbc = await startTestDevice({ rules, limits: { dialPlanRules: 2, ipGroups: 2, tagLength: 16, addressesPerProxySet: 3 } });
    expect((await sbc.script(addRuleScript('nested', 1, 17, { ...RULE, tag: 'short' }))).json).toMatchObject({ status: 'success' });
    expect((await sbc.script(addRuleScript('nested', 1, 18, { ...RULE, prefix: '+4144' }))).text).toContain('maximum of 2 rows');
    expect((await sbc.script(addRuleScript('nested', 1, 17, RULE))).text).toContain('at most 16');
    expect((await sbc.script('configure voip\nip-group 2\nname "x"\nactivate\n')).text).toContain('maximum of 2 rows');
    expect((await sbc.script('configure voip\nproxy-set 1\nproxy-ip 3\nproxy-address "x:5061"\nactivate\n')).text).toContain(
      'maximum of 3',
    );
  });

  it('refuses more numeric groups than six times the rules, and brackets that are too wide', async () => {
    sbc = await startTestDevice({ rules: [], limits: { dialPlanRules: 2 } });
    const twelve = { ...RULE, prefix: '1[10,11,12,13,14,15,16,17,18,19,20,21]' };
    expect((await sbc.script(addRuleScript('nested', 1, 17, twelve))).json).toMatchObject({ status: 'success' });
    expect((await sbc.script(addRuleScript('nested', 1, 18, RULE))).text).toContain('numeric groups');
    sbc.base.switches.set('sbc.widestBracket', 3);
    expect((await sbc.script(addRuleScript('nested', 1, 17, RULE))).text).toContain('at most 3 digits in brackets');
  });
});

describe('names and prefixes that repeat (telephony 5.2)', () => {
  it('takes both, or refuses them where the switches say so', async () => {
    await start('nested');
    expect((await sbc.script(addRuleScript('nested', 1, 17, { ...RULE, name: 'wingtip' }))).json).toMatchObject({ status: 'success' });
    expect((await sbc.script(addRuleScript('nested', 1, 18, RULE))).json).toMatchObject({ status: 'success' });
    sbc.base.switches.set('sbc.duplicatePrefix', 'refused');
    expect((await sbc.script(addRuleScript('nested', 1, 19, RULE))).text).toContain('already exists');
    sbc.base.switches.set('sbc.duplicateRuleName', 'refused');
    expect((await sbc.script(addRuleScript('nested', 1, 20, { ...RULE, name: 'wingtip', prefix: '+49' }))).text).toContain(
      'already exists',
    );
  });
});
