import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Kind } from '../../operator/api/kinds.ts';
import { QUICKSTART } from '../../sandbox/cloud/seed.ts';
import { type House, openHouse } from './house.ts';

let house: House;
let before: Record<string, unknown>;
beforeAll(async () => {
  house = await openHouse({ subject: 'deletion', examples: ['quickstart', 'essentials'] });
  before = house.snapshot();
  await house.start();
});
afterAll(() => house.close());

const ORDERS: Readonly<Record<string, readonly Kind[]>> = {
  'children first': ['NumberRange', 'SiteLocation', 'Customer', 'SBCDevice'],
  'parents first': ['SBCDevice', 'Customer', 'SiteLocation', 'NumberRange'],
  'sites before anything': ['SiteLocation', 'SBCDevice', 'NumberRange', 'Customer'],
};

/** The example for Essentials comes without the annotation where it does not show removal; what is held needs it here. */
async function deployAll(): Promise<void> {
  const ours = new Set<string>(Object.values(ORDERS).flat());
  await house.apply(
    house.manifests.map((object) =>
      ours.has(object.kind)
        ? { ...object, metadata: { ...object.metadata, annotations: { 'trunkline.dev/confirm-delete': object.metadata.name } } }
        : object,
    ),
  );
  await house.untilReady();
}

async function deleteAll(order: readonly Kind[]): Promise<void> {
  for (const kind of order) await Promise.all((await house.list(kind)).map(({ metadata }) => house.delete(kind, metadata.name)));
}

describe('deletion of everything', () => {
  it.each(Object.entries(ORDERS))('leaves tenant, SBCs and DNS as they were before: %s', async (_name, order) => {
    await deployAll();
    expect(house.snapshot()).not.toEqual(before);
    await deleteAll(order);
    await house.untilGone();
    await house.until('DNS is as it was', () => JSON.stringify(house.snapshot()['dns']) === JSON.stringify(before['dns']));
    expect(house.snapshot()).toEqual(before);
    expect(house.cloud.sbc.sbc1.saveNeeded).toBe(false);
  });

  it('does so when all of it is deleted at once', async () => {
    await deployAll();
    const everything = await house.all();
    await Promise.all(everything.map(({ kind, metadata }) => house.delete(kind as Kind, metadata.name)));
    await house.untilGone();
    await house.until('DNS is as it was', () => JSON.stringify(house.snapshot()['dns']) === JSON.stringify(before['dns']));
    expect(house.snapshot()).toEqual(before);
  });
});

describe('deletion that would silence telephones', () => {
  const { tenantId } = QUICKSTART.customer;
  const NUMBER = '+41445550107';

  beforeEach(async () => {
    await deployAll();
    await house.annotate('NumberRange', 'zurich-office', { 'trunkline.dev/confirm-delete': null });
  });

  it('is held while a number of the range is assigned, says what would be lost, and goes on once it is confirmed', async () => {
    house.cloud.microsoft.person.assignNumber(tenantId, `anna.berg@${QUICKSTART.customer.domain}`, NUMBER);
    const seq = house.lastExchange;
    await house.delete('NumberRange', 'zurich-office');
    const held = await house.untilCondition('NumberRange', 'zurich-office', 'Ready', 'False/DeletionHeld');
    expect(held.message).toMatch(/\b1\b.*number/);
    expect(held.message).toContain('trunkline.dev/confirm-delete');
    await house.untilIdle();
    expect(house.outsideWritesSince(seq)).toEqual([]);
    await house.annotate('NumberRange', 'zurich-office', { 'trunkline.dev/confirm-delete': 'zurich-office' });
    await house.until('the range is gone', async () => (await house.get('NumberRange', 'zurich-office')) === undefined);
    house.cloud.microsoft.person.unassignNumber(tenantId, NUMBER);
  });

  it('needs no confirmation while nobody has a number', async () => {
    await house.delete('NumberRange', 'zurich-office');
    await house.until('the range is gone', async () => (await house.get('NumberRange', 'zurich-office')) === undefined);
  });
});

describe('deletion while the SBC is unreachable', () => {
  it('keeps the finalizer and says so; force-remove lets go of it', async () => {
    await deployAll();
    house.cloud.base.faults.add({ id: 'sbc1-gone', standIn: 'sbc1', kind: 'reset' });
    await house.delete('NumberRange', 'geneva-office');
    await house.until('it says why it waits', async () => {
      const ready = await house.condition('NumberRange', 'geneva-office', 'Ready');
      return ready?.status === 'False' && /sbc1/i.test(ready.message);
    });
    const waiting = await house.get('NumberRange', 'geneva-office');
    expect(waiting?.metadata.finalizers).toEqual(['trunkline.dev/external']);
    await house.annotate('NumberRange', 'geneva-office', { 'trunkline.dev/force-remove': 'geneva-office' });
    await house.until('the range is gone', async () => (await house.get('NumberRange', 'geneva-office')) === undefined);
    house.cloud.base.faults.clear();
  });
});

describe('after all of it', () => {
  it('holds the condition rules, and a second pass writes nothing', async () => {
    await house.untilReady();
    await house.finish();
  });
});
