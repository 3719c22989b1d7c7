import { describe, expect, it } from 'vitest';
import { customer, device, site, trunk } from '../../../test/support/controllers/objects.ts';
import { storesWith } from '../../../test/support/controllers/stores.ts';
import { FINALIZER } from '../../api/group.ts';
import type { Customer, SbcDevice, SiteLocation } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/meta.ts';
import { siteScope } from '../site-scope.ts';
import { rangeGate } from './gates.ts';

function said<T extends KubeObject>(object: T, types: readonly string[], status: 'True' | 'False' = 'True'): T {
  const condition = { status, reason: 'Told', message: 'said', lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1 };
  const metadata = { ...object.metadata, finalizers: [FINALIZER] };
  return { ...object, metadata, status: { ...(object.status as object), conditions: types.map((type) => ({ ...condition, type })) } };
}

function bare<T extends KubeObject>(object: T): T {
  const { finalizers: _finalizers, ...metadata } = object.metadata;
  return { ...object, metadata };
}

const TRUNKS = [trunk(), trunk('second', { sbcRef: { name: 'sbc2' }, label: 'geneva' })];
const GOOD = {
  customer: said(customer(), ['Accepted']),
  site: said(site('zurich', { trunks: TRUNKS }), ['Accepted', 'SBCDeployed']),
  devices: [said(device(), ['Connected']), said(device('sbc2'), ['Connected'])],
};

interface Parents {
  readonly customer?: Customer | undefined;
  readonly site?: SiteLocation;
  readonly devices?: readonly SbcDevice[];
}

function reason(parents: Parents): string {
  const { customer: of, site: at, devices } = { ...GOOD, ...parents };
  const objects: KubeObject[] = [at, ...devices, ...(of === undefined ? [] : [of])];
  return rangeGate(siteScope(at, storesWith(...objects)))?.reason ?? 'open';
}

const [FIRST, SECOND] = GOOD.devices as [SbcDevice, SbcDevice];

describe('what must hold before rules are written (design §2, §3.9)', () => {
  it.each<{ readonly why: string; readonly parents: Parents; readonly is: string }>([
    { why: 'all parents are ready and carry our finalizer', parents: {}, is: 'open' },
    { why: 'there is no Customer', parents: { customer: undefined }, is: 'CustomerNotReady' },
    { why: 'it is not accepted', parents: { customer: said(customer(), ['Accepted'], 'False') }, is: 'CustomerNotReady' },
    { why: 'nobody has looked at it yet', parents: { customer: said(customer(), []) }, is: 'CustomerNotReady' },
    { why: 'the site is not accepted', parents: { site: said(GOOD.site, ['SBCDeployed']) }, is: 'SiteLocationNotReady' },
    { why: 'its devices do not have the plans', parents: { site: said(GOOD.site, ['Accepted']) }, is: 'SiteLocationNotReady' },
    {
      why: 'the second device is not connected',
      parents: { devices: [FIRST, said(device('sbc2'), ['Connected'], 'False')] },
      is: 'SBCDeviceNotReady',
    },
    { why: 'the Customer has no finalizer', parents: { customer: bare(GOOD.customer) }, is: 'ParentNotProtected' },
    { why: 'the site has none', parents: { site: bare(GOOD.site) }, is: 'ParentNotProtected' },
    { why: 'the first device has none', parents: { devices: [bare(FIRST), SECOND] }, is: 'ParentNotProtected' },
    { why: 'the second device has none', parents: { devices: [FIRST, bare(SECOND)] }, is: 'ParentNotProtected' },
  ])('$why: $is', ({ parents, is }) => {
    expect(reason(parents)).toBe(is);
  });
});
