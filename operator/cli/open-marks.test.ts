import { describe, expect, it } from 'vitest';
import { OPERATOR_NAMESPACE } from '../../test/support/controllers/house.ts';
import { deployedHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import type { Target } from '../domain/change/driver.ts';
import { LeaseMarks } from './open-marks.ts';

const DEVICE: Target = { system: 'sbc', id: 'acme/sbc1', lane: 'device/acme/sbc1' };
const TENANT: Target = { system: 'teams-admin', id: '11111111-0000-0000-0000-000000000001', lane: 'tenant/1' };
const { signal } = new AbortController();

function world() {
  const kube = new MemoryKube();
  const clock = new FakeClock();
  const marksOf = (holder: string): LeaseMarks => new LeaseMarks({ kube, clock, namespace: OPERATOR_NAMESPACE, holder });
  const mark = (holder: string, ms = 60_000) => ({ holder, hash: 'abc', deadline: clock.now() + ms });
  return { kube, clock, marksOf, mark };
}

describe('open marks as Leases', () => {
  it.each([DEVICE, TENANT])('of one process are found by the next, on $system and on nothing else', async (target) => {
    const { marksOf, mark } = world();
    await marksOf('old').leave(target, mark('old'), signal);
    const next = marksOf('new');
    expect(await next.find(target, signal)).toEqual(mark('old'));
    expect(await next.find(target === DEVICE ? TENANT : DEVICE, signal)).toBeUndefined();
  });

  it('are replaced by the next write, and cleared only by whoever left them', async () => {
    const { kube, marksOf, mark } = world();
    await marksOf('old').leave(DEVICE, mark('old'), signal);
    await marksOf('new').leave(DEVICE, mark('new'), signal);
    await marksOf('old').clear(DEVICE, mark('old'), signal);
    expect(await marksOf('third').find(DEVICE, signal)).toMatchObject({ holder: 'new' });
    await marksOf('new').clear(DEVICE, mark('new'), signal);
    expect(kube.all('leases')).toEqual([]);
  });

  it('are open until their deadline, and then tell a driver whose unsaved work it finds', async () => {
    const { kube, clock, marksOf, mark } = world();
    await marksOf('old').leave(DEVICE, mark('old'), signal);
    const next = marksOf('new');
    expect(await next.openOn(DEVICE, signal)).toMatchObject({ holder: 'old' });
    expect(await next.abandoned.find(DEVICE, signal)).toBe('open');
    await clock.advance(60_001);
    expect(await next.openOn(DEVICE, signal)).toBeUndefined();
    const left = await next.abandoned.find(DEVICE, signal);
    if (left === undefined || left === 'open') throw new Error('nothing was left');
    await left.settle(signal);
    expect(kube.all('leases')).toEqual([]);
    expect(await next.abandoned.find(DEVICE, signal)).toBeUndefined();
  });

  it('stay when what they speak of is left unfinished, until that is over; the next process finds them', async () => {
    const { kube, clock, marksOf, mark } = world();
    const marks = marksOf('old');
    await marks.leave(DEVICE, mark('old'), signal);
    marks.abandoned.keep(DEVICE, true);
    await marks.clear(DEVICE, mark('old'), signal);
    expect(kube.all('leases')).toHaveLength(1);
    await clock.advance(60_001);
    expect(await marksOf('new').abandoned.find(DEVICE, signal)).toMatchObject({ settle: expect.any(Function) });
    await marks.abandoned.release(DEVICE, signal);
    expect(kube.all('leases')).toEqual([]);
  });

  it('that were kept are not released once another process has left its own', async () => {
    const { kube, marksOf, mark } = world();
    const marks = marksOf('old');
    await marks.leave(DEVICE, mark('old'), signal);
    marks.abandoned.keep(DEVICE, true);
    await marksOf('new').leave(DEVICE, mark('new'), signal);
    await marks.abandoned.release(DEVICE, signal);
    expect(kube.all('leases')).toHaveLength(1);
  });

  it('of this process are not held against it', async () => {
    const { marksOf, mark } = world();
    const marks = marksOf('new');
    await marks.leave(DEVICE, mark('new'), signal);
    expect(await marks.openOn(DEVICE, signal)).toBeUndefined();
  });

  it('of an earlier process are in status.openMark of the device until their deadline', async () => {
    const house = await deployedHouse();
    await house.stop();
    const earlier = new LeaseMarks({ kube: house.kube, clock: house.clock, namespace: OPERATOR_NAMESPACE, holder: 'old' });
    await earlier.leave(DEVICE, { holder: 'old', hash: 'abc', deadline: house.clock.now() + 100_000 }, signal);
    await house.start();
    expect(house.get('SBCDevice', 'sbc1').status?.openMark).toMatchObject({ holder: 'old', target: 'acme/sbc1', hash: 'abc' });
    await house.run(105_000);
    expect(house.get('SBCDevice', 'sbc1').status?.openMark).toBeUndefined();
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('of an earlier process make the device be looked at once they have run out, so that its unsaved work is found then', async () => {
    const house = await deployedHouse();
    await house.stop();
    const earlier = new LeaseMarks({ kube: house.kube, clock: house.clock, namespace: OPERATOR_NAMESPACE, holder: 'old' });
    await earlier.leave(DEVICE, { holder: 'old', hash: 'abc', deadline: house.clock.now() + 100_000 }, signal);
    const device = house.outside.devices.get('acme/sbc1');
    const setUnsaved = (saveNeeded: boolean): void => {
      if (device !== undefined) device.status = { ...device.status, saveNeeded };
    };
    setUnsaved(true);
    await house.start();
    await house.run(90_000);
    expect(house.get('SBCDevice', 'sbc1').status?.saveNeeded).toBe(true);
    setUnsaved(false);
    await house.run(15_000);
    expect(house.get('SBCDevice', 'sbc1').status?.saveNeeded).toBe(false);
  });
});
