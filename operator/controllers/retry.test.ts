import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site } from '../../test/support/controllers/objects.ts';
import { house } from '../../test/support/controllers/story.ts';
import { OperatorError } from '../errors/operator-error.ts';

const REFUSAL = new OperatorError('Somebody else has not saved', { kind: 'DependencyNotReady', reason: 'ForeignUnsavedChanges' });

/** A house whose device refuses every write, and how often it has been asked. */
async function refusedHouse(): Promise<{ built: ControllersHouse; tries: () => number; relent: () => void }> {
  const built = await house();
  built.apply(customer(), device(), site());
  await built.run(10_000);
  let count = 0;
  let refusal: OperatorError | undefined = REFUSAL;
  const ask = (): OperatorError | undefined => {
    count += 1;
    return refusal;
  };
  Object.defineProperty(built.outside.devices.get('acme/sbc1'), 'refuses', { get: ask });
  built.apply(range());
  await built.run(5_000);
  const relent = (): void => {
    refusal = undefined;
  };
  return { built, tries: () => count, relent };
}

describe('a write that is refused until somebody does something', () => {
  it('is not sent again for every other reason to look at the range', async () => {
    const { built, tries } = await refusedHouse();
    for (let minutes = 2; minutes < 12; minutes += 1) {
      built.edit('SBCDevice', 'sbc1', { verifyInterval: `${minutes}m` });
      await built.run(1_000);
    }
    expect(tries()).toBe(1);
    expect(built.ready('NumberRange', 'office')).toBe('False/ForeignUnsavedChanges');
  });

  it('is told steadily: status is not written again and again, however often it is tried', async () => {
    const { built, tries } = await refusedHouse();
    built.edit('SBCDevice', 'sbc1', { verifyInterval: '2m' });
    await built.run(5_000);
    const before = built.kube.writes.length;
    await built.run(120_000);
    expect(tries()).toBeGreaterThanOrEqual(2);
    const ofRange = built.kube.writes.slice(before).filter((write) => write.includes('office') && !write.includes(' events/'));
    expect(ofRange).toEqual([]);
  });

  it('goes on by itself afterwards', async () => {
    const { built, relent } = await refusedHouse();
    relent();
    built.edit('SBCDevice', 'sbc1', { verifyInterval: '2m' });
    await built.run(70_000);
    expect(built.ready('NumberRange', 'office')).toBe('True/Deployed');
  });

  it('is sent at once when it becomes another one', async () => {
    const { built, tries } = await refusedHouse();
    built.edit('NumberRange', 'office', { prefixes: ['+4144555019'] });
    await built.run(2_000);
    expect(tries()).toBe(2);
  });
});
