import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { CARRIER, customer, device, range, site, TENANT, trunk } from '../../../test/support/controllers/objects.ts';
import { house as newHouse, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import { voiceTarget } from '../targets.ts';

const NAME = 'Unrestricted-zurich';
const FQDN = `zurich.${CARRIER}`;
const PLACE = { system: 'teams-admin', target: TENANT, name: NAME } as const;
const ADOPT = { annotations: { 'trunkline.dev/adopt': 'true' } };
const SECOND = trunk('second', { label: 'geneva', priority: 2 });

const USAGE: OutsideObject = { ...PLACE, kind: 'PstnUsage', fields: {} };
const POLICY: OutsideObject = { ...PLACE, kind: 'VoiceRoutingPolicy', fields: { usages: [NAME] }, marker: 'made by hand' };
const SAME: OutsideObject = {
  ...PLACE,
  kind: 'VoiceRoute',
  fields: { numberPattern: '.*', gateways: [FQDN], usages: [NAME], priority: 0 },
};
/** As SAME, and to be changed when it is adopted. */
const OTHER: OutsideObject = { ...SAME, fields: { ...SAME.fields, numberPattern: '^99' }, marker: 'made by hand' };
const OTHER_POLICY: OutsideObject = { ...POLICY, fields: { usages: [] } };
const OTHER_SECOND: OutsideObject = {
  ...OTHER,
  name: `${NAME}-2`,
  fields: { ...OTHER.fields, gateways: [`geneva.${CARRIER}`], priority: 1 },
};

function meddle(house: ControllersHouse, object: OutsideObject): void {
  house.outside.put('teams', object);
  house.delivery.invalidate(voiceTarget(TENANT));
}

function states(house: ControllersHouse, name = 'zurich'): string[] {
  const entries = house.get('SiteLocation', name).status?.footprint ?? [];
  return entries.map(({ kind, name: of, state }) => `${kind} ${of} ${state}`);
}

const left = (house: ControllersHouse): string[] =>
  [...house.outside.stateOf('teams', TENANT).values()].map(({ kind, name }) => `${kind} ${name}`).sort();

/** Site zurich over what stood in the tenant before; the word has been said and is gone again. */
async function adoptingHouse(found: readonly OutsideObject[], trunks = [trunk()]): Promise<ControllersHouse> {
  const house = await newHouse();
  for (const object of found) house.outside.put('teams', object);
  house.apply(customer(), device(), site('zurich', { trunks }, ADOPT));
  await house.run(30_000);
  expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/adopt': '' });
  await house.run();
  return house;
}

async function removed(house: ControllersHouse, name = 'zurich'): Promise<void> {
  house.annotate('SiteLocation', name, { 'trunkline.dev/confirm-delete': name });
  house.delete('SiteLocation', name);
  await house.run(120_000);
  expect(house.find('SiteLocation', name)).toBeUndefined();
}

interface Detour {
  readonly after: string;
  readonly detour: (house: ControllersHouse) => Promise<void>;
  /** The site is not to be in the tenant at the end of it. */
  readonly isOff?: boolean;
}

const DETOURS: readonly Detour[] = [
  { after: 'nothing else', detour: async () => undefined },
  {
    after: 'deploy: false and true again',
    detour: async (house) => {
      house.edit('Customer', 'contoso', { deploy: false });
      await house.run(60_000);
      house.edit('Customer', 'contoso', { deploy: true });
    },
  },
  {
    after: 'deploy: false',
    isOff: true,
    detour: async (house) => {
      house.edit('Customer', 'contoso', { deploy: false });
    },
  },
  {
    after: 'default routing was off for a while',
    detour: async (house) => {
      house.edit('SiteLocation', 'zurich', { m365: { defaultRouting: false } });
      await house.run(60_000);
      house.edit('SiteLocation', 'zurich', { m365: { defaultRouting: true } });
    },
  },
  {
    after: 'default routing was switched off',
    isOff: true,
    detour: async (house) => {
      house.edit('SiteLocation', 'zurich', { m365: { defaultRouting: false } });
    },
  },
  {
    after: 'its only trunk was on Standby for a while',
    detour: async (house) => {
      house.edit('SiteLocation', 'zurich', { trunks: [trunk('main', { state: 'Standby' })] });
      await house.run(60_000);
      house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    },
  },
  {
    after: 'its removal under Cleanup was asked for and taken back',
    detour: async (house) => {
      house.edit('SiteLocation', 'zurich', { deletionPolicy: 'Cleanup', suspend: true, m365: { defaultRouting: false } });
      await house.run(60_000);
      house.edit('SiteLocation', 'zurich', { deletionPolicy: undefined, m365: { defaultRouting: true } });
      await house.run(60_000);
      house.edit('SiteLocation', 'zurich', { suspend: false });
    },
  },
];

/** What has been written by us says so itself, so that a loss of status does not matter. */
const LOSSES: readonly Detour[] = [
  {
    after: 'a restart with all status lost',
    detour: async (house) => {
      await house.restartWithoutStatus();
    },
  },
  {
    after: 'deploy: false, with its status lost then',
    isOff: true,
    detour: async (house) => {
      house.edit('Customer', 'contoso', { deploy: false });
      await house.run(60_000);
      await house.restartWithoutStatus();
    },
  },
  {
    after: 'the site was deleted and applied again',
    detour: async (house) => {
      await removed(house);
      house.apply(site());
    },
  },
  {
    after: 'the site was let go with Orphan and applied again',
    detour: async (house) => {
      house.edit('SiteLocation', 'zurich', { deletionPolicy: 'Orphan' });
      await removed(house);
      house.apply(site());
    },
  },
];

describe('what stood in the tenant before the site stays when the site is deleted', () => {
  it.each([...DETOURS, ...LOSSES])('changed by us: after $after', async ({ detour, isOff }) => {
    const house = await adoptingHouse([USAGE, OTHER, OTHER_POLICY]);
    await detour(house);
    await house.run(60_000);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed').startsWith('True/')).toBe(isOff !== true);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    await removed(house);
    expect(left(house)).toEqual([`PstnUsage ${NAME}`, `VoiceRoute ${NAME}`, `VoiceRoutingPolicy ${NAME}`]);
  });

  it.each(DETOURS)('adopted as it was: after $after', async ({ detour, isOff }) => {
    const house = await adoptingHouse([USAGE, SAME, POLICY]);
    expect(house.outside.writes).toEqual([]);
    await detour(house);
    await house.run(60_000);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed').startsWith('True/')).toBe(isOff !== true);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    await removed(house);
    expect(house.outside.writes).toEqual([]);
    expect(left(house)).toEqual([`PstnUsage ${NAME}`, `VoiceRoute ${NAME}`, `VoiceRoutingPolicy ${NAME}`]);
  });

  it('adopted as it was, with all status lost: it is told, and taken over again by another word', async () => {
    const house = await adoptingHouse([USAGE, SAME, POLICY]);
    await house.restartWithoutStatus();
    await house.run(60_000);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/NameTaken');
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/adopt': 'true' });
    await house.run(60_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    await removed(house);
    expect(house.outside.writes).toEqual([]);
  });

  it('a usage alone, which nothing says whose it is', async () => {
    const house = await newHouse();
    house.outside.put('teams', USAGE);
    house.apply(customer(), device(), site());
    await house.run(30_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(states(house)).toContain(`PstnUsage ${NAME} Adopted`);
    await removed(house);
    expect(left(house)).toEqual([`PstnUsage ${NAME}`]);
  });

  it('and what the site made beside it goes, also after a loss of status', async () => {
    const house = await adoptingHouse([USAGE, OTHER]);
    await house.restartWithoutStatus();
    await house.run(60_000);
    expect(states(house)).toContain(`VoiceRoutingPolicy ${NAME} Applied`);
    await removed(house);
    expect(left(house)).toEqual([`PstnUsage ${NAME}`, `VoiceRoute ${NAME}`]);
  });

  it('the route of a trunk that was taken out and put back', async () => {
    const house = await adoptingHouse([USAGE, OTHER, OTHER_SECOND], [trunk(), SECOND]);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    // Its record goes with the next look at the tenant.
    await house.run(700_000);
    expect(states(house)).toContain(`VoiceRoute ${NAME}-2 Released`);
    expect(house.get('SiteLocation', 'zurich').status?.trunks).toHaveLength(1);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk(), SECOND] });
    await house.run(60_000);
    expect(states(house)).toContain(`VoiceRoute ${NAME}-2 Adopted`);
    await removed(house);
    expect(left(house)).toEqual([`PstnUsage ${NAME}`, `VoiceRoute ${NAME}`, `VoiceRoute ${NAME}-2`]);
  });

  it('the route of a trunk that was taken out, for which its record stays until that is confirmed', async () => {
    const house = await adoptingHouse([USAGE, OTHER, OTHER_SECOND, OTHER_POLICY], [trunk(), SECOND]);
    const tenant = house.outside.tenants.get(TENANT);
    if (tenant !== undefined) tenant.grants = { [NAME.toLowerCase()]: 50 };
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(1_200_000);
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toMatch(/record geneva\.\S+ .* 50 users .*=zurich\/trunk\/second /);
    expect(JSON.stringify(house.kube.all('dnsendpoints'))).toContain('geneva');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': 'zurich/trunk/second' });
    await house.run(60_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(states(house)).toContain(`VoiceRoute ${NAME}-2 Released`);
    expect(house.get('SiteLocation', 'zurich').status?.trunks).toHaveLength(1);
    expect(JSON.stringify(house.kube.all('dnsendpoints'))).not.toContain('geneva');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it.each([
    ['changed by us', OTHER],
    ['adopted as it was', SAME],
  ])('under the name of another site that takes over without a write: %s', async (_how, route) => {
    const house = await adoptingHouse([USAGE, route, POLICY]);
    house.apply(range());
    await house.run(30_000);
    const before = house.outside.writes.length;
    // It waits for its range, so that both are there for a while.
    house.delete('SiteLocation', 'zurich');
    house.apply(site('zurich-hq', { siteName: 'zurich' }));
    await house.run(60_000);
    expect(house.ready('SiteLocation', 'zurich-hq')).toBe('True/Deployed');
    expect(states(house, 'zurich-hq').filter((state) => !state.startsWith('DNS'))).toEqual([
      `PstnUsage ${NAME} Adopted`,
      `VoiceRoute ${NAME} Adopted`,
      `VoiceRoutingPolicy ${NAME} Adopted`,
    ]);
    house.delete('NumberRange', 'office');
    await house.run(60_000);
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
    expect(house.outside.writes.slice(before).filter(({ system }) => system === 'teams-admin')).toEqual([]);
    await removed(house, 'zurich-hq');
    expect(left(house)).toEqual([`PstnUsage ${NAME}`, `VoiceRoute ${NAME}`, `VoiceRoutingPolicy ${NAME}`]);
  });

  it('a DNSEndpoint that stood there, after somebody else was to publish for a while', async () => {
    const house = await newHouse();
    const records = [{ dnsName: FQDN, recordType: 'A', targets: ['203.0.113.99'] }];
    house.kube.put('dnsendpoints', {
      apiVersion: 'externaldns.k8s.io/v1alpha1',
      kind: 'DNSEndpoint',
      metadata: { name: 'trunkline-zurich', namespace: 'acme' },
      spec: { endpoints: records },
    });
    house.apply(customer(), device(), site('zurich', {}, ADOPT));
    await house.run(30_000);
    expect(states(house)).toContain('DNSEndpoint trunkline-zurich Adopted');
    house.edit('SiteLocation', 'zurich', { dns: { mode: 'Manual' } });
    await house.run(60_000);
    expect(states(house)).toContain('DNSEndpoint trunkline-zurich Released');
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('True/Deployed');
    house.edit('SiteLocation', 'zurich', { dns: { mode: 'ExternalDNS' } });
    await house.run(60_000);
    expect(states(house)).toContain('DNSEndpoint trunkline-zurich Adopted');
    await removed(house);
    expect(house.kube.all('dnsendpoints')).toHaveLength(1);
  });
});

describe('what was adopted and is not wanted now', () => {
  async function released(found = [USAGE, OTHER, POLICY]): Promise<ControllersHouse> {
    const house = await adoptingHouse(found);
    house.edit('SiteLocation', 'zurich', { m365: { defaultRouting: false } });
    await house.run(60_000);
    return house;
  }

  it('is no reason to look at the tenant, and none to hold the deletion', async () => {
    const house = await released();
    expect(states(house)).toContain(`VoiceRoute ${NAME} Released`);
    house.edit('Customer', 'contoso', {
      services: [{ type: 'DirectRouting', licenseType: 'HostedEssentials', licensedUsers: 10 }],
      authentication: undefined,
    });
    await house.run(2_000_000);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    await removed(house);
    expect(left(house)).toEqual([`PstnUsage ${NAME}`, `VoiceRoute ${NAME}`, `VoiceRoutingPolicy ${NAME}`]);
  });

  it('and that somebody has changed meanwhile is his: it is told when it is wanted again, whatever stands in adopt since', async () => {
    const house = await newHouse();
    for (const object of [USAGE, OTHER, POLICY]) house.outside.put('teams', object);
    house.apply(customer(), device(), site('zurich', {}, ADOPT));
    await house.run(60_000);
    house.edit('Customer', 'contoso', { deploy: false });
    await house.run(60_000);
    const route = [...house.outside.stateOf('teams', TENANT).values()].find(({ kind }) => kind === 'VoiceRoute') ?? OTHER;
    meddle(house, { ...route, fields: { ...route.fields, numberPattern: '^112$' } });
    house.edit('Customer', 'contoso', { deploy: true });
    await house.run(60_000);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/NameTaken');
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toContain(`adopt=VoiceRoute/${NAME} `);
    house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/adopt': `VoiceRoute/${NAME}` });
    await house.run(60_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(states(house)).toContain(`VoiceRoute ${NAME} Adopted`);
  });

  it('and that stands as it was left follows the spec when it is wanted again', async () => {
    const house = await adoptingHouse([USAGE, SAME, POLICY]);
    house.edit('Customer', 'contoso', { deploy: false });
    await house.run(60_000);
    house.edit('SiteLocation', 'zurich', { trunks: [trunk(), trunk('more', { label: 'geneva' })] });
    house.edit('Customer', 'contoso', { deploy: true });
    await house.run(60_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.outside.writes.map(({ action, kind, adopted }) => [action, kind, adopted])).toEqual([['update', 'VoiceRoute', true]]);
    await removed(house);
    expect(left(house)).toEqual([`PstnUsage ${NAME}`, `VoiceRoute ${NAME}`, `VoiceRoutingPolicy ${NAME}`]);
  });

  it('is not removed by a deletionPolicy that says Cleanup afterwards', async () => {
    const house = await released();
    house.edit('SiteLocation', 'zurich', { deletionPolicy: 'Cleanup' });
    await house.run(60_000);
    await removed(house);
    expect(left(house)).toEqual([`PstnUsage ${NAME}`, `VoiceRoute ${NAME}`, `VoiceRoutingPolicy ${NAME}`]);
  });

  it('is forgotten when it is gone: what is made anew is ours', async () => {
    const house = await released();
    for (const object of [POLICY, OTHER, USAGE]) house.outside.drop('teams', object);
    house.delivery.invalidate(voiceTarget(TENANT));
    house.edit('SiteLocation', 'zurich', { m365: { defaultRouting: true } });
    await house.run(60_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(states(house).filter((state) => !state.endsWith('Applied'))).toEqual([]);
    await removed(house);
    expect(left(house)).toEqual([]);
  });
});

it('a word that stands in adopt takes over nothing that comes later', async () => {
  const house = await newHouse();
  for (const object of [USAGE, OTHER]) house.outside.put('teams', object);
  house.apply(customer(), device(), site('zurich', {}, ADOPT));
  await house.run(60_000);
  expect(house.get('SiteLocation', 'zurich').status?.adoption).toEqual({ used: ['true'] });
  meddle(house, OTHER_SECOND);
  house.edit('SiteLocation', 'zurich', { trunks: [trunk(), SECOND] });
  await house.run(60_000);
  expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/NameTaken');
  expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toContain(`adopt=VoiceRoute/${NAME}-2 `);
  expect(
    house.outside.stateOf('teams', TENANT).get(`teams-admin|${TENANT}|VoiceRoute|${NAME}-2`.replace(NAME, NAME.toLowerCase())),
  ).toEqual(OTHER_SECOND);
});
