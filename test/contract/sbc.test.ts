import { afterEach, describe, expect, it } from 'vitest';
import { ruleSuffix } from '../../operator/domain/naming/rule-name.ts';
import { callFromCarrier } from '../../sandbox/cloud/sbc/seed.ts';
import {
  create,
  failureOf,
  type HouseOptions,
  openSbcHouse,
  PLAN,
  remove,
  results,
  SAVE,
  type SbcHouse,
  SCRIPT,
  update,
} from './sbc-house.ts';

const ACME = 'acme.teams.carrier.example';
const NOTHING_KEPT = { keep: () => undefined, release: async () => undefined };
let house: SbcHouse | undefined;

async function open(options: HouseOptions = {}): Promise<SbcHouse> {
  house = await openSbcHouse(options);
  return house;
}

afterEach(async () => {
  await house?.close();
  expect(house?.sbc.counters.forbidden ?? []).toEqual([]);
  house = undefined;
});

describe.each(['nested', 'sectioned'] as const)('SBC with the %s dialect', (dialect) => {
  it('[S146] [S151] [S175] is read whole: status, licence, dial plans, rules, no gaps', async () => {
    const { read, sbc } = await open({ dialect });
    sbc.alarms.raise({ description: 'Proxy Set 3', severity: 'Major', source: 'Board#1' });
    sbc.kpis.set('sbc/otherStats/global/registeredUsers', 12);
    const view = await read();
    expect(view.status).toEqual({
      product: 'Mediant VE SBC',
      version: '7.40A.250.754',
      serialNumber: '286000000000001',
      ha: 'Not Operational',
      locked: false,
      saveNeeded: false,
      resetNeeded: false,
      alarms: { critical: 0, major: 1, minor: 0, warning: 0 },
      license: { state: 'Valid', summary: 'Key features: SBC=500 FEU=200 TEAMS CODER-TRANSCODING=100' },
      sipUsers: 12,
    });
    expect([view.gaps, view.dialPlans, view.ipGroups]).toEqual([
      [],
      ['TeamsTenants', 'CustDialPlan', 'RegisteredUsers', 'OCDialPlan'],
      ['Carrier', 'Teams'],
    ]);
    expect(view.objects).toHaveLength(7);
    expect(view.objects).toContainEqual({
      system: 'sbc',
      target: 'carrier/sbc1',
      kind: 'DialPlanRule',
      name: 'RegisteredUsers/5755',
      fields: { tag: '41440005755', ruleName: 'wingtip' },
    });
  });

  it('[S238] [S241] writes rules of many submitters in one script, saves once, and a call leaves with the right Contact host', async () => {
    const { apply, sbc, writes } = await open({ dialect });
    const changes = [
      create('+41430002[000-199]', ACME, { plan: 'TeamsTenants' }),
      create('+41430001', 'globex.teams.carrier.example', { plan: 'TeamsTenants', base: 'globex' }),
      create('+41430009', ACME),
    ];
    const { verdicts, view } = await apply(changes);
    expect(results(verdicts)).toEqual(['applied', 'applied', 'applied']);
    expect(writes()).toEqual([SCRIPT, SAVE]);
    expect([sbc.saveNeeded, view?.status.saveNeeded, sbc.counters.rowsChanged]).toEqual([false, false, 3]);
    expect(view?.lastSaveAt).toBeGreaterThan(0);
    const call = sbc.routeInvite(callFromCarrier('+41430002044'));
    expect(call).toMatchObject({ outcome: 'routed', leg: { contactHost: ACME } });
    expect(changes.every((change) => view !== undefined && house?.driver.shows(view, change))).toBe(true);
  });

  it('changes and removes rules, and finds done already what is there', async () => {
    const { apply, read, person, writes } = await open({ dialect });
    await apply([create('+41430001', ACME), create('+41430002', ACME)]);
    const before = writes().length;
    const { verdicts } = await apply([update('+41430001', ACME, 'new.teams.carrier.example'), remove('+41430002', ACME)]);
    expect(results(verdicts)).toEqual(['applied', 'applied']);
    expect(person.rules(PLAN).map(({ values }) => [values['Prefix'], values['Tag']])).toContainEqual([
      '+41430001',
      'new.teams.carrier.example',
    ]);
    expect(person.rules(PLAN).map(({ values }) => values['Prefix'])).not.toContain('+41430002');
    expect(writes().slice(before)).toEqual([SCRIPT, SAVE]);
    const again = await apply([update('+41430001', ACME, 'new.teams.carrier.example'), remove('+41430002', ACME)], await read());
    expect([results(again.verdicts), writes().length - before]).toEqual([['applied', 'applied'], 2]);
  });

  it('[S173] gives every rule a name of its own and shows it in its first form', async () => {
    const { apply, person, read } = await open({ dialect });
    const rule = { plan: PLAN, prefix: '+41430001', tag: ACME };
    person.addRule({ plan: 'OCDialPlan', prefix: '+999', tag: 'x', name: `acme-${ruleSuffix(rule, 0)}` });
    person.save();
    await apply([create('+41430001', ACME)]);
    const names = ['TeamsTenants', PLAN, 'OCDialPlan'].flatMap((plan) => person.rules(plan).map(({ values }) => values['Name'] ?? ''));
    expect(names).toContain(`acme-${ruleSuffix(rule, 1)}`);
    const shown = (await read()).objects.find(({ name }) => name === `${PLAN}/+41430001`);
    expect(shown?.fields).toEqual({ tag: ACME, ruleName: `acme-${ruleSuffix(rule, 0)}` });
  });

  it('leaves out of the next script what the device names as bad, so that one site cannot fail another', async () => {
    const { apply, sbc, writes, base } = await open({ dialect, limits: { tagLength: 40 } });
    base.switches.set('sbc.afterError', 'stops');
    const good = Array.from({ length: 20 }, (_, at) => create(`+4143000${10 + at}`, ACME));
    const bad = create('+41439999', 'a-customer-with-a-very-long-name.teams.carrier.example', { base: 'long' });
    const { verdicts } = await apply([...good.slice(0, 8), bad, ...good.slice(8)]);
    expect(results(verdicts)).toEqual([...Array(8).fill('applied'), 'ScriptRejected', ...Array(12).fill('applied')]);
    expect(writes()).toEqual([SCRIPT, SCRIPT, SAVE]);
    expect(sbc.saveNeeded).toBe(false);
  });

  it.each([
    ['stops', 'never', 'failure'],
    ['stops', 'never', 'success'],
    ['continues', 'never', 'absent'],
    ['continues', 'onError', 'error'],
  ])('finds the bad one by itself when the device says nothing (%s after an error, rolls back %s, status %s)', async (afterError, rollback, status) => {
    const { apply, base, sbc, writes } = await open({ dialect, limits: { tagLength: 40 } });
    base.switches.set('sbc.failureText', 'mute');
    base.switches.set('sbc.afterError', afterError);
    base.switches.set('sbc.rollback', rollback);
    base.switches.set('sbc.statusOnFailure', status);
    const good = Array.from({ length: 20 }, (_, at) => create(`+4143000${10 + at}`, ACME));
    const bad = create('+41439999', 'a-customer-with-a-very-long-name.teams.carrier.example', { base: 'long' });
    const { verdicts } = await apply([...good.slice(0, 8), bad, ...good.slice(8)]);
    expect(results(verdicts)).toEqual([...Array(8).fill('applied'), 'ScriptRejected', ...Array(12).fill('applied')]);
    expect(house?.person.rules(PLAN).map(({ values }) => values['Prefix'])).not.toContain('+41439999');
    expect(writes().filter((write) => write === SAVE)).toHaveLength(1);
    expect([sbc.saveNeeded, writes().length < 12]).toEqual([false, true]);
  });

  it.each(['absent', 'success'] as const)('believes the read-back, whatever the status field says (%s)', async (status) => {
    const { apply, base } = await open({ dialect });
    base.switches.set('sbc.statusOnSuccess', status);
    base.switches.set('sbc.output', 'lines');
    expect(results((await apply([create('+41430001', ACME)])).verdicts)).toEqual(['applied']);
  });

  it('keeps the spelling after the last rule is gone, also in the next process', async () => {
    const first = await open({
      dialect,
      prepare: (sbc) =>
        sbc.running
          .rows('DialPlanRule')
          .map((row) => sbc.running.remove('DialPlanRule', row.index, row.parent))
          .concat([]) && sbc.save(),
    });
    expect((await first.read()).dialect).toEqual({
      name: '7.40A.250.754',
      tables: {},
      unknown: { DialPlanRule: 'the device has no dial-plan rule yet' },
    });
    first.person.addRule({ plan: PLAN, prefix: '+1', tag: 'sample.example', name: 'sample' });
    first.person.save();
    const learned = (await first.read()).dialect;
    first.person.removeRule(PLAN, '+1');
    first.person.save();
    const next = first.restartOperator();
    next.connect({ dialect: learned });
    expect(results((await next.apply([create('+41430001', ACME)])).verdicts)).toEqual(['applied']);
    const upgraded = first.restartOperator();
    upgraded.connect({ dialect: { ...learned, name: '7.40A.100.001' } });
    expect((await upgraded.read()).dialect.tables['DialPlanRule']).toBe(learned.tables['DialPlanRule']);
  });
});

