import { describe, expect, it } from 'vitest';
import { customer, device, site, trunk } from '../../../test/support/controllers/objects.ts';
import { storesWith } from '../../../test/support/controllers/stores.ts';
import { FINALIZER } from '../../api/group.ts';
import type { Customer, SbcDevice, SiteLocation } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/meta.ts';
import { type SiteScope, siteScope } from '../site-scope.ts';
import { deviceHolds, rangeGate } from './gates.ts';

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

function scopeOf(parents: Parents): SiteScope {
  const { customer: of, site: at, devices } = { ...GOOD, ...parents };
  const objects: KubeObject[] = [at, ...devices, ...(of === undefined ? [] : [of])];
  return siteScope(at, storesWith(...objects));
}

/** By SBC, why nothing is written there; `former`: one to which no trunk leads. */
function holds(devices: readonly SbcDevice[], former: readonly SbcDevice[] = []): Record<string, string> {
  const scope = scopeOf({ devices });
  const all = [...scope.trunks.flatMap((one) => one.device ?? []), ...former];
  return Object.fromEntries([...deviceHolds(scope, all)].map(([key, { reason }]) => [key, reason]));
}

const [FIRST, SECOND] = GOOD.devices as [SbcDevice, SbcDevice];

describe('what must hold before rules are written anywhere (design §2, §3.9)', () => {
  it.each<{ readonly why: string; readonly parents: Parents; readonly is: string }>([
    { why: 'all parents are ready and carry our finalizer', parents: {}, is: 'open' },
    { why: 'there is no Customer', parents: { customer: undefined }, is: 'CustomerNotReady' },
    { why: 'it is not accepted', parents: { customer: said(customer(), ['Accepted'], 'False') }, is: 'CustomerNotReady' },
    { why: 'nobody has looked at it yet', parents: { customer: said(customer(), []) }, is: 'CustomerNotReady' },
    { why: 'the site is not accepted', parents: { site: said(GOOD.site, ['SBCDeployed']) }, is: 'SiteLocationNotReady' },
    { why: 'its devices do not have the plans', parents: { site: said(GOOD.site, ['Accepted']) }, is: 'SiteLocationNotReady' },
    { why: 'the Customer has no finalizer', parents: { customer: bare(GOOD.customer) }, is: 'ParentNotProtected' },
    { why: 'the site has none', parents: { site: bare(GOOD.site) }, is: 'ParentNotProtected' },
  ])('$why: $is', ({ parents, is }) => {
    expect(rangeGate(scopeOf(parents))?.reason ?? 'open').toBe(is);
  });
});

describe('what must hold before rules are written to one SBC, whatever the others do (telephony 2.1)', () => {
  const LOST = said(device('sbc2'), ['Connected'], 'False');
  const LOCKED = { ...SECOND, spec: { ...SECOND.spec, locked: true } };

  it.each<[string, SbcDevice, Record<string, string>]>([
    ['is connected and carries our finalizer', SECOND, {}],
    ['is not connected', LOST, { 'acme/sbc2': 'SBCDeviceNotReady' }],
    ['has no finalizer', bare(SECOND), { 'acme/sbc2': 'ParentNotProtected' }],
    ['is locked', LOCKED, { 'acme/sbc2': 'Locked' }],
  ])('the second one %s', (_how, second, is) => {
    expect(holds([FIRST, second])).toEqual(is);
  });

  it('from a former one only a lock keeps what goes: its picture tells whether it can be read', () => {
    const named = (object: SbcDevice): SbcDevice => ({ ...object, metadata: { ...object.metadata, name: 'sbc3' } });
    expect(holds([FIRST, SECOND], [named(bare(LOST))])).toEqual({});
    expect(holds([FIRST, SECOND], [named(LOCKED)])).toEqual({ 'acme/sbc3': 'Locked' });
  });
});
