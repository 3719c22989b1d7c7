import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site, TENANT, trunk } from '../../test/support/controllers/objects.ts';
import { deployedHouse, house as newHouse } from '../../test/support/controllers/story.ts';
import type { KubeObject } from '../api/meta.ts';

const EXTRA = ['+414455501[00-49]', '+41445550200'];
const ROUTE = { system: 'teams-admin', target: TENANT, kind: 'VoiceRoute', name: 'Unrestricted-zurich' };

/** Everything that leads to a write otherwise: drift on both sides, edits of site and range, then the deletion of both. */
async function giveReasonsToWrite(house: ControllersHouse): Promise<void> {
  house.outside.drop('teams', ROUTE);
  for (const rule of house.outside.stateOf('sbc', 'acme/sbc1').values()) house.outside.drop('sbc', rule);
  house.edit('NumberRange', 'office', { prefixes: EXTRA });
  house.edit('SiteLocation', 'zurich', { trunks: [trunk(), trunk('more', { label: 'basel', priority: 2 })] });
  for (const [kind, name] of [
    ['SiteLocation', 'zurich'],
    ['NumberRange', 'office'],
  ] as const)
    house.annotate(kind, name, { 'trunkline.dev/reconcile-at': 'now' });
  await house.run(30 * 60_000);
  house.delete('NumberRange', 'office');
  await house.run(5 * 60_000);
  house.delete('SiteLocation', 'zurich');
  await house.run(30 * 60_000);
}

interface Outside {
  readonly picture: readonly string[];
  readonly writes: number;
  readonly dns: string;
}

function outsideOf(house: ControllersHouse): Outside {
  return { picture: house.outside.picture(), writes: house.outside.writes.length, dns: JSON.stringify(house.kube.all('dnsendpoints')) };
}

type Hold = readonly [what: string, on: (house: ControllersHouse) => void, off: (house: ControllersHouse) => void, reason: string];

const HOLDS: readonly Hold[] = [
  [
    'a paused namespace',
    (house) => house.putNamespace('acme', { 'trunkline.dev/paused': 'true' }),
    (house) => house.putNamespace('acme'),
    'Paused',
  ],
  [
    'suspend on the Customer',
    (house) => house.edit('Customer', 'contoso', { suspend: true }),
    (house) => house.edit('Customer', 'contoso', { suspend: undefined }),
    'Suspended',
  ],
  [
    'suspend on the SBCDevice',
    (house) => house.edit('SBCDevice', 'sbc1', { suspend: true }),
    (house) => house.edit('SBCDevice', 'sbc1', { suspend: false }),
    'Suspended',
  ],
];