describe('SBC with a dialect that cannot be learned', () => {
  it('is read, and never written: DialectUnknown asks for a sample row', async () => {
    const { apply, read, writes } = await open({ dialect: 'unlearnable' });
    expect((await read()).objects).toHaveLength(7);
    const { verdicts } = await apply([create('+41430001', ACME), remove('+41440002000', 'wingtip.teams.carrier.example')]);
    expect(results(verdicts)).toEqual(['DialectUnknown', 'DialectUnknown']);
    expect(verdicts.map((verdict) => (verdict.result === 'failed' ? verdict.error.remedy : ''))[0]).toContain(
      'Make one dial-plan rule by hand',
    );
    expect(writes()).toEqual([]);
  });
});

describe('outcomes that nobody was told', () => {
  it('a lost answer is settled by reading back: applied once, saved', async () => {
    const { apply, base, sbc, writes } = await open();
    base.faults.add({ kind: 'lostAnswer', path: 'incremental', times: 1 });
    const { verdicts } = await apply([create('+41430001', ACME)]);
    expect([results(verdicts), writes(), sbc.counters.rowsChanged]).toEqual([['applied'], [SCRIPT, SAVE], 1]);
  });

  it('a reset before the work was done fails, writes nothing twice and is retried by its owner', async () => {
    const { apply, base, sbc } = await open();
    base.faults.add({ kind: 'reset', path: 'incremental', times: 1 });
    const { verdicts } = await apply([create('+41430001', ACME)]);
    expect(verdicts).toMatchObject([{ result: 'failed', error: { kind: 'Retryable', reason: 'Unreachable' } }]);
    expect(sbc.counters.rowsChanged).toBe(0);
    expect(results((await apply([create('+41430001', ACME)])).verdicts)).toEqual(['applied']);
  });

  it('a lost answer to saving is settled by asking', async () => {
    const { apply, base, sbc } = await open();
    base.faults.add({ kind: 'lostAnswer', path: 'saveConfiguration', times: 1 });
    expect([results((await apply([create('+41430001', ACME)])).verdicts), sbc.saveNeeded]).toEqual([['applied'], false]);
  });

  it('when reading back is impossible nothing is claimed, and the next look saves what ran', async () => {
    const { apply, base, sbc, read } = await open();
    await read();
    base.faults.add({ id: 'down', kind: 'status', status: 503, path: 'files/ini', skip: 1 });
    expect(await failureOf(apply([create('+41430001', ACME)]))).toMatchObject({ kind: 'Retryable', reason: 'Unreachable' });
    expect(sbc.saveNeeded).toBe(true);
    base.faults.clear('down');
    expect((await read()).status.saveNeeded).toBe(false);
    expect(sbc.saveNeeded).toBe(false);
  });

  it('a device that does not save: SaveFailed for all of the batch, saved at the next look', async () => {
    const { apply, base, sbc, read } = await open();
    base.faults.add({ id: 'full', kind: 'status', status: 500, path: 'saveConfiguration' });
    expect(results((await apply([create('+41430001', ACME), create('+41430002', ACME)])).verdicts)).toEqual(['SaveFailed', 'SaveFailed']);
    expect(await read()).toMatchObject({ unsavedOurs: true, status: { saveNeeded: true } });
    base.faults.clear('full');
    expect((await read()).unsavedOurs).toBeUndefined();
    expect([sbc.saveNeeded, sbc.counters.saves]).toEqual([false, 1]);
  });

  it('a device that does not save and does not tell either (7.20) is asked again all the same', async () => {
    const { apply, base, connect, sbc, read } = await open();
    connect({ saveForeign: true });
    base.switches.set('sbc.saveNeededField', 'absent');
    base.faults.add({ id: 'full', kind: 'status', status: 500, path: 'saveConfiguration' });
    expect(results((await apply([create('+41430001', ACME)])).verdicts)).toEqual(['SaveFailed']);
    expect((await read()).unsavedOurs).toBe(true);
    base.faults.clear('full');
    expect([(await read()).unsavedOurs, sbc.saveNeeded]).toEqual([undefined, false]);
  });

  it('what was not saved leaves the mark of this process behind until it is: the next process has to know whose it is', async () => {
    const first = await open();
    const kept = new Set<string>();
    const { apply, base, read } = first.restartOperator({
      find: async () => undefined,
      keep: ({ id }, isUnfinished) => void (isUnfinished ? kept.add(id) : kept.delete(id)),
      release: async ({ id }) => void kept.delete(id),
    });
    await apply([create('+41430001', ACME)]);
    expect([...kept]).toEqual([]);
    base.faults.add({ id: 'full', kind: 'status', status: 500, path: 'saveConfiguration' });
    await apply([create('+41430002', ACME)]);
    await read();
    expect([...kept]).toEqual(['carrier/sbc1']);
    base.faults.clear('full');
    await read();
    expect([...kept]).toEqual([]);
  });

  it.each([
    0, 3_600_000,
  ])('a restart to the last save before saving, %i ms after the one before: the change is not claimed', async (uptimeMs) => {
    const { apply, base, sbc, clock } = await open();
    base.clock.advance(uptimeMs);
    const stop = base.log.subscribe(({ path, write }) => {
      // The read-back has just been answered: only saving is left.
      if (write || !path.endsWith('/files/ini') || !sbc.saveNeeded) return;
      stop();
      sbc.restart();
    });
    const { verdicts } = await apply([create('+41430001', ACME)]);
    expect([results(verdicts), sbc.counters.restarts, clock.slept]).toEqual([['VerifyFailed'], 1, []]);
    expect(results((await apply([create('+41430001', ACME)])).verdicts)).toEqual(['applied']);
  });

  it('a restart that takes a while is waited for, then the read-back tells that nothing is left', async () => {
    const { apply, base, sbc, clock } = await open();
    base.clock.advance(3_600_000);
    base.consistency.override('sbc.restart', 20_000);
    const stop = base.log.subscribe(({ path }) => {
      if (!path.endsWith('/incremental')) return;
      stop();
      sbc.restart();
    });
    const { verdicts } = await apply([create('+41430001', ACME)]);
    expect([results(verdicts), clock.slept.length > 1, sbc.saveNeeded]).toEqual([['ScriptRejected'], true, false]);
  });
});

