import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../../test/support/controllers/house.ts';
import { CARRIER, customer, device, range, site, trunk } from '../../../test/support/controllers/objects.ts';
import { house, writesWhileNothingHappens } from '../../../test/support/controllers/story.ts';

const onFirst = trunk('main', { label: 'zurich' });
const onSecond = trunk('main', { label: 'zurich', sbcRef: { name: 'sbc2' } });

/** Site zurich on sbc1, and site annex of the same tenant and trunk name, on the SBC of its trunk. */
async function sharing(annex: typeof onFirst): Promise<ControllersHouse> {
  const built = await house();
  built.outside.addDevice('acme/sbc2');
  built.apply(customer(), device(), device('sbc2', { teams: { publicAddresses: ['203.0.113.20'] } }));
  built.apply(site('zurich', { trunks: [onFirst] }), range());
  await built.run(20_000);
  built.apply(site('annex', { trunks: [annex] }), range('annex', { siteRef: { name: 'annex' }, prefixes: ['+41445550300'] }));
  await built.run(20_000);
  return built;
}

function targets(built: ControllersHouse): string[] {
  return built.kube.all('dnsendpoints').flatMap(({ spec }) => JSON.stringify(spec).match(/203\.0\.113\.\d+/g) ?? []);
}

describe('two sites of a tenant with one trunk name', () => {
  it('on the same SBC are both deployed', async () => {
    const built = await sharing(onFirst);
    expect(built.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(built.ready('SiteLocation', 'annex')).toBe('True/Deployed');
  });

  it('on different SBCs: the new one is refused, says why, and the name leads to one SBC only', async () => {
    const built = await sharing(onSecond);
    expect(built.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(built.condition('SiteLocation', 'annex', 'Accepted')).toBe('False/NameLeadsElsewhere');
    const message = built.message('SiteLocation', 'annex', 'Accepted');
    for (const part of [
      'spec.trunks[main].sbcRef acme/sbc2',
      `zurich.${CARRIER}`,
      'SiteLocation zurich',
      'acme/sbc1',
      'spec.trunks[].label',
    ])
      expect(message).toContain(part);
    expect(targets(built)).toEqual(['203.0.113.10']);
    expect(await writesWhileNothingHappens(built)).toEqual([]);
  });

  it('heal by themselves when the other names the same SBC, or goes', async () => {
    const built = await sharing(onSecond);
    built.edit('SiteLocation', 'annex', { trunks: [onFirst] });
    await built.run(20_000);
    expect(built.ready('SiteLocation', 'annex')).toBe('True/Deployed');
    built.edit('SiteLocation', 'annex', { trunks: [onSecond] });
    await built.run(20_000);
    expect(built.condition('SiteLocation', 'annex', 'Accepted')).toBe('False/NameLeadsElsewhere');
    built.delete('NumberRange', 'office');
    await built.run(20_000);
    built.delete('SiteLocation', 'zurich');
    await built.run(60_000);
    expect(built.condition('SiteLocation', 'annex', 'Accepted')).toBe('True/Accepted');
  });

  it('move to another SBC together: the one that stays is not touched by the edit of the first', async () => {
    const built = await sharing(onFirst);
    built.edit('SiteLocation', 'zurich', { trunks: [onSecond] });
    await built.run(20_000);
    expect(built.condition('SiteLocation', 'zurich', 'Accepted')).toBe('False/NameLeadsElsewhere');
    expect(built.ready('SiteLocation', 'annex')).toBe('True/Deployed');
    built.edit('SiteLocation', 'annex', { trunks: [onSecond] });
    await built.run(120_000);
    expect(built.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
    expect(built.ready('SiteLocation', 'annex')).toBe('True/Deployed');
    expect([...new Set(targets(built))]).toEqual(['203.0.113.20']);
  });

  it('move when the ranges of both are on the new SBC: calls of each reach it over the name', async () => {
    const built = await sharing(onFirst);
    built.edit('NumberRange', 'annex', { suspend: true });
    built.edit('SiteLocation', 'zurich', { trunks: [onSecond] });
    built.edit('SiteLocation', 'annex', { trunks: [onSecond] });
    await built.run(120_000);
    expect(targets(built)).toEqual(['203.0.113.10', '203.0.113.10']);
    expect(built.condition('SiteLocation', 'zurich', 'Reconciling')).toBe('True/TrunkMoving');
    expect(built.message('SiteLocation', 'zurich', 'Reconciling')).toContain('NumberRange annex has');
    expect(await writesWhileNothingHappens(built)).toEqual([]);
    built.edit('NumberRange', 'annex', { suspend: false });
    await built.run(60_000);
    expect(targets(built)).toEqual(['203.0.113.20', '203.0.113.20']);
    expect(built.ready('SiteLocation', 'zurich')).toBe('True/Deployed');
  });

  it('get a trunk into their routes when the ranges of both are on its SBC', async () => {
    const built = await sharing(onFirst);
    const added = trunk('second', { label: 'geneva', sbcRef: { name: 'sbc2' }, priority: 2 });
    built.edit('NumberRange', 'annex', { suspend: true });
    for (const name of ['zurich', 'annex']) built.edit('SiteLocation', name, { trunks: [onFirst, added] });
    await built.run(60_000);
    const routed = () => (built.get('SiteLocation', 'zurich').status?.trunks ?? []).map(({ m365 }) => m365);
    expect(routed()).toEqual(['Deployed', 'Pending']);
    expect(built.message('SiteLocation', 'zurich', 'M365Deployed')).toContain('NumberRange annex has');
    built.edit('NumberRange', 'annex', { suspend: false });
    await built.run(60_000);
    expect(routed()).toEqual(['Deployed', 'Deployed']);
  });
});
