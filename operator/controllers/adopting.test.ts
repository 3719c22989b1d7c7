import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { CARRIER, customer, device, range, site, TENANT } from '../../test/support/controllers/objects.ts';
import { FQDN, house as newHouse } from '../../test/support/controllers/story.ts';
import type { NumberRange, SiteLocation } from '../api/kinds.ts';
import type { OutsideObject } from '../domain/change/object.ts';
import { deviceTarget, voiceTarget } from './targets.ts';

const SBC = 'acme/sbc1';
const PREFIX = '+414455501[00-49]';
const RULE: OutsideObject = {
  system: 'sbc',
  target: SBC,
  kind: 'DialPlanRule',
  name: `TeamsTenants/${PREFIX}`,
  fields: { tag: 'theirs.example.net', ruleName: 'byhand' },
};
const NAME = 'Unrestricted-zurich';
const PLACE = { system: 'teams-admin', target: TENANT, name: NAME } as const;
const USAGE: OutsideObject = { ...PLACE, kind: 'PstnUsage', fields: {} };
const ROUTE: OutsideObject = {
  ...PLACE,
  kind: 'VoiceRoute',
  fields: { numberPattern: '^99', gateways: [`zurich.${CARRIER}`], usages: [NAME], priority: 0 },
};
const SAME_ROUTE: OutsideObject = { ...ROUTE, fields: { ...ROUTE.fields, numberPattern: '.*' } };

/** One kind that may adopt, and what it is to adopt. */
interface Adopter {
  readonly kind: 'NumberRange' | 'SiteLocation';
  readonly name: string;
  /** What is there before, and different from what is wanted. */
  readonly stranger: OutsideObject;
  /** Without the object that adopts. */
  readonly house: () => Promise<ControllersHouse>;
  readonly adopter: (spec: object, more: typeof SAY) => NumberRange | SiteLocation;
  /** What the footprint says of the stranger. */
  readonly state: (house: ControllersHouse) => string;
  readonly content: (house: ControllersHouse) => string;
  /** Once it is taken over. */
  readonly wanted: string;
  /** Where it is told that the name is taken. */
  readonly told: string;
}

const SAY = { annotations: { 'trunkline.dev/adopt': 'true' } };

const RANGE: Adopter = {
  kind: 'NumberRange',
  name: 'office',
  stranger: RULE,
  house: async () => {
    const house = await newHouse();
    house.apply(customer(), device(), site());
    await house.run(10_000);
    house.outside.put('sbc', RULE);
    house.delivery.invalidate(deviceTarget(SBC));
    return house;
  },
  adopter: (spec, more) => range('office', spec, more),
  state: (house) => entries(house, 'NumberRange', 'office').map(stateOf).join(),
  content: (house) => [...house.outside.stateOf('sbc', SBC).values()].map(({ fields }) => String(fields['tag'])).join(),
  wanted: FQDN,
  told: 'Accepted',
};

const SITE: Adopter = {
  kind: 'SiteLocation',
  name: 'zurich',
  stranger: ROUTE,
  house: async () => {
    const house = await newHouse();
    for (const object of [USAGE, ROUTE]) house.outside.put('teams', object);
    house.apply(customer(), device());
    await house.run(10_000);
    return house;
  },
  adopter: (spec, more) => site('zurich', spec, more),
  state: (house) =>
    entries(house, 'SiteLocation', 'zurich')
      .filter(({ kind }) => kind === 'VoiceRoute')
      .map(stateOf)
      .join(),
  content: (house) =>
    routes(house)
      .map(({ fields }) => String(fields['numberPattern']))
      .join(),
  wanted: '.*',
  told: 'M365Deployed',
};

function entries(house: ControllersHouse, kind: Adopter['kind'], name: string) {
  return house.get(kind, name).status?.footprint ?? [];
}

function stateOf({ state, adopted }: { readonly state: string; readonly adopted?: boolean }): string {
  return adopted === true ? `${state} adopted` : state;
}

function routes(house: ControllersHouse): OutsideObject[] {
  return [...house.outside.stateOf('teams', TENANT).values()].filter(({ kind }) => kind === 'VoiceRoute');
}

/** The word is taken away. */
async function unsaid(house: ControllersHouse, { kind, name }: Adopter): Promise<void> {
  house.annotate(kind, name, { 'trunkline.dev/adopt': '' });
  await house.run(60_000);
}

async function removed(house: ControllersHouse, { kind, name }: Adopter): Promise<void> {
  house.annotate(kind, name, { 'trunkline.dev/confirm-delete': name });
  house.delete(kind, name);
  await house.run(120_000);
  expect(house.find(kind, name)).toBeUndefined();
}

type Hold = { readonly why: string; readonly spec: object; readonly free: object };
const SUSPENDED: Hold = { why: 'it is suspended', spec: { suspend: true }, free: { suspend: false } };
const OBSERVING: Hold = { why: 'it observes', spec: { changePolicy: 'Observe' }, free: { changePolicy: 'Report' } };