describe('an SBC that is not ours alone', () => {
  it('is not written while somebody else has unsaved changes, unless saveForeign says so', async () => {
    const { apply, person, connect, sbc, writes } = await open();
    person.addRule({ plan: PLAN, prefix: '+44', tag: 'by.hand.example' });
    expect(await failureOf(apply([create('+41430001', ACME)]))).toMatchObject({
      kind: 'DependencyNotReady',
      reason: 'ForeignUnsavedChanges',
    });
    expect(writes()).toEqual([]);
    connect({ saveForeign: true });
    expect([results((await apply([create('+41430001', ACME)])).verdicts), sbc.saveNeeded]).toEqual([['applied'], false]);
  });

  it('is not written while it does not tell of unsaved changes, unless saveForeign says so', async () => {
    const { apply, base, connect, sbc, writes } = await open();
    base.switches.set('sbc.saveNeededField', 'absent');
    expect(await failureOf(apply([create('+41430001', ACME)]))).toMatchObject({
      kind: 'DependencyNotReady',
      reason: 'UnsavedChangesUnknown',
    });
    expect(writes()).toEqual([]);
    connect({ saveForeign: true });
    expect([results((await apply([create('+41430001', ACME)])).verdicts), sbc.saveNeeded]).toEqual([['applied'], false]);
  });

  it('reports what a second writer changed meanwhile and reverts nothing', async () => {
    const { apply, base, person, read } = await open();
    const view = await read();
    const stop = base.log.subscribe(({ path }) => {
      if (!path.endsWith('/status')) return;
      stop();
      person.changeRule(PLAN, '+41440002000', { tag: 'moved.teams.carrier.example' });
      person.save();
    });
    const { verdicts, view: after } = await apply([create('+41430001', ACME)], view);
    expect([results(verdicts), after?.foreignChanges]).toEqual([['applied'], [`${PLAN}/+41440002000 changed`]]);
    expect(person.rules(PLAN).map(({ values }) => values['Tag'])).toContain('moved.teams.carrier.example');
  });

  it('does not take over a rule that is not ours, nor remove one that somebody gave another tag', async () => {
    const { apply, writes } = await open();
    const { verdicts } = await apply([
      create('+41440002000', ACME),
      remove('+41440002001', ACME),
      update('+41440002001', 'old.example', ACME),
    ]);
    expect([results(verdicts), writes()]).toEqual([['NameTaken', 'ObservedChanged', 'ObservedChanged'], []]);
  });

  it('[S173] shows duplicates of a rule as one and removes all of ours', async () => {
    const { apply, person, read } = await open();
    for (const name of ['acme', 'acme', 'other'])
      person.addRule({ plan: PLAN, prefix: '+4177', tag: name === 'other' ? 'x.example' : ACME, name });
    person.save();
    expect((await read()).objects.find(({ name }) => name === `${PLAN}/+4177`)?.fields).toEqual({
      tag: ACME,
      ruleName: 'acme',
      duplicates: 2,
    });
    expect(results((await apply([remove('+4177', ACME)])).verdicts)).toEqual(['applied']);
    expect(
      person
        .rules(PLAN)
        .filter(({ values }) => values['Prefix'] === '+4177')
        .map(({ values }) => values['Tag']),
    ).toEqual(['x.example']);
  });

  it('finishes what a killed process ran and did not save, once its mark is past its deadline', async () => {
    const first = await open();
    first.base.faults.add({ id: 'killed', kind: 'reset', path: 'saveConfiguration' });
    await first.apply([create('+41430001', ACME)]);
    first.base.faults.clear('killed');
    const settled: string[] = [];
    const early = first.restartOperator({ ...NOTHING_KEPT, find: async () => 'open' });
    expect((await early.read()).status.saveNeeded).toBe(true);
    const next = first.restartOperator({ ...NOTHING_KEPT, find: async ({ id }) => ({ settle: async () => void settled.push(id) }) });
    expect([(await next.read()).status.saveNeeded, settled]).toEqual([false, ['carrier/sbc1']]);
    expect(results((await next.apply([create('+41430001', ACME)])).verdicts)).toEqual(['applied']);
  });
});

