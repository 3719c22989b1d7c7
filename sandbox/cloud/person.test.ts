import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SandboxClock } from './clock.ts';
import { createMicrosoft, type Microsoft } from './microsoft.ts';
import { personApi } from './person-api.ts';
import { QUICKSTART, seedQuickstart } from './seed.ts';
import { type CloudBase, createCloudBase } from './stand-in.ts';

const { tenantId, clientId, domain } = QUICKSTART.customer;
const ANNA = `anna.berg@${domain}`;
const ACTIVATION = `dr-activation@${QUICKSTART.customer.trunks[0]}`;
const TEAMS_ADMINISTRATOR = '69091246-20e8-4a56-aa4d-066075b2a7a8';

let base: CloudBase;
let microsoft: Microsoft;

beforeEach(async () => {
  base = await createCloudBase({ clock: new SandboxClock({ mode: 'manual' }), profile: 'realistic' });
  microsoft = await createMicrosoft(base);
  seedQuickstart(microsoft);
});

afterEach(() => base.clock.stop());

async function act(action: string, input: Record<string, unknown>): Promise<number> {
  const app = personApi(microsoft.person, microsoft.state, microsoft.store);
  return (await app.request(`/${action}`, { method: 'POST', body: JSON.stringify(input) })).status;
}

/** Paths at which the tenant's snapshot differs from what it was. */
function changed(before: unknown, after: unknown, path = ''): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return [path];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => changed(Reflect.get(before, name), Reflect.get(after, name), `${path}/${name}`));
}

