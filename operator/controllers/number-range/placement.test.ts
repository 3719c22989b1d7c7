import { describe, expect, it } from 'vitest';
import { CARRIER, customer, device, range, site, TENANT, trunk } from '../../../test/support/controllers/objects.ts';
import { storesWith } from '../../../test/support/controllers/stores.ts';
import type { NumberRange, SbcDevice, SiteLocation } from '../../api/kinds.ts';
import { siteScope } from '../site-scope.ts';
import { placementsOf } from './placement.ts';

const FQDN = `zurich.${CARRIER}`;
const SECOND = trunk('second', { sbcRef: { name: 'sbc2' }, label: 'geneva', priority: 2 });

interface Case {
  readonly why: string;
  readonly range?: Partial<NumberRange['spec']>;
  readonly site?: Partial<SiteLocation['spec']>;
  readonly devices?: readonly SbcDevice[];
  readonly is: string | readonly string[];
}

/** `<device> <plan>=<tag>` of every place, or the reason of the refusal. */
function places({ range: rangeSpec = {}, site: siteSpec = {}, devices = [device()] }: Case): string | string[] {
  const at = site('zurich', siteSpec);
  const found = placementsOf(range('office', rangeSpec), siteScope(at, storesWith(customer(), at, ...devices)));
  return 'refusal' in found ? found.refusal.reason : found.places.map((place) => `${place.device} ${place.plan}=${place.tag}`);
}

const TAGGED = device('sbc1', { extraTags: ['special'] });

describe('where the rules of a range go and what they say', () => {
  it.each<Case>([
    { why: '[S174] the plan of the tenants, and the FQDN of the trunk is the tag', is: [`acme/sbc1 TeamsTenants=${FQDN}`] },
    { why: 'a foreign tag', range: { tag: `basel.${CARRIER}` }, is: 'TagNotAllowed' },
    { why: 'the derived tag, written out', range: { tag: FQDN }, is: [`acme/sbc1 TeamsTenants=${FQDN}`] },
    { why: 'a tag that the device allows', range: { tag: 'special' }, devices: [TAGGED], is: ['acme/sbc1 TeamsTenants=special'] },
    { why: 'another one', range: { tag: 'special2' }, devices: [TAGGED], is: 'TagNotAllowed' },
    {
      why: 'a tag that only one of two devices allows',
      range: { tag: 'special' },
      site: { trunks: [trunk(), SECOND] },
      devices: [TAGGED, device('sbc2')],
      is: 'TagNotAllowed',
    },
    {
      why: 'the FQDN of one of two trunks',
      range: { tag: FQDN },
      site: { trunks: [trunk(), SECOND] },
      devices: [device(), device('sbc2')],
      is: 'TagNotAllowed',
    },
    {
      why: 'the one FQDN of two trunks, which only a site with one trunk may write out',
      range: { tag: FQDN },
      site: { trunks: [trunk(), { ...SECOND, label: 'zurich' }] },
      devices: [device(), device('sbc2')],
      is: 'TagNotAllowed',
    },
    {
      why: 'two trunks, each with its own tag',
      site: { trunks: [trunk(), SECOND] },
      devices: [device(), device('sbc2')],
      is: [`acme/sbc1 TeamsTenants=${FQDN}`, `acme/sbc2 TeamsTenants=geneva.${CARRIER}`],
    },
    {
      why: 'two trunks on one device: the first by priority',
      site: { trunks: [{ ...SECOND, sbcRef: { name: 'sbc1' } }, trunk()] },
      is: [`acme/sbc1 TeamsTenants=${FQDN}`],
    },
    { why: 'OperatorConnect has the tenant id as tag', range: { dialPlan: 'operatorConnect' }, is: [`acme/sbc1 OCDialPlan=${TENANT}`] },
    {
      why: '[S174] a site of OperatorConnect has its own plan without being told',
      site: { service: 'OperatorConnect' },
      is: [`acme/sbc1 OCDialPlan=${TENANT}`],
    },
    {
      why: 'a role that the device has no plan for',
      range: { dialPlan: 'customers' },
      devices: [device('sbc1', { dialPlans: {} })],
      is: 'DialPlanNotMapped',
    },
    { why: 'a role that is not written yet', range: { dialPlan: 'registeredUsers' }, is: 'NotManagedYet' },
    { why: 'a tag longer than the device takes', devices: [device('sbc1', { limits: { tagLength: FQDN.length - 1 } })], is: 'TagTooLong' },
    {
      why: 'a tag as long as the device takes',
      devices: [device('sbc1', { limits: { tagLength: FQDN.length } })],
      is: [`acme/sbc1 TeamsTenants=${FQDN}`],
    },
    { why: 'a device that does not exist', devices: [], is: 'SiteLocationNotReady' },
    { why: 'one of two devices does not exist', site: { trunks: [trunk(), SECOND] }, is: 'SiteLocationNotReady' },
  ])('$why: $is', (which) => {
    expect(places(which)).toEqual(which.is);
  });
});