describe('alarms of an SBC', () => {
  it('are all counted: the severity of 200 is read in one look, the others and indeterminate ones are told as unrated', async () => {
    const { read, sbc, writes } = await open();
    sbc.alarms.raise({ description: 'what is this', severity: 'Indeterminate', source: 'Board#1' });
    for (let index = 1; index <= 230; index += 1)
      sbc.alarms.raise({ description: `Proxy Set ${index}`, severity: 'Minor', source: 'Board#1' });
    expect((await read()).status.alarms).toEqual({ critical: 0, major: 0, minor: 199, warning: 0, unrated: 32, truncated: true });
    expect(writes()).toEqual([]);
  });

  it('of indeterminate severity alone are unrated, and nothing is truncated', async () => {
    const { read, sbc } = await open();
    sbc.alarms.raise({ description: 'what is this', severity: 'Indeterminate', source: 'Board#1' });
    expect((await read()).status.alarms).toEqual({ critical: 0, major: 0, minor: 0, warning: 0, unrated: 1 });
  });
});

describe('work of ours that was left unsaved', () => {
  it('and was saved by hand is ours no longer: what somebody changes after that is not saved by us', async () => {
    const { apply, base, sbc, person, read } = await open();
    base.faults.add({ id: 'full', kind: 'status', status: 500, path: 'saveConfiguration' });
    expect(results((await apply([create('+41430001', ACME)])).verdicts)).toEqual(['SaveFailed']);
    base.faults.clear('full');
    person.save();
    await read();
    person.addRule({ plan: PLAN, prefix: '+44', tag: 'by.hand.example' });
    expect((await read()).status.saveNeeded).toBe(true);
    expect(await failureOf(apply([create('+41430002', ACME)]))).toMatchObject({ reason: 'ForeignUnsavedChanges' });
    expect(sbc.saveNeeded).toBe(true);
  });

  it('by a killed process and was saved by hand is not looked for again: its mark goes with the first look', async () => {
    const first = await open();
    const settled: string[] = [];
    let marks = ['left'];
    const next = first.restartOperator({
      ...NOTHING_KEPT,
      find: async ({ id }) =>
        marks.length === 0
          ? undefined
          : {
              settle: async () => {
                marks = [];
                settled.push(id);
              },
            },
    });
    expect([(await next.read()).status.saveNeeded, settled]).toEqual([false, ['carrier/sbc1']]);
    first.person.addRule({ plan: PLAN, prefix: '+44', tag: 'by.hand.example' });
    expect((await next.read()).status.saveNeeded).toBe(true);
  });
});