describe.each(HOLDS)('%s', (_what, on, off, reason) => {
  it('lets nothing out: no correction, no edit, no deletion; what is outside stays, and lifting it goes on', async () => {
    const house = await deployedHouse();
    on(house);
    await house.run();
    const before = outsideOf(house);
    await giveReasonsToWrite(house);
    const { writes, dns } = outsideOf(house);
    expect({ writes, dns }).toEqual({ writes: before.writes, dns: before.dns });
    expect(house.find('SiteLocation', 'zurich')).toBeDefined();
    expect(house.ready('SiteLocation', 'zurich')).toBe(`False/${reason}`);
    off(house);
    await house.run(15 * 60_000);
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
    expect(house.outside.picture()).toEqual([]);
  });

  it('lets nothing out for what is new either', async () => {
    const house = await newHouse();
    house.apply(customer(), device());
    await house.run(10_000);
    on(house);
    house.apply(site(), range());
    await house.run(60_000);
    expect(outsideOf(house)).toEqual({ picture: [], writes: 0, dns: '[]' });
    off(house);
    await house.run(60_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  });
});

describe('suspend on a parent that is being deleted', () => {
  it.each([
    ['Customer', 'contoso'],
    ['SBCDevice', 'sbc1'],
  ] as const)('holds the end of %s %s, also once its last child is gone', async (kind, name) => {
    const house = await deployedHouse();
    for (const [child, its] of [
      ['NumberRange', 'office'],
      ['SiteLocation', 'zurich'],
    ] as const) {
      house.delete(child, its);
      await house.run(5 * 60_000);
    }
    house.edit(kind, name, { suspend: true });
    house.delete(kind, name);
    await house.run(60_000);
    expect(house.ready(kind, name)).toBe('False/Suspended');
    expect(house.message(kind, name, 'Ready')).toContain('spec.suspend');
    house.edit(kind, name, { suspend: undefined });
    await house.run(60_000);
    expect(house.find(kind, name)).toBeUndefined();
  });
});

describe('--actuation=Paused', () => {
  it('of an operator that takes over a running house lets nothing out', async () => {
    const house = await deployedHouse();
    await house.restart({ actuation: 'Paused' });
    await house.run();
    const before = outsideOf(house);
    await giveReasonsToWrite(house);
    expect(outsideOf(house)).toMatchObject({ writes: before.writes, dns: before.dns });
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/Paused');
    await house.restart({ actuation: 'Active' });
    await house.run(15 * 60_000);
    expect(house.outside.picture()).toEqual([]);
  });
});

describe('spec.locked on the SBCDevice', () => {
  it('lets nothing out to the device: no correction, no edit, no deletion', async () => {
    const house = await deployedHouse();
    house.edit('SBCDevice', 'sbc1', { locked: true });
    await house.run();
    const before = house.outside.sbc.batches.length;
    await giveReasonsToWrite(house);
    expect(house.outside.sbc.batches.length).toBe(before);
    expect(house.find('NumberRange', 'office')).toBeUndefined(); // its rules were gone by somebody else's hand
  });

  it('holds a range whose rules stand there, also when it is deleted', async () => {
    const house = await deployedHouse();
    house.edit('SBCDevice', 'sbc1', { locked: true });
    house.delete('NumberRange', 'office');
    await house.run(30 * 60_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/Locked');
    expect(house.outside.stateOf('sbc', 'acme/sbc1').size).toBe(1);
    house.edit('SBCDevice', 'sbc1', { locked: false });
    await house.run(15 * 60_000);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
    expect(house.outside.stateOf('sbc', 'acme/sbc1').size).toBe(0);
  });
});

describe('spec.cordoned on the SBCDevice', () => {
  it('lets nothing out for a new site, and takes nothing from one that is there', async () => {
    const house = await deployedHouse();
    house.edit('SBCDevice', 'sbc1', { cordoned: true });
    await house.run();
    const before = outsideOf(house);
    house.apply(site('basel'), range('basel', { siteRef: { name: 'basel' }, prefixes: ['+4161'] }));
    await house.run(30 * 60_000);
    expect(outsideOf(house)).toEqual(before);
    expect(house.condition('SiteLocation', 'basel', 'Accepted')).toBe('False/Cordoned');
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    house.edit('NumberRange', 'office', { prefixes: EXTRA });
    await house.run(10_000);
    expect(house.outside.stateOf('sbc', 'acme/sbc1').size).toBe(2);
    house.edit('SBCDevice', 'sbc1', { cordoned: false });
    await house.run(30_000);
    expect(house.ready('SiteLocation', 'basel')).toBe('True/Deployed');
  });
});

type Applied = readonly KubeObject[];

/** Sites with and without a part in Microsoft 365 or DNS; those without leave no trace there by which they are known. */
const KINDS_OF_SITE: readonly (readonly [what: string, objects: () => Applied])[] = [
  ['default routing', () => [customer(), site()]],
  ['Essentials', () => [customer('contoso', { services: [{ type: 'DirectRouting', licenseType: 'HostedEssentials' }] }), site()]],
  [
    'defaultRouting: false and dns Manual',
    () => [customer(), site('zurich', { m365: { defaultRouting: false }, dns: { mode: 'Manual' } })],
  ],
];

describe.each(KINDS_OF_SITE)('a site that stands, with %s', (_what, objects) => {
  async function standing(): Promise<ControllersHouse> {
    const house = await newHouse();
    house.apply(device(), ...objects(), range());
    await house.run(20_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    return house;
  }

  /** Site and range are Ready, and an edit of the range is carried out. */
  async function goesOn(house: ControllersHouse): Promise<void> {
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    house.edit('NumberRange', 'office', { prefixes: EXTRA });
    await house.run(20_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(house.outside.stateOf('sbc', 'acme/sbc1').size).toBe(2);
  }

  it('goes on when its SBC is cordoned', async () => {
    const house = await standing();
    house.edit('SBCDevice', 'sbc1', { cordoned: true });
    await house.run(30 * 60_000);
    await goesOn(house);
  });

  it.each([
    ['Customer', 'contoso'],
    ['SBCDevice', 'sbc1'],
  ] as const)('goes on while its %s waits for it to be deleted', async (kind, name) => {
    const house = await standing();
    house.delete(kind, name);
    await house.run(30 * 60_000);
    expect(house.ready(kind, name)).toBe('False/ChildrenRemain');
    await goesOn(house);
  });

  it('goes on behind a cordoned SBC after a loss of all status', async () => {
    const house = await standing();
    house.edit('SBCDevice', 'sbc1', { cordoned: true });
    await house.run();
    await house.restartWithoutStatus();
    await house.run(30 * 60_000);
    await goesOn(house);
  });
});
