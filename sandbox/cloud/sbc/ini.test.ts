import { afterEach, describe, expect, it } from 'vitest';
import { parseIni } from './ini-parse.ts';
import { FOREIGN_RULES } from './seed.ts';
import { startTestDevice, type TestDevice } from './test-device.ts';

let sbc: TestDevice;
afterEach(async () => sbc.close());
const download = async (): Promise<string> => (await sbc.call('GET', '/api/v1/files/ini')).text;
const incremental = (text: string) => sbc.upload('/api/v1/files/ini/incremental', text);

describe('the ini download (audiocodes-sbc §8)', () => {
  it('has the FORMAT of newer firmware, quoted strings, $$ for nothing, and unknown tables', async () => {
    sbc = await startTestDevice({ dialect: 'nested' });
    const answer = await sbc.call('GET', '/api/v1/files/ini');
    expect(answer.headers['content-type']).toBe('application/octet-stream');
    expect(answer.text).toContain(
      'FORMAT Index = DialPlanName, RuleIndex, Name, Prefix, Tag;\nDialPlanRule 0 = "TeamsTenants", 0, "nordbank",',
    );
    expect(answer.text).toContain('ProxyIp 1 = "1", 0, "sip.pstnhub.microsoft.com:5061", 2, 1, 1;');
    expect(answer.text).toContain('QOERules 0 = "mos", "good; better, best";');
    expect(answer.text).toMatch(/IPGroup 0 = 0, "Carrier", "Carrier", "", "", "DefaultSRD", .*\$\$/);
    expect(answer.text).toMatch(/^;Software Version: 7\.40A/m);
    expect(answer.text).toContain("SyslogServerIP = '192.0.2.9'");
  });

  it('has table prefixes and CRLF in older firmware', async () => {
    sbc = await startTestDevice({ dialect: 'sectioned' });
    expect(await download()).toContain('FORMAT DialPlan_Index = DialPlan_Name;\r\nDialPlan 0 = "TeamsTenants";\r\n');
  });

  it.each([
    'nested',
    'sectioned',
  ] as const)('[S173] the seven sample rows round-trip through a full upload unchanged (%s)', async (dialect) => {
    sbc = await startTestDevice({ dialect });
    const before = sbc.device.snapshot();
    sbc.device.replaceByIni(await download());
    expect(sbc.device.snapshot()).toEqual(before);
    const rules = Object.values(['TeamsTenants', 'CustDialPlan', 'RegisteredUsers', 'OCDialPlan']).flatMap((plan) =>
      sbc.person.rules(plan).map(({ values }) => ({ plan, name: values['Name'], prefix: values['Prefix'], tag: values['Tag'] })),
    );
    expect(rules).toEqual(FOREIGN_RULES);
  });

  it('leaves empty tables out, or prints them (switch)', async () => {
    sbc = await startTestDevice();
    expect(await download()).not.toContain('[ Account ]');
    sbc.base.switches.set('sbc.emptyTables', 'printed');
    expect(await download()).toContain('[ Account ]');
  });

  it('can be one that must not be trusted (telephony 6.4)', async () => {
    sbc = await startTestDevice();
    sbc.device.iniDamage = { emptiedTables: ['DialPlanRule'] };
    expect(await download()).toContain(
      '[ DialPlanRule ]\n\nFORMAT Index = DialPlanName, RuleIndex, Name, Prefix, Tag;\n\n[ \\DialPlanRule ]',
    );
    sbc.device.iniDamage = { withoutTables: ['DialPlanRule'] };
    expect(await download()).not.toContain('DialPlanRule');
    sbc.device.iniDamage = { cutAfter: 500 };
    expect(await download()).toHaveLength(500);
  });

  it('shows secrets obfuscated', async () => {
    sbc = await startTestDevice();
    await incremental('[ Account ]\nFORMAT Index = Username, Password;\nAccount 0 = "u", "hunter2";\n[ \\Account ]\n');
    expect(await download()).toMatch(/Account 0 = .*"\$1\$[\w+/=]+"/);
  });
});

