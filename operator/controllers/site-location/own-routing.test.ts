import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { CARRIER, customer, device, range, site, trunk } from '../../../test/support/controllers/objects.ts';
import { FQDN, house as newHouse, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';

const GENEVA = `geneva.${CARRIER}`;
const SECOND = trunk('second', { label: 'geneva' });

/** The customer's own routes lead over the names of the site; none of them is read. */
async function ownRouting(): Promise<ControllersHouse> {
  const house = await newHouse();
  house.apply(customer(), device(), site('zurich', { m365: { defaultRouting: false }, trunks: [trunk(), SECOND] }));
  await house.run(20_000);
  expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  expect(published(house)).toEqual([GENEVA, FQDN]);
  return house;
}

function published(house: ControllersHouse): string[] {
  const records = house.kube.all('dnsendpoints').map(({ spec }) => spec as { readonly endpoints: readonly { readonly dnsName: string }[] });
  return records.flatMap(({ endpoints }) => endpoints.map(({ dnsName }) => dnsName)).sort();
}

function confirm(house: ControllersHouse, words: string): void {
  house.annotate('SiteLocation', 'zurich', { 'trunkline.dev/confirm-delete': words });
}

describe('the records of a site without default routing', () => {
  it.each([
    { what: 'a trunk is taken out', edit: { trunks: [SECOND] }, word: 'zurich/trunk/main', left: [GENEVA] },
    { what: 'somebody else shall publish them', edit: { dns: { mode: 'Manual' as const } }, word: 'zurich/dns', left: [] },
  ])('stay when $what, until that is confirmed', async ({ edit, word, left }) => {
    const house = await ownRouting();
    house.edit('SiteLocation', 'zurich', edit);
    await house.run(60_000);
    expect(published(house)).toEqual([GENEVA, FQDN]);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/DeletionHeld');
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toMatch(
      new RegExp(`zurich.*defaultRouting is false.*=${word} to go on`),
    );
    expect(await writesWhileNothingHappens(house)).toEqual([]);
    confirm(house, word);
    await house.run(30_000);
    expect(published(house)).toEqual(left);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(house.get('SiteLocation', 'zurich').status?.confirmation).toBeUndefined();
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('are added and changed without a question', async () => {
    const house = await ownRouting();
    house.edit('SiteLocation', 'zurich', { trunks: [trunk(), SECOND, trunk('third', { label: 'basel' })] });
    house.edit('SBCDevice', 'sbc1', { teams: { publicAddresses: ['203.0.113.77'] } });
    await house.run(60_000);
    expect(published(house)).toEqual([`basel.${CARRIER}`, GENEVA, FQDN]);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('stay when the site is deleted, until that is confirmed', async () => {
    const house = await ownRouting();
    house.delete('SiteLocation', 'zurich');
    await house.run(60_000);
    expect(house.ready('SiteLocation', 'zurich')).toBe('False/DeletionHeld');
    expect(published(house)).toEqual([GENEVA, FQDN]);
    confirm(house, 'zurich');
    await house.run(60_000);
    expect(published(house)).toEqual([]);
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
  });

  it('stay under deploy: false, until that is confirmed', async () => {
    const house = await ownRouting();
    house.edit('Customer', 'contoso', { deploy: false });
    await house.run(60_000);
    expect(published(house)).toEqual([GENEVA, FQDN]);
    confirm(house, 'zurich/undeploy');
    await house.run(60_000);
    expect(published(house)).toEqual([]);
  });

  it('pass to a site of another name without a question', async () => {
    const house = await ownRouting();
    house.apply({
      ...site('again', { siteName: 'zurich', m365: { defaultRouting: false }, trunks: [trunk(), SECOND] }),
    });
    await house.run(10_000);
    house.delete('SiteLocation', 'zurich');
    await house.run(60_000);
    expect(house.find('SiteLocation', 'zurich')).toBeUndefined();
    expect(published(house)).toEqual([GENEVA, FQDN]);
  });

  it.each([
    { who: 'publishes them by hand', spec: { dns: { mode: 'Manual' as const } } },
    { who: 'takes them out too', spec: {}, later: { trunks: [SECOND] } },
  ])('are no less asked for because a sibling names them that $who', async ({ spec, later }) => {
    const house = await ownRouting();
    house.apply(site('again', { m365: { defaultRouting: false }, trunks: [trunk('main', { label: 'zurich' })], ...spec }));
    await house.run(20_000);
    expect(house.ready('SiteLocation', 'again')).toBe('True/Deployed');
    if (later !== undefined) house.edit('SiteLocation', 'again', later);
    house.edit('SiteLocation', 'zurich', { trunks: [SECOND] });
    await house.run(60_000);
    expect(published(house)).toContain(FQDN);
    expect(house.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('False/DeletionHeld');
    expect(house.message('SiteLocation', 'zurich', 'M365Deployed')).toContain('zurich/trunk/main');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('go without a question where a sibling publishes them too', async () => {
    const house = await ownRouting();
    house.apply(site('again', { m365: { defaultRouting: false }, trunks: [trunk('main', { label: 'zurich' })] }));
    await house.run(20_000);
    expect(published(house)).toEqual([GENEVA, FQDN, FQDN]);
    house.edit('SiteLocation', 'zurich', { trunks: [SECOND] });
    await house.run(60_000);
    expect(published(house)).toEqual([GENEVA, FQDN]);
    expect(house.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('stay for as long as the rules of an SBC carry the name', async () => {
    const house = await ownRouting();
    house.outside.addDevice('acme/sbc2');
    house.apply(device('sbc2'), range('office'));
    house.edit('SiteLocation', 'zurich', { trunks: [trunk(), trunk('other', { sbcRef: { name: 'sbc2' }, label: 'bern' })] });
    confirm(house, '');
    await house.run(10_000);
    confirm(house, 'zurich/trunk/second');
    await house.run(60_000);
    expect(published(house)).toEqual([`bern.${CARRIER}`, FQDN]);
    house.edit('SBCDevice', 'sbc2', { locked: true });
    house.edit('SiteLocation', 'zurich', { trunks: [trunk()] });
    await house.run(10_000);
    confirm(house, 'zurich/trunk/other');
    await house.run(60_000);
    expect(published(house)).toEqual([`bern.${CARRIER}`, FQDN]);
    house.edit('SBCDevice', 'sbc2', { locked: false });
    await house.run(60_000);
    expect(published(house)).toEqual([FQDN]);
  });
});
