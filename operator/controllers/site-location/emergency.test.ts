import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { customer, device, site } from '../../../test/support/controllers/objects.ts';
import { house as newHouse, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';
import type { SiteLocation } from '../../api/kinds.ts';

const APPLIED_AT = '2025-12-24T08:00:00Z';
const DECLARES = { 'f:spec': { 'f:emergency': { 'f:mode': {} } } };

function managed(by: SiteLocation, ...entries: readonly object[]): SiteLocation {
  return { ...by, metadata: { ...by.metadata, managedFields: entries } as SiteLocation['metadata'] };
}

async function houseWith(one: SiteLocation): Promise<ControllersHouse> {
  const house = await newHouse();
  house.apply(customer(), device(), one);
  await house.run(10_000);
  return house;
}

function recorded(house: ControllersHouse) {
  return house.get('SiteLocation', 'zurich').status?.emergency;
}

describe('emergency calls that the customer takes on', () => {
  it('are recorded with who said so and when, as the API server knows it', async () => {
    const house = await houseWith(
      managed(
        site(),
        { manager: 'flux', operation: 'Apply', time: APPLIED_AT, fieldsV1: DECLARES },
        { manager: 'kubectl', operation: 'Update', time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:spec': { 'f:siteName': {} } } },
        { manager: 'trunkline-status', subresource: 'status', time: '2026-01-02T00:00:00Z', fieldsV1: DECLARES },
      ),
    );
    expect(recorded(house)).toEqual({ mode: 'CustomerManaged', declaredBy: 'flux', declaredAt: APPLIED_AT });
  });

  it('of several who hold the field the last one counts', async () => {
    const later = '2025-12-31T08:00:00Z';
    const house = await houseWith(
      managed(site(), { manager: 'anna', time: later, fieldsV1: DECLARES }, { manager: 'flux', time: APPLIED_AT, fieldsV1: DECLARES }),
    );
    expect(recorded(house)).toEqual({ mode: 'CustomerManaged', declaredBy: 'anna', declaredAt: later });
  });

  it('without a name the first look is recorded, once', async () => {
    const house = await houseWith(site());
    const first = recorded(house);
    expect(first).toEqual({ mode: 'CustomerManaged', declaredAt: expect.stringMatching(/^2026-01-01T/) });
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    expect(recorded(house)).toEqual(first);
  });

  it('stay as recorded whatever else is edited, by whomever, until the spec says otherwise', async () => {
    const house = await houseWith(managed(site(), { manager: 'flux', time: APPLIED_AT, fieldsV1: DECLARES }));
    const before = recorded(house);
    house.apply(managed(house.get('SiteLocation', 'zurich'), { manager: 'anna', time: '2026-01-01T09:00:00Z', fieldsV1: DECLARES }));
    await house.restart();
    house.edit('SiteLocation', 'zurich', { region: 'eu' });
    await house.run(10_000);
    expect(recorded(house)).toEqual(before);
    house.edit('SiteLocation', 'zurich', { emergency: { mode: 'Managed', country: 'CH', numbers: [{ dialString: '112' }] } });
    await house.run(10_000);
    expect(recorded(house)).toBeUndefined();
    house.edit('SiteLocation', 'zurich', { emergency: { mode: 'CustomerManaged' } });
    await house.run(10_000);
    expect(recorded(house)?.declaredBy).toBe('anna');
  });
});