describe('a person in the tenant', () => {
  it.each([
    [
      'putConfig',
      { type: 'OnlineVoiceRoute', identity: 'LocalRoute', properties: { Description: 'x' } },
      ['/config/OnlineVoiceRoute/0/properties/Description'],
    ],
    ['deleteConfig', { type: 'OnlineVoiceRoutingPolicy', identity: 'Tag:receptionists' }, ['/config/OnlineVoiceRoutingPolicy/1']],
    ['addUsages', { labels: ['Foreign'] }, ['/config/OnlinePstnUsages/0/properties/Usage/1']],
    ['removeUsages', { labels: ['Reception'] }, ['/config/OnlinePstnUsages/0/properties/Usage/0']],
    ['grantPolicy', { user: ANNA, policyType: 'OnlineVoiceRoutingPolicy', policyName: 'Receptionists' }, ['/grants/0']],
    [
      'grantPolicyToGroup',
      { groupId: 'g-1', members: [ANNA], policyType: 'OnlineVoiceRoutingPolicy', policyName: 'Receptionists' },
      ['/groupGrants/0'],
    ],
    ['assignNumber', { user: ANNA, telephoneNumber: '+41445550100' }, ['/users/0/enterpriseVoice', '/numbers/0']],
    ['setEnterpriseVoice', { user: ANNA, on: true }, ['/users/0/enterpriseVoice']],
    ['setLicence', { user: ANNA, sku: 'MCOPSTN1', assigned: true }, ['/users/0/licences/1']],
    ['setSipDomain', { domain: QUICKSTART.customer.trunks[0], status: 'Disabled' }, ['/domains/3/sipStatus']],
    ['grantConsent', { appId: clientId, graphRoles: ['User.ReadWrite.All'] }, ['/servicePrincipals/0/grants/5']],
    ['revokePermission', { appId: clientId, role: 'User.Read.All' }, ['/servicePrincipals/0/grants/4']],
    ['setDirectoryRole', { appId: clientId, templateId: TEAMS_ADMINISTRATOR, assigned: false }, ['/servicePrincipals/0/roles/0']],
    ['revokeConsent', { appId: clientId }, ['/servicePrincipals/0']],
  ])('changes by %s exactly what was meant, at once', async (action, input, paths) => {
    const before = microsoft.snapshot(tenantId);
    expect(await act(action, { tenantId, ...input })).toBe(204);
    expect(changed(before, microsoft.snapshot(tenantId)).sort()).toEqual([...paths].sort());
  });

  it('undoes what it did', async () => {
    const before = microsoft.snapshot(tenantId);
    await act('assignNumber', { tenantId, user: ANNA, telephoneNumber: '+41445550100' });
    await act('grantPolicy', { tenantId, user: ANNA, policyType: 'OnlineVoiceRoutingPolicy', policyName: 'Receptionists' });
    await act('grantPolicy', { tenantId, user: ANNA, policyType: 'OnlineVoiceRoutingPolicy', policyName: null });
    await act('unassignNumber', { tenantId, telephoneNumber: '+41445550100' });
    const after = microsoft.snapshot(tenantId);
    expect(changed(before, after)).toEqual(['/numbers/0']); // the number stays known, and nobody's
    expect(microsoft.state.tenant(tenantId).numbers.latest('+41445550100')?.targetId).toBe(null);
  });

  it('takes a deleted activation user out of the directory but leaves its name in use', async () => {
    expect(await act('deleteUser', { tenantId, user: ACTIVATION })).toBe(204);
    expect(microsoft.snapshot(tenantId)['deletedUsers']).toEqual([ACTIVATION]);
    expect(
      microsoft.state
        .tenant(tenantId)
        .users.latestValues()
        .map((user) => user.userPrincipalName),
    ).not.toContain(ACTIVATION);
  });

  it('switches the carrier trunk off for all customers', async () => {
    const tenant = microsoft.state.tenant(tenantId);
    const [trunk = ''] = QUICKSTART.customer.trunks;
    expect(microsoft.rules.acceptsTrunk(tenant, trunk)).toBe(true);
    await act('setGateway', { tenantId: QUICKSTART.provider.tenantId, fqdn: QUICKSTART.provider.carrierTrunk, enabled: false });
    expect(microsoft.rules.acceptsTrunk(tenant, trunk)).toBe(false);
  });

  it('keeps secrets out of every snapshot', () => {
    const text = JSON.stringify(microsoft.snapshot(tenantId));
    expect(text).not.toContain(QUICKSTART.customer.clientSecret);
    expect(text).not.toMatch(/sha256|secret/i);
  });

  it('waits for a domain, its user and enterprise voice before a new trunk carries, each after its own delay', () => {
    const { directory, rules, state } = microsoft;
    const tenant = state.tenant(tenantId);
    const fqdn = `basel.${QUICKSTART.provider.carrierTrunk}`;
    const domainRecord = directory.addDomain(tenant, fqdn);
    directory.verifyDomain(domainRecord);
    const user = directory.addUser(tenant, { userPrincipalName: `dr-activation@${fqdn}`, licences: ['MCOEV'] });
    base.clock.advance(45 * 60_000);
    expect([rules.sipDomains(tenant).includes(domainRecord), rules.domainServes(tenant, fqdn), rules.domainActive(tenant, fqdn)]).toEqual([
      true,
      true,
      false,
    ]);
    directory.setEnterpriseVoice(user, true);
    expect(rules.acceptsTrunk(tenant, fqdn)).toBe(false);
    base.clock.advance(45 * 60_000);
    expect(rules.acceptsTrunk(tenant, fqdn)).toBe(true);
  });

  it('never activates a domain by a user without a voice plan', () => {
    const { directory, rules, state } = microsoft;
    const tenant = state.tenant(tenantId);
    const fqdn = `basel.${QUICKSTART.provider.carrierTrunk}`;
    directory.verifyDomain(directory.addDomain(tenant, fqdn), { settled: true });
    directory.addUser(tenant, { userPrincipalName: `x@${fqdn}`, licences: ['SPE_E3'], enterpriseVoice: true }, { settled: true });
    expect([rules.domainServes(tenant, fqdn), rules.acceptsTrunk(tenant, fqdn)]).toEqual([false, false]);
  });
});
