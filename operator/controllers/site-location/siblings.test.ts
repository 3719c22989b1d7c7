import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { customer, device, site, TENANT, trunk } from '../../../test/support/controllers/objects.ts';
import { house as newHouse, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';
import { voiceTarget } from '../targets.ts';

const ADOPT = { annotations: { 'trunkline.dev/adopt': 'true' } };
/** Its second route is called as the only one of site zurich-2. */
const TWO_ROUTES = { trunks: [trunk(), trunk('second', { label: 'geneva', priority: 2 })] };

function routes(house: ControllersHouse): string[] {
  const objects = [...house.outside.stateOf('teams', TENANT).values()];
  return objects.flatMap(({ kind, name, fields }) => (kind === 'VoiceRoute' ? [`${name} ${String(fields['gateways'])}`] : [])).sort();
}

async function sibling(): Promise<ControllersHouse> {
  const house = await newHouse();
  house.apply(customer('contoso', { tenantSharing: 'Allowed' }), device('sbc1', { allowedNamespaces: { from: 'All' } }));
  house.apply(site('zurich-2', { trunks: [trunk('main', { label: 'basel' })] }));
  await house.run(20_000);
  expect(house.ready('SiteLocation', 'zurich-2')).toBe('True/Deployed');
  return house;
}

describe('what another site has in the tenant', () => {
  it('is not adopted from it: nobody writes, and the message names the holder', async () => {
    const house = await sibling();
    house.apply(site('zurich', TWO_ROUTES, ADOPT));
    await house.run(60_000);
    expect(routes(house)).toContain('Unrestricted-zurich-2 basel.voice.example.net');
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/NameTaken');
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toMatch(
      /^spec\.siteName: VoiceRoute\/Unrestricted-zurich-2 belongs to SiteLocation zurich-2 .*another spec\.siteName/,
    );
    expect(house.ready('SiteLocation', 'zurich-2')).toBe('True/Deployed');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('is not adopted while the holder has lost its status either', async () => {
    const house = await sibling();
    house.edit('SiteLocation', 'zurich-2', { suspend: true });
    house.wipeStatus('SiteLocation', 'zurich-2');
    house.apply(site('zurich', TWO_ROUTES, ADOPT));
    await house.run(60_000);
    expect(routes(house)).toContain('Unrestricted-zurich-2 basel.voice.example.net');
  });

  it('is adopted once the holder is gone and has left it there', async () => {
    const house = await sibling();
    house.edit('SiteLocation', 'zurich-2', { deletionPolicy: 'Orphan' });
    await house.run(5_000);
    house.apply(site('zurich', TWO_ROUTES, ADOPT));
    await house.run(20_000);
    house.delete('SiteLocation', 'zurich-2');
    house.delivery.invalidate(voiceTarget(TENANT));
    await house.run(20 * 60_000);
    expect(routes(house)).toContain('Unrestricted-zurich-2 geneva.voice.example.net');
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('True/Deployed');
  });

  it('is nothing that another namespace is told the name of', async () => {
    const house = await sibling();
    const there = { namespace: 'globex' };
    house.putNamespace('globex');
    house.putSecret('app', { secret: 'right' }, 'globex');
    house.apply(customer('globex', {}, there));
    const trunks = TWO_ROUTES.trunks.map((each) => ({ ...each, sbcRef: { name: 'sbc1', namespace: 'acme' } }));
    house.apply(site('zurich', { customerRef: { name: 'globex' }, trunks }, { ...there, ...ADOPT }));
    await house.run(60_000);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed', 'globex')).toBe('False/NameTaken');
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed', 'globex')).toMatch(/belongs to another customer/);
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed', 'globex')).not.toContain('SiteLocation zurich-2');
  });
});

describe('sites of one name in one tenant', () => {
  const SITES = ['basel', 'bern', 'geneva'].map((label) => site(label, { siteName: 'contoso', trunks: [trunk('main', { label })] }));

  it.each([
    { when: 'at once', wait: 0 },
    { when: 'one after the other', wait: 20_000 },
  ])('applied $when, have two names between them; the third is refused, and nobody writes for ever', async ({ wait }) => {
    const house = await newHouse();
    house.apply(customer(), device());
    await house.run(5_000);
    for (const each of SITES) {
      house.apply({ ...each, metadata: { ...each.metadata, annotations: { 'trunkline.dev/adopt': 'true' } } });
      await house.run(wait);
    }
    await house.run(60_000);
    expect(routes(house)).toEqual(['Unrestricted-contoso basel.voice.example.net', 'Unrestricted-contoso-contoso bern.voice.example.net']);
    expect(SITES.map(({ metadata }) => house.condition('SiteLocation', metadata.name, 'M365Deployed'))).toEqual([
      'True/Deployed',
      'True/Deployed',
      'False/NameTaken',
    ]);
    expect(house.message('SiteLocation', 'geneva', 'M365Deployed')).toBe(
      'spec.siteName: Unrestricted-contoso and Unrestricted-contoso-contoso belong to other sites of the tenant; make this site anew with another spec.siteName',
    );
    expect(house.get('SiteLocation', 'geneva').status?.usageName).toBeUndefined();
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });
});