describe.each([
  { ...RANGE, ...SUSPENDED },
  { ...RANGE, ...OBSERVING },
  { ...SITE, ...SUSPENDED },
  { ...SITE, ...OBSERVING },
])('a $kind that is told to adopt while $why', ({ spec, free, ...adopter }) => {
  async function told(): Promise<ControllersHouse> {
    const house = await adopter.house();
    house.apply(adopter.adopter(spec, SAY));
    await house.run(60_000);
    return house;
  }

  it('does not call the object adopted', async () => {
    const house = await told();
    expect(adopter.state(house)).toBe('');
    expect(house.get(adopter.kind, adopter.name).status?.adoption).toBeUndefined();
  });

  it('leaves it alone when the word is taken away before it may write', async () => {
    const house = await told();
    await unsaid(house, adopter);
    const before = adopter.content(house);
    house.edit(adopter.kind, adopter.name, free);
    await house.run(1_200_000);
    expect(adopter.content(house)).toBe(before);
    expect(house.condition(adopter.kind, adopter.name, adopter.told)).toBe('False/NameTaken');
    expect(adopter.state(house)).toBe('');
    await removed(house, adopter);
    expect(adopter.content(house)).toBe(before);
  });

  it('adopts it as soon as it may write, and leaves it when it is deleted', async () => {
    const house = await told();
    house.edit(adopter.kind, adopter.name, free);
    await house.run(60_000);
    expect(house.ready(adopter.kind, adopter.name)).toBe('True/Deployed');
    expect([adopter.state(house), adopter.content(house)]).toEqual(['Adopted', adopter.wanted]);
    expect(house.get(adopter.kind, adopter.name).status?.adoption).toEqual({ used: ['true'] });
    await removed(house, adopter);
    expect(adopter.content(house)).toBe(adopter.wanted);
  });
});

describe.each([RANGE, SITE])('a $kind that has handed over the change with which it adopts', (adopter) => {
  const [system, target] =
    adopter.kind === 'NumberRange' ? (['sbc', deviceTarget(SBC)] as const) : (['teams', voiceTarget(TENANT)] as const);

  /** The change is on the wire, and no answer comes. */
  async function handedOver(): Promise<ControllersHouse> {
    const house = await adopter.house();
    house.outside[system].misbehave(target, { on: 'apply', how: 'hang' });
    house.apply(adopter.adopter({}, SAY));
    await house.run(5_000);
    expect(adopter.state(house)).toBe('Pending adopted');
    return house;
  }

  /** The operator has died when the change was carried out and not read back: status says what it said when that was handed over. */
  async function died(): Promise<ControllersHouse> {
    const house = await adopter.house();
    house.apply(adopter.adopter({}, SAY));
    await house.run(60_000);
    expect([adopter.state(house), adopter.content(house)]).toEqual(['Adopted', adopter.wanted]);
    await house.stop();
    const footprint = entries(house, adopter.kind, adopter.name).map((entry) =>
      entry.kind === adopter.stranger.kind ? { ...entry, state: 'Pending' as const, adopted: true } : entry,
    );
    const object = house.get(adopter.kind, adopter.name);
    const { adoption: _, ...status } = object.status ?? {};
    house.kube.put(adopter.kind === 'NumberRange' ? 'numberranges' : 'sitelocations', { ...object, status: { ...status, footprint } });
    expect(adopter.state(house)).toBe('Pending adopted');
    return house;
  }

  it('leaves the object alone when that was not carried out before the word was taken away', async () => {
    const house = await handedOver();
    const before = adopter.content(house);
    await unsaid(house, adopter);
    await house.run(1_200_000);
    expect(adopter.content(house)).toBe(before);
    expect(house.condition(adopter.kind, adopter.name, adopter.told)).toBe('False/NameTaken');
    expect(adopter.state(house)).toBe('');
  });

  it.each([
    ['with its status', (): void => undefined],
    ['with a status that was lost', (house: ControllersHouse): void => house.wipeAllStatus()],
  ])('knows the object as adopted after an operator that died once it was carried out, %s', async (_how, lose) => {
    const house = await died();
    lose(house);
    house.annotate(adopter.kind, adopter.name, { 'trunkline.dev/adopt': '' });
    await house.start();
    await house.run(60_000);
    expect(adopter.state(house)).toBe('Adopted');
    await removed(house, adopter);
    expect(adopter.content(house)).toBe(adopter.wanted);
  });

  it.each([
    ['stays', undefined, adopter.wanted],
    ['goes with Cleanup', 'Cleanup', ''],
  ] as const)('and is deleted before that is read back: what it has changed %s', async (_what, deletionPolicy, content) => {
    const house = await died();
    house.edit(adopter.kind, adopter.name, { deletionPolicy });
    house.annotate(adopter.kind, adopter.name, { 'trunkline.dev/confirm-delete': adopter.name });
    house.delete(adopter.kind, adopter.name);
    await house.start();
    await house.run(120_000);
    expect(house.find(adopter.kind, adopter.name)).toBeUndefined();
    expect(adopter.content(house)).toBe(content);
  });
});

it('a range that is told to adopt while its SBC is locked leaves the rule when the word is taken away', async () => {
  const house = await RANGE.house();
  house.edit('SBCDevice', 'sbc1', { locked: true });
  house.apply(range('office', {}, SAY));
  await house.run(60_000);
  expect(RANGE.state(house)).toBe('');
  await unsaid(house, RANGE);
  house.edit('SBCDevice', 'sbc1', { locked: false });
  await house.run(1_200_000);
  expect(RANGE.content(house)).toBe('theirs.example.net');
});

it('a suspended site takes over at once what is as it wants it: nothing is to be written that the pause could hold back', async () => {
  const house = await SITE.house();
  house.outside.put('teams', SAME_ROUTE);
  house.delivery.invalidate(voiceTarget(TENANT));
  house.apply(site('zurich', { suspend: true }, SAY));
  await house.run(60_000);
  expect(SITE.state(house)).toBe('Adopted');
  expect(house.outside.writes.filter(({ system }) => system === 'teams-admin')).toEqual([]);
});
