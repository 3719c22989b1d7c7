import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PersonAtDevice } from '../../sandbox/cloud/sbc/person.ts';
import { QUICKSTART } from '../../sandbox/cloud/seed.ts';
import { type House, openHouse } from './house.ts';

const { tenantId } = QUICKSTART.customer;
const ROUTE = 'Unrestricted-Zurich';
const PREFIX = '+41225550[100-299]';
const PLAN = 'TeamsTenants';

let house: House;
let before: Record<string, unknown>;
beforeAll(async () => {
  house = await openHouse({ subject: 'drift' });
  await house.start();
  await house.apply();
  await house.untilReady();
  await house.untilIdle();
  before = house.snapshot();
});
afterAll(() => house.close());

/** Both are what a person would do by hand: the pattern of a route bent in the tenant, a rule taken off the SBC. */
function breakRoute(): void {
  house.cloud.microsoft.person.putConfig(tenantId, 'OnlineVoiceRoute', ROUTE, { NumberPattern: '^nobody$' });
}
function removeRule(): void {
  const person = new PersonAtDevice(house.cloud.sbc.sbc1);
  person.removeRule(PLAN, PREFIX);
  person.save();
}

function patternOfRoute(): unknown {
  const { config } = house.cloud.microsoft.snapshot(tenantId) as {
    config: { OnlineVoiceRoute: { identity: string; properties: Record<string, unknown> }[] };
  };
  return config.OnlineVoiceRoute.find(({ identity }) => identity === ROUTE)?.properties['NumberPattern'];
}
function hasRule(): boolean {
  return new PersonAtDevice(house.cloud.sbc.sbc1).rules(PLAN).some(({ values }) => values['Prefix'] === PREFIX);
}

async function setPolicy(changePolicy: 'Enforce' | 'Report' | 'Observe' | null): Promise<void> {
  await house.patch('SiteLocation', 'zurich', { spec: { changePolicy } });
  await house.patch('NumberRange', 'geneva-office', { spec: { changePolicy } });
  await house.untilReady();
  await house.untilIdle(500);
}

async function look(): Promise<void> {
  await Promise.all([house.lookNow('SiteLocation', 'zurich'), house.lookNow('NumberRange', 'geneva-office')]);
}

describe('drift', () => {
  afterEach(async () => {
    await setPolicy(null);
    await look();
    await house.until('the outside is as it was', () => patternOfRoute() === '.*' && hasRule());
    await house.untilIdle(500);
  });

  it('comes back in Enforce, in the tenant and on the SBC, and nothing else moves', async () => {
    breakRoute();
    removeRule();
    await look();
    await house.until('route and rule are back', () => patternOfRoute() === '.*' && hasRule());
    await house.untilReady();
    await house.untilIdle(500);
    expect(rulesApart(house.snapshot())).toEqual(rulesApart(before));
    expect(house.cloud.sbc.sbc1.saveNeeded).toBe(false);
  });

  it('is told in Report with field, before and after; Ready stays, nothing is written', async () => {
    await setPolicy('Report');
    const seq = house.lastExchange;
    breakRoute();
    removeRule();
    await look();
    await house.until('drift is told', async () => {
      const [site, range] = await Promise.all([house.get('SiteLocation', 'zurich'), house.get('NumberRange', 'geneva-office')]);
      return (site?.status?.drift?.length ?? 0) > 0 && (range?.status?.drift?.length ?? 0) > 0;
    });
    expect((await house.get('SiteLocation', 'zurich'))?.status?.drift).toEqual([
      { system: 'teams-admin', target: tenantId, kind: 'VoiceRoute', name: ROUTE, field: 'numberPattern', before: '.*', after: '^nobody$' },
    ]);
    expect((await house.get('NumberRange', 'geneva-office'))?.status?.drift).toMatchObject([
      { system: 'sbc', kind: 'DialPlanRule', name: `${PLAN}/${PREFIX}`, field: 'exists', before: 'present', after: 'missing' },
    ]);
    expect(await house.condition('SiteLocation', 'zurich', 'Ready')).toMatchObject({ status: 'True' });
    expect(await house.condition('NumberRange', 'geneva-office', 'Ready')).toMatchObject({ status: 'True' });
    await house.untilIdle();
    expect(house.outsideWritesSince(seq)).toEqual([]);
  });

  it('is told in Observe, and nothing is written, whatever the spec asks for', async () => {
    await setPolicy('Observe');
    const seq = house.lastExchange;
    breakRoute();
    removeRule();
    await house.patch('NumberRange', 'geneva-office', { spec: { prefixes: [PREFIX, '+41225550300'] } });
    await look();
    await house.until('drift is told', async () => ((await house.get('SiteLocation', 'zurich'))?.status?.drift?.length ?? 0) > 0);
    await house.untilIdle();
    expect(house.outsideWritesSince(seq)).toEqual([]);
    await house.patch('NumberRange', 'geneva-office', { spec: { prefixes: [PREFIX] } });
  });
});

describe('Observe from the beginning', () => {
  it('writes nothing at all and says what is not deployed', async () => {
    const watched = await openHouse({ subject: 'observe' });
    try {
      const untouched = watched.snapshot();
      await watched.start();
      const kinds = new Set(['Customer', 'SiteLocation', 'SBCDevice', 'NumberRange']);
      await watched.apply(
        watched.manifests.map((object) =>
          kinds.has(object.kind) ? { ...object, spec: { ...(object['spec'] as object), changePolicy: 'Observe' } } : object,
        ),
      );
      await watched.untilCondition('SiteLocation', 'zurich', 'Ready', 'False/NotDeployed');
      await watched.untilIdle();
      expect(watched.outsideWrites()).toBe(0);
      expect(watched.snapshot()).toEqual(untouched);
      expect((await watched.cluster.kubectl(['get', 'dnsendpoints', '-n', watched.namespace, '-o', 'name'])).stdout).toBe('');
      await watched.finish();
    } finally {
      await watched.close();
    }
  });
});

describe('after all of it', () => {
  it('holds the condition rules, and a second pass writes nothing', () => house.finish());
});

/** A rule that comes back stands elsewhere in its plan: position and name are the device's matter, identity is plan and prefix (telephony 5.2). */
function rulesApart(snapshot: Record<string, unknown>): unknown {
  const { sbc1, ...rest } = snapshot;
  const rules = new PersonAtDevice(house.cloud.sbc.sbc1).rules(PLAN).map(({ values }) => [values['Prefix'], values['Tag']]);
  return sbc1 === undefined ? rest : { ...rest, rules: rules.sort() };
}
