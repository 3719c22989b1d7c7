/** Service plans and SKUs, microsoft-graph §2.3. Only those that voice depends on, and the suites that carry them. */
export interface ServicePlan {
  readonly servicePlanId: string;
  readonly servicePlanName: string;
  /** What `assignedPlans[].service` says. */
  readonly service: string;
}

const COMMUNICATIONS = 'MicrosoftCommunicationsOnline';

export const PLANS = {
  MCOEV: { servicePlanId: '4828c8ec-dc2e-4779-b502-87ac9ce28ab7', servicePlanName: 'MCOEV', service: COMMUNICATIONS },
  MCOEV_GOV: { servicePlanId: 'db23fce2-a974-42ef-9002-d78dd42a0f22', servicePlanName: 'MCOEV_GOV', service: COMMUNICATIONS },
  MCOEVSMB: { servicePlanId: 'ed777b71-af04-42ca-9798-84344c66f7c6', servicePlanName: 'MCOEVSMB', service: COMMUNICATIONS },
  MCOEV_VIRTUALUSER: {
    servicePlanId: 'f47330e9-c134-43b3-9993-e7f004506889',
    servicePlanName: 'MCOEV_VIRTUALUSER',
    service: COMMUNICATIONS,
  },
  TEAMS1: { servicePlanId: '57ff2da0-773e-42df-b2af-ffb7a2317929', servicePlanName: 'TEAMS1', service: 'TeamspaceAPI' },
  MCOSTANDARD: { servicePlanId: '0feaeb32-d00e-4d66-bd5a-43b5b83db82c', servicePlanName: 'MCOSTANDARD', service: COMMUNICATIONS },
  MCOPSTN1: { servicePlanId: '4ed3ff63-69d7-4fb7-b984-5aec7f605ca8', servicePlanName: 'MCOPSTN1', service: COMMUNICATIONS },
  MCOMEETADV: { servicePlanId: '3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40', servicePlanName: 'MCOMEETADV', service: COMMUNICATIONS },
} as const satisfies Record<string, ServicePlan>;

export type PlanName = keyof typeof PLANS;

export interface Sku {
  readonly skuId: string;
  readonly skuPartNumber: string;
  readonly plans: readonly PlanName[];
}

const SKUS: readonly Sku[] = [
  { skuPartNumber: 'MCOEV', skuId: 'e43b5b99-8dfb-405f-9987-dc307f34bcbd', plans: ['MCOEV'] },
  { skuPartNumber: 'MCOEV_GOV', skuId: 'a460366a-ade7-4791-b581-9fbff1bdaa85', plans: ['MCOEV_GOV'] },
  { skuPartNumber: 'MCOEVSMB_1', skuId: 'aa6791d3-bb09-4bc2-afed-c30c3fe26032', plans: ['MCOEVSMB'] },
  { skuPartNumber: 'MCOTEAMS_ESSENTIALS', skuId: 'ae2343d1-0999-43f6-ae18-d816516f6e78', plans: ['MCOEV', 'MCOPSTN1'] },
  { skuPartNumber: 'PHONESYSTEM_VIRTUALUSER', skuId: '440eaaa8-b3e0-484b-a8be-62870b9ba70a', plans: ['MCOEV_VIRTUALUSER'] },
  { skuPartNumber: 'MCOCAP', skuId: '295a8eb0-f78d-45c7-8b5b-1eed5ed02dff', plans: ['MCOEV', 'TEAMS1'] },
  { skuPartNumber: 'MCOPSTN1', skuId: '0dab259f-bf13-4952-b7f8-7db8f131b28d', plans: ['MCOPSTN1'] },
  { skuPartNumber: 'MCOMEETADV', skuId: '0c266dff-15dd-4b49-8397-2bb16070ed52', plans: ['MCOMEETADV'] },
  { skuPartNumber: 'ENTERPRISEPACK', skuId: '6fd2c87f-b296-42f0-b197-1e91e994b900', plans: ['TEAMS1', 'MCOSTANDARD'] },
  {
    skuPartNumber: 'ENTERPRISEPREMIUM',
    skuId: 'c7df2760-2c81-4ef7-b578-5b5392b571df',
    plans: ['TEAMS1', 'MCOSTANDARD', 'MCOEV', 'MCOMEETADV'],
  },
  { skuPartNumber: 'SPE_E3', skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965', plans: ['TEAMS1', 'MCOSTANDARD'] },
  { skuPartNumber: 'SPE_E5', skuId: '06ebc4ee-1bb5-47dd-8120-11324bc54e06', plans: ['TEAMS1', 'MCOSTANDARD', 'MCOEV', 'MCOMEETADV'] },
  { skuPartNumber: 'O365_BUSINESS_ESSENTIALS', skuId: '3b555118-da6a-4418-894f-7df1e2096870', plans: ['TEAMS1', 'MCOSTANDARD'] },
];

/** Plans that can become enterprise voice (telephony 3.3). */
export const VOICE_PLANS: ReadonlySet<PlanName> = new Set<PlanName>(['MCOEV', 'MCOEVSMB', 'MCOEV_GOV', 'MCOEV_VIRTUALUSER']);

/** A SKU by part number or id; what the catalogue lacks is a mistake in a seed, not a state of the tenant. */
export function skuOf(partNumberOrId: string): Sku {
  const found = SKUS.find(({ skuId, skuPartNumber }) => skuId === partNumberOrId || skuPartNumber === partNumberOrId);
  if (found === undefined)
    throw new RangeError(`no such SKU: ${partNumberOrId}; known: ${SKUS.map((sku) => sku.skuPartNumber).join(', ')}`);
  return found;
}
