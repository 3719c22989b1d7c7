import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site } from '../../test/support/controllers/objects.ts';
import { deployedHouse, house as newHouse } from '../../test/support/controllers/story.ts';

const OBJECTS = [
  ['SiteLocation', 'zurich'],
  ['NumberRange', 'office'],
] as const;

function changePassword(house: ControllersHouse): void {
  const sbc = house.outside.devices.get('acme/sbc1');
  if (sbc === undefined) throw new Error('the house has no device acme/sbc1');
  sbc.password = 'changed by somebody';
}

async function lookAgain(house: ControllersHouse, token: string): Promise<void> {
  house.annotate('NumberRange', 'office', { 'trunkline.dev/reconcile-at': token });
  await house.run(2_000);
}

describe('what stands on an SBC that cannot be seen any more (concepts, Gates)', () => {
  it('keeps its word for two missed looks, then nobody knows: the failure is not its own', async () => {
    const house = await deployedHouse();
    changePassword(house);
    for (const token of ['first', 'second']) {
      await lookAgain(house, token);
      for (const [kind, name] of OBJECTS) expect(house.ready(kind, name)).toBe('True/Deployed');
    }
    await house.run(3_600_000);
    expect(house.condition('SBCDevice', 'sbc1', 'Connected')).toBe('False/AuthenticationFailed');
    for (const [kind, name] of OBJECTS) expect(house.ready(kind, name)).toBe('Unknown/Unobserved');
    expect(house.message('NumberRange', 'office', 'Ready')).toContain('SBCDevice acme/sbc1 cannot be read');
  });

  it('never stood there, so that the failure is told at once', async () => {
    const house = await newHouse();
    changePassword(house);
    house.apply(customer(), device(), site(), range());
    await house.run(10_000);
    expect(house.condition('NumberRange', 'office', 'SBCDeployed')).toBe('False/AuthenticationFailed');
  });
});
