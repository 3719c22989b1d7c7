import { describe, expect, it } from 'vitest';
import { CARRIER, customer, device, range, site, TENANT } from '../../test/support/controllers/objects.ts';
import { deployedHouse, house as newHouse } from '../../test/support/controllers/story.ts';

const HOUR_MS = 3_600_000;

describe('an object that needs a person', () => {
  it('tells so by one event, whatever its kind, and by no more while nothing changes', async () => {
    const house = await newHouse();
    house.apply(device('sbc1', { credentialsSecretRef: { name: 'none' } }));
    house.apply(
      customer('contoso', { authentication: { method: 'AppRegistration', clientId: 'app', clientSecretRef: { name: 'no', key: 'x' } } }),
    );
    await house.run(10_000);
    for (const [kind, name] of [
      ['SBCDevice', 'sbc1'],
      ['Customer', 'contoso'],
    ] as const)
      expect(house.condition(kind, name, 'Stalled')).toBe('True/SecretNotFound');
    await house.run(HOUR_MS);
    expect(await house.events('sbc1')).toEqual(['SecretNotFound']);
    expect(await house.events('contoso')).toEqual(['SecretNotFound']);
    await house.restart();
    await house.run(HOUR_MS);
    expect(await house.events('sbc1')).toEqual(['SecretNotFound']);
  });

  it('tells it again for another reason', async () => {
    const house = await newHouse();
    house.apply(device('sbc1', { credentialsSecretRef: { name: 'none' } }));
    await house.run(10_000);
    house.putSecret('none', { username: 'Admin', password: 'wrong' });
    await house.run(600_000);
    expect(house.condition('SBCDevice', 'sbc1', 'Stalled')).toBe('True/AuthenticationFailed');
    expect(await house.events('sbc1')).toEqual(['SecretNotFound', 'AuthenticationFailed']);
  });

  it('is a site too whose names somebody else has, and a range whose numbers are somebody else’s', async () => {
    const house = await deployedHouse();
    const usages = { numberPattern: '^9', gateways: [`geneva.${CARRIER}`], usages: [] };
    house.outside.put('teams', { system: 'teams-admin', target: TENANT, kind: 'VoiceRoute', name: 'Unrestricted-geneva', fields: usages });
    // Until the tenant has been looked at again.
    await house.run(700_000);
    house.apply(site('geneva'), range('twice'));
    await house.run(10_000);
    await house.run(HOUR_MS);
    expect(await house.events('geneva')).toEqual(['NameTaken']);
    expect(house.condition('NumberRange', 'twice', 'Stalled')).toBe('True/PatternHeld');
    expect(await house.events('twice')).toEqual(['PatternHeld']);
  });

  it('is a removal too that waits for a confirmation', async () => {
    const house = await deployedHouse();
    house.outside.tenants.get(TENANT)?.assignments.push({ number: '+41445550100', type: 'DirectRouting', holder: 'anna' });
    house.delete('NumberRange', 'office');
    await house.run(HOUR_MS);
    expect(await house.events('office')).toEqual(['DeletionHeld']);
  });
});
