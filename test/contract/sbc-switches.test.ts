import { afterEach, describe, expect, it } from 'vitest';
import { callFromCarrier } from '../../sandbox/cloud/sbc/seed.ts';
import { defineSbcSwitches } from '../../sandbox/cloud/sbc/switches.ts';
import { createCloudBase } from '../../sandbox/cloud/stand-in.ts';
import { create, openSbcHouse, PLAN, remove, results, type SbcHouse, update } from './sbc-house.ts';

const ACME = 'acme.teams.carrier.example';
const MOVED = 'new.teams.carrier.example';
const LONG = 'a-customer-with-a-very-long-name.teams.carrier.example';

/** Outcomes with which a device takes nothing, and what every change is told then. */
const TAKES_NOTHING: Readonly<Record<string, string>> = {
  'sbc.saveNeededField=absent': 'UnsavedChangesUnknown',
  'sbc.startMode=basic': 'ScriptModeRefused',
};

/** Switches that nothing asks for while this release's driver works, and why. */
const NEVER_ASKED: Readonly<Record<string, string>> = {
  'sbc.chunkedUpload': 'an upload says how long it is',
  'sbc.comments': 'scripts hold no comments',
  'sbc.deleteReferenced': 'only dial-plan rules are removed, and nothing refers to one',
  'sbc.duplicateWinner': 'it decides calls between two rules of one prefix, and the driver makes no second one',
  'sbc.iniBadLine': 'no ini file is uploaded',
  'sbc.iniRowsNotMentioned': 'no ini file is uploaded',
  'sbc.parallelUploads': "a device's lane uploads one script at a time",
  'sbc.renameUpdatesReferrers': 'nothing refers to a dial-plan rule',
  'sbc.setsBeatWildcards': 'it decides calls between a set and a wildcard, and no wildcard is written',
  'sbc.tagWithoutName': 'it decides calls to IP groups by their own tags, which are not written',
};

const base = await createCloudBase();
defineSbcSwitches(base.switches);
const SWITCHES = base.switches.list().map(({ name, outcomes }) => ({ name, outcomes }));

let house: SbcHouse | undefined;

afterEach(async () => {
  await house?.close();
  expect(house?.sbc.counters.forbidden ?? []).toEqual([]);
  house = undefined;
});

async function open(name: string, outcome: string | number | boolean): Promise<SbcHouse> {
  house = await openSbcHouse({ highAvailability: true, limits: { tagLength: 40 } });
  house.base.consistency.override('sbc.haSync', 20_000);
  house.sbc.alarms.raise({ description: 'something', severity: 'Critical', source: 'Board#1' });
  house.base.switches.set(name, outcome);
  return house;
}

/** A failed call is a verdict for each of its changes. */
async function verdictsOf(applying: ReturnType<SbcHouse['apply']>, count: number): Promise<string[]> {
  return applying.then(
    ({ verdicts }) => results(verdicts),
    (error: { reason: string }) => Array<string>(count).fill(error.reason),
  );
}

const rulesOf = ({ person }: SbcHouse): (string | undefined)[][] =>
  person.rules(PLAN).map(({ values }) => [values['Prefix'], values['Tag']]);

/** Everything that the driver does to a device: reads, writes, corrects, removes, gets over what is refused, and a restart. */
async function work(at: SbcHouse): Promise<string[]> {
  expect((await at.read()).status.alarms.critical).toBe(1);
  const wide = create('+414300[0000-0999]', ACME);
  const called = create('+41430005', ACME, { plan: 'TeamsTenants' });
  const verdicts = [
    ...(await verdictsOf(at.apply([create('+41430001', ACME), create('+41430002', ACME), wide]), 3)),
    ...(await verdictsOf(at.apply([update('+41430001', ACME, MOVED), remove('+41430002', ACME)]), 2)),
    ...(await verdictsOf(at.apply([called, create('+41430004', LONG, { base: 'long' })]), 2)),
  ];
  at.base.clock.advance(60_000);
  at.sbc.restart();
  at.base.clock.advance(600_000);
  expect((await at.read()).status.alarms.critical).toBe(1);
  return verdicts;
}

describe.each(
  SWITCHES.flatMap(({ name, outcomes }) => outcomes.map((outcome) => ({ name, outcome, title: `${name}=${String(outcome)}` }))),
)('an SBC with $title', ({ name, outcome, title }) => {
  it('is worked with, and nothing but ours changes', async () => {
    const at = await open(name, outcome);
    const before = rulesOf(at);
    const verdicts = await work(at);
    const refusal = TAKES_NOTHING[title];
    if (refusal !== undefined) {
      expect(verdicts.slice(0, 3)).toEqual([refusal, refusal, refusal]);
      expect([rulesOf(at), at.sbc.counters.rowsChanged]).toEqual([before, 0]);
    } else {
      const widest = title === 'sbc.widestBracket=3' ? 'ScriptRejected' : 'applied';
      expect(verdicts).toEqual(['applied', 'applied', widest, 'applied', 'applied', 'applied', 'ScriptRejected']);
      const wide = widest === 'applied' ? [['+414300[0000-0999]', ACME]] : [];
      expect(rulesOf(at).sort()).toEqual([...before, ['+41430001', MOVED], ...wide].sort());
      expect(at.sbc.routeInvite(callFromCarrier('+41430005'))).toMatchObject({ outcome: 'routed', leg: { contactHost: ACME } });
    }
    expect(at.sbc.saveNeeded).toBe(false);
    expect([title, at.base.switches.wasRead(name)]).toEqual([title, !(name in NEVER_ASKED)]);
  });
});

describe('a bracket that a device does not take', () => {
  it('is refused by name with what to do, and the rest of the script is carried out (3 digits; audiocodes-sbc §12.5)', async () => {
    const at = await open('sbc.widestBracket', 3);
    const before = rulesOf(at);
    const { verdicts } = await at.apply([create('+4143000[0000-1999]', ACME), create('+41430007', ACME)]);
    expect([results(verdicts), rulesOf(at)]).toEqual([
      ['ScriptRejected', 'applied'],
      [...before, ['+41430007', ACME]],
    ]);
    const [refused] = verdicts;
    expect(refused?.result === 'failed' ? [refused.error.message, refused.error.remedy] : []).toEqual([
      expect.stringContaining('+4143000[0000-1999]'),
      expect.stringContaining('fewer digits'),
    ]);
  });
});