describe('an SBC that cannot take changes now', () => {
  it('synchronising: DeviceSynchronizing with growing waits and one deadline, then the write', async () => {
    const { apply, base, sbc } = await open({ highAvailability: true });
    sbc.startSync(60_000);
    const first = await apply([create('+41430001', ACME)]);
    const expectedBy = new Date(base.clock.now() + 900_000).toISOString();
    expect(first.verdicts).toMatchObject([
      { result: 'failed', error: { kind: 'DependencyNotReady', reason: 'DeviceSynchronizing', retryAfterMs: 5_000, expectedBy } },
    ]);
    base.clock.advance(60_001);
    expect([results((await apply([create('+41430001', ACME)])).verdicts), sbc.saveNeeded]).toEqual([['applied'], false]);
  });

  it('an HA pair that synchronises after our own script is waited for before saving', async () => {
    const { apply, base, sbc, clock } = await open({ highAvailability: true });
    base.consistency.override('sbc.haSync', 20_000);
    expect([results((await apply([create('+41430001', ACME)])).verdicts), sbc.saveNeeded]).toEqual([['applied'], false]);
    expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(20_000);
  });

  it.each([
    ['[S150] locked', (target: SbcHouse) => Object.assign(target.sbc, { isLocked: true }), 'Locked'],
    ['being upgraded', (target: SbcHouse) => Object.assign(target.sbc, { upgradeStatus: 'In Progress' }), 'DeviceSynchronizing'],
    [
      'with an ini file that ends early',
      (target: SbcHouse) => Object.assign(target.sbc, { iniDamage: { cutAfter: 3_000 } }),
      'ObservationSuspect',
    ],
  ])('%s: nothing is written', async (_, prepare, reason) => {
    const target = await open();
    prepare(target);
    expect((await failureOf(target.apply([create('+41430001', ACME)]))).reason).toBe(reason);
    expect(target.writes()).toEqual([]);
  });

  it('shows an ini file without its expected tables as a gap', async () => {
    const { read, sbc } = await open();
    sbc.iniDamage = { withoutTables: ['DialPlan'] };
    expect((await read()).gaps).toEqual(['table DialPlan is missing or empty']);
  });

  it('refuses what would exceed the limits before the device is touched', async () => {
    const { apply, connect, writes } = await open();
    connect({ limits: { dialPlanRules: 8, tagLength: 30 } });
    const { verdicts } = await apply([create('+41430001', 'a-customer-with-a-long-name.teams.carrier.example')]);
    expect([results(verdicts), writes()]).toEqual([['LimitExceeded'], []]);
    const more = await apply([create('+41430001', ACME), create('+41430002', ACME)]);
    expect([results(more.verdicts), writes()]).toEqual([
      ['applied', 'LimitExceeded'],
      [SCRIPT, SAVE],
    ]);
  });

  it.each([
    ['a plan that the device does not have', create('+41430001', ACME, { plan: 'Nowhere' }), 'DialPlanMissing'],
    ['a prefix that is a pattern', create('+4143x', ACME), 'InvalidConfiguration'],
    ['a tag that is a command', create('+41430001', 'x"\nexit\nreload now'), 'InvalidConfiguration'],
    ['another kind of object', { ...create('+41430001', ACME), kind: 'IPGroup' }, 'InvalidConfiguration'],
  ])('refuses %s without a word to the device', async (_, change, reason) => {
    const { apply, writes } = await open();
    expect([results((await apply([change])).verdicts), writes()]).toEqual([[reason], []]);
  });
});