describe('an incremental ini (§8.3)', () => {
  it('resets every column left out to its default', async () => {
    sbc = await startTestDevice();
    expect(sbc.device.running.row('IPGroup', 1)?.values['OutboundManSet']).toBe('4');
    const answer = await incremental(
      '[ ProxySet ]\nFORMAT Index = ProxyName, ProxyKeepAliveTime;\nProxySet 1 = "Teams", 30;\n[ \\ProxySet ]\n',
    );
    expect(answer.status).toBe(200);
    expect(sbc.device.running.row('ProxySet', 1)?.values).toMatchObject({
      ProxyKeepAliveTime: '30',
      TLSContextName: '',
      EnableProxyKeepAlive: '0',
    });
    expect(sbc.device.running.count('ProxySet')).toBe(2);
  });

  it('replaces a table with secrets whole, and other tables where the switch says so', async () => {
    sbc = await startTestDevice();
    const account = (index: number) => `[ Account ]\nFORMAT Index = Username;\nAccount ${index} = "u";\n[ \\Account ]\n`;
    await incremental(account(0));
    await incremental(account(1));
    expect(sbc.device.running.rows('Account').map(({ index }) => index)).toEqual([1]);
    sbc.base.switches.set('sbc.iniRowsNotMentioned', 'removed');
    await incremental(
      '[ DialPlanRule ]\nFORMAT Index = DialPlanName, RuleIndex, Prefix;\nDialPlanRule 0 = "CustDialPlan", 5, "+49";\n[ \\DialPlanRule ]\n',
    );
    expect(sbc.device.running.count('DialPlanRule')).toBe(1);
  });

  it.each([
    ['unknown table', '[ Nothing ]\nFORMAT Index = A;\n[ \\Nothing ]\n', 'unknown table'],
    ['unknown column', '[ DialPlan ]\nFORMAT Index = Colour;\nDialPlan 9 = 1;\n[ \\DialPlan ]\n', 'unknown column Colour'],
    ['wrong value count', '[ DialPlan ]\nFORMAT Index = Name;\nDialPlan 9 = "a", 1;\n[ \\DialPlan ]\n', '1 values expected, 2 found'],
    ['missing end', '[ DialPlan ]\nFORMAT Index = Name;\nDialPlan 9 = "a";\n', 'is not closed'],
    ['missing ;', '[ DialPlan ]\nFORMAT Index = Name;\nDialPlan 9 = "a"\n[ \\DialPlan ]\n', '; expected'],
    ['row before FORMAT', '[ DialPlan ]\nDialPlan 9 = "a";\n[ \\DialPlan ]\n', 'FORMAT expected'],
    ['index twice', '[ DialPlan ]\nFORMAT Index = Name;\nDialPlan 9 = "a";\nDialPlan 9 = "b";\n[ \\DialPlan ]\n', 'already given'],
    [
      'unknown parent',
      '[ DialPlanRule ]\nFORMAT Index = DialPlanName, Prefix;\nDialPlanRule 0 = "Nope", "1";\n[ \\DialPlanRule ]\n',
      'unknown DialPlan',
    ],
    ['nonsense', 'nonsense\n', 'invalid line'],
  ])('refuses %s with 400 and changes nothing', async (_, text, message) => {
    sbc = await startTestDevice();
    const before = sbc.device.snapshot();
    expect(await incremental(text)).toMatchObject({ status: 400, json: { description: expect.stringContaining(message) } });
    expect(sbc.device.snapshot()).toEqual(before);
  });

  it('keeps the tables before the bad line where the switch says so', async () => {
    sbc = await startTestDevice();
    sbc.base.switches.set('sbc.iniBadLine', 'keepsEarlierTables');
    const good = '[ DialPlan ]\nFORMAT Index = Name;\nDialPlan 9 = "Zoom";\n[ \\DialPlan ]\n';
    expect((await incremental(`${good}[ Nothing ]\nFORMAT Index = A;\n[ \\Nothing ]\n`)).status).toBe(400);
    expect(sbc.device.running.findByName('DialPlan', 'Zoom')?.index).toBe(9);
  });
});

it('reads strings that hold commas and semicolons, empty cells and $$', async () => {
  sbc = await startTestDevice();
  const file = parseIni('A = 1\n[ T ]\nFORMAT T_Index = T_A, T_B, T_C, T_D;\nT 3 = "a, b; c", , $$, 7;\n[ \\T ]\n');
  expect(file.tables[0]?.columns).toEqual(['A', 'B', 'C', 'D']);
  expect(file.tables[0]?.rows.get(3)).toEqual(['a, b; c', null, null, '7']);
});
