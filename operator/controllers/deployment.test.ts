import { describe, expect, it } from 'vitest';
import { deployedHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';

describe('deploying a customer', () => {
  it('brings Customer, device, site and range to Ready, and then writes nothing', async () => {
    const house = await deployedHouse();
    expect(house.outside.picture()).toHaveLength(4);
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('writes nothing after a restart either', async () => {
    const house = await deployedHouse();
    const before = house.allWrites;
    await house.restart();
    await house.run(60_000);
    expect(house.allWrites).toBe(before);
  });
});
