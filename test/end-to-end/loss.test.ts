import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FINALIZER } from '../../operator/api/group.ts';
import type { Kind } from '../../operator/api/kinds.ts';
import type { KubeObject } from '../../operator/api/meta.ts';
import { PersonAtDevice } from '../../sandbox/cloud/sbc/person.ts';
import { QUICKSTART } from '../../sandbox/cloud/seed.ts';
import { type House, openHouse } from './house.ts';

let house: House;
let deployed: Record<string, unknown>;
beforeAll(async () => {
  house = await openHouse({ subject: 'loss' });
  // What strangers own, beside what the seed has: nothing here may ever be touched.
  new PersonAtDevice(house.cloud.sbc.sbc1).addRule({ plan: PLAN, prefix: '+41225559999', tag: 'other.teams.carrier.example' });
  house.cloud.sbc.sbc1.save();
  house.cloud.microsoft.person.addUsages(QUICKSTART.customer.tenantId, ['Unrestricted-Basel']);
  await house.start();
  await house.apply();
  await house.untilReady();
  await house.untilIdle();
  deployed = house.snapshot();
});
afterAll(() => house.close());

const PLAN = 'TeamsTenants';
const KINDS: readonly Kind[] = ['NumberRange', 'SiteLocation', 'Customer', 'SBCDevice'];

async function wipeStatus(objects: readonly KubeObject[]): Promise<void> {
  for (const { kind, metadata } of objects) await house.patchStatus(kind as Kind, metadata.name, { status: null });
}

function footprints(objects: readonly KubeObject[]): unknown {
  return Object.fromEntries(
    objects.map(({ kind, metadata, status }) => [
      `${kind}/${metadata.name}`,
      (status as { footprint?: readonly object[] } | undefined)?.footprint,
    ]),
  );
}

function rules(): string[] {
  const all = new PersonAtDevice(house.cloud.sbc.sbc1).rules(PLAN);
  return all.map(({ values }) => `${values['Prefix']} ${values['Tag']}`).sort();
}

function apartFromDevice({ sbc1: _device, ...rest }: Record<string, unknown>): unknown {
  return rest;
}

describe('loss', () => {
  it('[S347] of all status: everything is taken back without an outside write, and the footprint is as it was', async () => {
    const before = footprints(await house.all());
    await house.stop();
    await wipeStatus(await house.all());
    const seq = house.lastExchange;
    await house.start();
    await house.untilReady();
    await house.untilIdle();
    expect(house.outsideWritesSince(seq)).toEqual([]);
    expect(house.snapshot()).toEqual(deployed);
    expect(footprints(await house.all())).toEqual(before);
  });

  it('of all status under a running operator: nothing is written either', async () => {
    const seq = house.lastExchange;
    await wipeStatus(await house.all());
    await house.untilReady();
    await house.untilIdle();
    expect(house.outsideWritesSince(seq)).toEqual([]);
    expect(house.snapshot()).toEqual(deployed);
  });

  it('of all objects, deleted with Orphan and applied again: nothing outside moves', async () => {
    const seq = house.lastExchange;
    for (const { kind, metadata } of await house.all())
      await house.patch(kind as Kind, metadata.name, { spec: { deletionPolicy: 'Orphan' } });
    await house.untilReady();
    for (const kind of KINDS) await Promise.all((await house.list(kind)).map(({ metadata }) => house.delete(kind, metadata.name)));
    await house.untilGone();
    expect(house.snapshot()).toEqual(deployed);
    await house.apply();
    await house.untilReady();
    await house.untilIdle();
    expect(house.outsideWritesSince(seq)).toEqual([]);
    expect(house.snapshot()).toEqual(deployed);
    // What was taken back is protected like what was made: its deletion asks, and cleans up.
    const bare = (await house.all()).filter(({ metadata }) => !(metadata.finalizers ?? []).includes(FINALIZER));
    expect(bare.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([]);
  });

  it.each([
    ['without status', false],
    ['with the status of then', true],
  ])('of the newest state, an older backup restored %s: exactly the difference in spec changes outside', async (_how, withStatus) => {
    const backup = await house.get('NumberRange', 'zurich-service');
    const rulesThen = rules();
    await house.patch('NumberRange', 'zurich-service', { spec: { prefixes: ['+414455501[90-99]', '+41445550201'] } });
    await house.untilReady();
    await house.untilIdle();
    expect(rules()).not.toEqual(rulesThen);
    await house.stop();
    await house.patch('NumberRange', 'zurich-service', { spec: backup?.spec });
    if (withStatus) await house.patchStatus('NumberRange', 'zurich-service', { status: backup?.status });
    else await wipeStatus(await house.all());
    const seq = house.lastExchange;
    await house.start();
    await house.untilReady();
    await house.untilIdle();
    // What the old spec names is back; what was added since stays, because nothing names it any more.
    const added = '+41445550201 zurich.teams.carrier.example';
    expect(rules()).toEqual([...rulesThen, added].sort());
    expect(house.cloud.base.log.list({ write: true, afterSeq: seq }).filter(({ standIn }) => standIn !== 'sbc1')).toEqual([]);
    expect(apartFromDevice(house.snapshot())).toEqual(apartFromDevice(deployed));
    const person = new PersonAtDevice(house.cloud.sbc.sbc1);
    person.removeRule(PLAN, '+41445550201');
    person.save();
    // The device's count of prefixes follows at its next look.
    await house.lookNow('SBCDevice', 'sbc1');
    await house.untilIdle();
  });

  it('holds the condition rules, and a second pass writes nothing', () => house.finish());
});