describe('reaching an SBC', () => {
  it('[S166] [S366] knows a wrong certificate authority, a wrong fingerprint and a right one', async () => {
    const self = await open();
    const { createHash, X509Certificate } = await import('node:crypto');
    const { connect: connectTls } = await import('node:tls');
    const url = new URL(`https://${self.connection.address}`);
    const der = await new Promise<Buffer>((resolve, reject) => {
      const socket = connectTls({ host: url.hostname, port: Number(url.port), ca: self.base.ca.certPem }, () => {
        resolve(socket.getPeerX509Certificate()?.raw ?? Buffer.alloc(0));
        socket.destroy();
      });
      socket.once('error', reject);
    });
    const fingerprint = createHash('sha256').update(new X509Certificate(der).raw).digest('hex');
    self.connect({ tls: {} });
    expect(await failureOf(self.read())).toMatchObject({ kind: 'Auth', reason: 'TlsError' });
    self.connect({ tls: { fingerprint: fingerprint.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) } });
    expect(await failureOf(self.read())).toMatchObject({ kind: 'Auth', reason: 'TlsError' });
    expect(self.base.log.list()).toEqual([]);
    self.connect({ tls: { fingerprint } });
    expect((await self.read()).objects).toHaveLength(7);
  });

  it('[S163] [S162] reaches an old device over plain HTTP when it is told so', async () => {
    const { read } = await open({ tls: 'plain' });
    expect((await read()).objects).toHaveLength(7);
  });

  it('[S166] stops after refused credentials until they change: the device would lock the user out', async () => {
    const { read, connect, sbc, connection } = await open();
    connect({ password: 'wrong' });
    for (let look = 0; look < 5; look += 1) expect(await failureOf(read())).toMatchObject({ kind: 'Auth', reason: 'AuthenticationFailed' });
    expect(sbc.login.refused).toBe(1);
    connect({ password: connection.password });
    expect((await read()).objects).toHaveLength(7);
  });

  it('[S166] says that the level of the user is too low', async () => {
    const { read, connect } = await open();
    connect({ username: 'watch', password: 'sandbox-monitor' });
    expect(await failureOf(read())).toMatchObject({ kind: 'Auth', reason: 'PermissionDenied' });
  });

  it('[S166] says that nobody is there, and that nobody connected it', async () => {
    const { read, connect, sessions } = await open();
    connect({ address: '127.0.0.1:1' });
    expect(await failureOf(read())).toMatchObject({ kind: 'Retryable', reason: 'Unreachable' });
    sessions.disconnect('carrier/sbc1');
    expect(await failureOf(read())).toMatchObject({ kind: 'DependencyNotReady', reason: 'SBCDeviceNotReady' });
  });

  it('says that no line of a script ran when its user starts in basic mode, after one try', async () => {
    const { apply, base, sbc } = await open();
    base.switches.set('sbc.startMode', 'basic');
    const { verdicts } = await apply([create('+41430001', ACME), create('+41430002', ACME)]);
    expect(results(verdicts)).toEqual(['ScriptModeRefused', 'ScriptModeRefused']);
    expect([sbc.counters.scripts, sbc.counters.rowsChanged, sbc.saveNeeded]).toEqual([1, 0, false]);
  });

  it('records no secret: neither credentials, nor the licence key, nor what an ini file hides', async () => {
    const { apply, read, recorded } = await open();
    await read();
    await apply([create('+41430001', ACME)]);
    const text = JSON.stringify(recorded);
    expect(text).toContain('DialPlanRule 0');
    expect(text).not.toMatch(/sandbox-sbc-password|r5sandboxlicencekey|\$1\$|Basic [A-Za-z0-9+/]{8}/);
  });
});

describe('an SBC with 20,000 rules', () => {
  it('is read and written in seconds', async () => {
    const { apply, read, person } = await open({
      prepare: (sbc) => {
        for (let at = 0; at < 20_000; at += 1) {
          const values = { Name: `c${at % 300}`, Prefix: `+4900${String(at).padStart(6, '0')}`, Tag: `c${at % 300}.teams.carrier.example` };
          sbc.running.put('DialPlanRule', { index: at + 10, parent: 1, values });
        }
        sbc.save();
      },
    });
    const started = performance.now();
    const view = await read();
    const readMs = performance.now() - started;
    expect([view.objects.length, view.gaps]).toEqual([20_007, []]);
    const { verdicts } = await apply(
      Array.from({ length: 200 }, (_, at) => create(`+4143${1000 + at}`, ACME)),
      view,
    );
    const applyMs = performance.now() - started - readMs;
    expect(results(verdicts)).toEqual(Array(200).fill('applied'));
    expect(person.rules(PLAN)).toHaveLength(20_202);
    expect([readMs < 20_000, applyMs < 20_000]).toEqual([true, true]);
  });
});
