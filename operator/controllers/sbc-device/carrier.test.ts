import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { CARRIER, device } from '../../../test/support/controllers/objects.ts';
import { house } from '../../../test/support/controllers/story.ts';
import type { SbcDevice } from '../../api/kinds.ts';
import type { OutsideObject } from '../../domain/change/object.ts';

type CarrierTrunk = NonNullable<SbcDevice['spec']['carrierTrunks']>[number];

const PROVIDER = '99999999-0000-0000-0000-000000000009';

/** A device whose carrier trunk is proven in the provider's tenant, where its gateway stands as given. */
async function verified(gateway: OutsideObject['fields'], spec: Partial<CarrierTrunk> = {}): Promise<ControllersHouse> {
  const built = await house();
  built.outside.addTenant(PROVIDER, { verifiedDomains: [CARRIER] });
  built.putSecret('carrier', { clientId: 'app', clientSecret: 'right' });
  built.outside.put('teams', { system: 'teams-admin', target: PROVIDER, kind: 'PstnGateway', name: CARRIER, fields: gateway });
  const trunk = { fqdn: CARRIER, mode: 'Verify' as const, tenantId: PROVIDER, authenticationSecretRef: { name: 'carrier' }, ...spec };
  built.apply(device('sbc1', { carrierTrunks: [trunk] }));
  await built.run(10_000);
  return built;
}

const USUAL = { enabled: true, mediaBypass: false, sipSignalingPort: 5061 };

describe("a carrier trunk that is proven in the provider's tenant", () => {
  it.each<[string, OutsideObject['fields'], Partial<CarrierTrunk>]>([
    ['as the spec says', { enabled: true, mediaBypass: true, sipSignalingPort: 5067 }, { sipSignalingPort: 5067, mediaBypass: true }],
    ['as an empty spec means: 5061 and no bypass', USUAL, {}],
  ])('is ready when port and bypass are %s', async (_title, gateway, spec) => {
    const built = await verified(gateway, spec);
    expect(built.condition('SBCDevice', 'sbc1', 'CarrierTrunkReady')).toBe('True/Verified');
  });

  it.each<[string, OutsideObject['fields'], Partial<CarrierTrunk>, string]>([
    [
      'another port than the default',
      { ...USUAL, sipSignalingPort: 5067 },
      {},
      "sipSignalingPort is 5067 in the provider's tenant and 5061, which absent means, in the spec",
    ],
    [
      'media bypass that the spec does not have',
      { ...USUAL, mediaBypass: true },
      {},
      "mediaBypass is true in the provider's tenant and false, which absent means, in the spec",
    ],
    [
      'no media bypass although the spec has it',
      USUAL,
      { mediaBypass: true },
      "mediaBypass is false in the provider's tenant and true in the spec",
    ],
    [
      'no port at all',
      { enabled: true, mediaBypass: false },
      {},
      "sipSignalingPort is not told in the provider's tenant and 5061, which absent means, in the spec",
    ],
  ])('is not with %s', async (_title, gateway, spec, says) => {
    const built = await verified(gateway, spec);
    expect(built.condition('SBCDevice', 'sbc1', 'CarrierTrunkReady')).toBe('False/CarrierGatewayDiffers');
    expect(built.message('SBCDevice', 'sbc1', 'CarrierTrunkReady')).toContain(says);
    expect(built.get('SBCDevice', 'sbc1').status?.carrierTrunks).toMatchObject([{ ready: false, reason: 'CarrierGatewayDiffers' }]);
  });
});
