import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../../operator/domain/change/driver.ts';
import type { DirectoryView, NumbersView } from '../../operator/integrations/graph/port.ts';
import { openHarRecorder } from '../../operator/integrations/http/har.ts';
import { TEAMS_ADMINISTRATOR } from '../../sandbox/cloud/entra/resources.ts';
import { QUICKSTART } from '../../sandbox/cloud/seed.ts';
import { known, type MicrosoftCloud, startMicrosoftCloud } from './microsoft-cloud.ts';

const signal = new AbortController().signal;
const { tenantId, domain, trunks } = QUICKSTART.customer;

let cloud: MicrosoftCloud;

beforeEach(async () => {
  cloud = await startMicrosoftCloud();
  cloud.connections.connect(tenantId, cloud.credential);
});

afterEach(() => cloud.close());

const targetOf = (system: string, id: string = tenantId): Target => ({ system, id, lane: `tenant/${id}` });
const directory = (): Promise<DirectoryView> => cloud.drivers.graph.read(targetOf('graph'), signal);
const numbers = (): Promise<NumbersView> => cloud.drivers['graph-numbers'].read(targetOf('graph-numbers'), signal);
const calls = (): string[] =>
  cloud.base.log
    .list({ standIn: 'graph' })
    .filter(({ batched }) => batched !== true)
    .map(({ path }) => path);
const person = () => cloud.microsoft.person;

describe('the directory of a tenant', () => {
  it.each(['honoured', 'ignored'])('is read whole in three calls ($select on SKUs: %s)', async (outcome) => {
    cloud.base.switches.set('graph.selectOnSkus', outcome);
    const view = await directory();
    expect(view.organization).toEqual({ tenantId, displayName: QUICKSTART.customer.displayName, country: 'CH' });
    expect(view.domains).toContainEqual({ name: domain, isVerified: true, supportedServices: ['Email', 'OfficeCommunicationsOnline'] });
    expect(view.skus.find(({ skuPartNumber }) => skuPartNumber === 'SPE_E5')).toMatchObject({
      total: 50,
      used: 2,
      servicePlans: expect.arrayContaining(['MCOEV', 'TEAMS1']),
    });
    expect(view.voiceDomains).toEqual([...trunks].sort());
    expect(calls()).toEqual(['/v1.0/$batch', '/v1.0/$batch', '/v1.0/$batch']);
    expect(cloud.base.log.writes()).toBe(0);
  });

  it('counts seats in warning, and not those of suspended subscriptions', async () => {
    const [first, second] = [...cloud.tenant.subscriptions.values()];
    Object.assign(known(first), { enabled: 3, warning: 2, capabilityStatus: 'Warning' });
    Object.assign(known(second), { capabilityStatus: 'Suspended' });
    const { skus } = await directory();
    expect(skus.find(({ skuId }) => skuId === first?.skuId)).toMatchObject({ total: 5 });
    expect(skus.some(({ skuId }) => skuId === second?.skuId)).toBe(false);
  });

  it('is the same when lists begin with an empty page', async () => {
    person().assignNumber(tenantId, `anna.berg@${domain}`, '+41445550001');
    const [before, numbersBefore] = [await directory(), await numbers()];
    cloud.base.switches.set('graph.emptyPages', 'first');
    expect([await directory(), await numbers()]).toEqual([before, numbersBefore]);
  });

  it('needs as many calls however many users there are', async () => {
    for (let i = 0; i < 130; i++)
      person().addUser(tenantId, { userPrincipalName: `user${i}@${domain}`, licences: ['SPE_E5'], enterpriseVoice: i === 0 });
    expect((await directory()).voiceDomains).toEqual([domain, ...trunks].sort());
    expect(calls()).toHaveLength(4); // 23 users looked at are two batches
  });

  it('follows pages of a list that came in a batch', async () => {
    for (let i = 0; i < 130; i++) cloud.microsoft.directory.addDomain(cloud.tenant, `unverified${i}.example`);
    expect((await directory()).domains).toHaveLength(134);
    expect(calls().filter((path) => path.startsWith('/v1.0/domains'))).toHaveLength(1);
  });
});

describe('domains with voice', () => {
  const activationUser = `dr-activation@${trunks[0]}`;

  it('are those of users with licence and enterprise voice only', async () => {
    person().setEnterpriseVoice(tenantId, activationUser, false);
    expect((await directory()).voiceDomains).toEqual([trunks[1]]);
    person().setEnterpriseVoice(tenantId, activationUser, true);
    person().setLicence(tenantId, activationUser, 'PHONESYSTEM_VIRTUALUSER', false);
    expect((await directory()).voiceDomains).toEqual([trunks[1]]);
  });

  it('[S222] count a user whose name has an apostrophe, and numbers show who holds them', async () => {
    const oNeill = `o'neill@${trunks[0]}`;
    person().deleteUser(tenantId, activationUser);
    person().addUser(tenantId, { userPrincipalName: oNeill, usageLocation: 'CH', licences: ['SPE_E5'], enterpriseVoice: true });
    person().assignNumber(tenantId, oNeill, '+41445550107');
    expect((await directory()).voiceDomains).toEqual([...trunks].sort());
    expect((await numbers()).assignments).toMatchObject([{ number: '+41445550107' }]);
  });

  it.each([false, true])('count resource accounts, whether or not Graph lists them (%s)', async (listed) => {
    cloud.base.switches.set('graph.resourceAccountsInUserConfigurations', listed);
    person().deleteUser(tenantId, activationUser);
    person().addUser(tenantId, {
      userPrincipalName: `account@${trunks[0].toUpperCase()}`,
      kind: 'ResourceAccount',
      usageLocation: 'CH',
      licences: ['PHONESYSTEM_VIRTUALUSER'],
      enterpriseVoice: true,
    });
    expect((await directory()).voiceDomains).toEqual([...trunks].sort());
    const asked = cloud.base.log.list({ standIn: 'teams-admin', path: '^/Teams.User' });
    expect(asked).toHaveLength(listed ? 0 : 1);
  });
});

describe('numbers', () => {
  it('[S273] are read over all pages with their holders', async () => {
    const upn = `anna.berg@${domain}`;
    for (let i = 0; i < 1_005; i++) person().assignNumber(tenantId, upn, `+4144${String(i).padStart(7, '0')}`);
    person().assignNumber(tenantId, upn, '+41449999999', 'callingPlan');
    person().unassignNumber(tenantId, '+41440000000');
    const { assignments } = await numbers();
    expect(assignments).toHaveLength(1_006);
    const anna = known(cloud.tenant.users.latestValues().find(({ userPrincipalName }) => userPrincipalName === upn));
    expect(assignments).toContainEqual({ number: '+41440000001', type: 'DirectRouting', holder: anna.id });
    expect(assignments).toContainEqual({ number: '+41440000000', type: 'DirectRouting', holder: undefined });
    expect(assignments).toContainEqual({ number: '+41449999999', type: 'CallingPlan', holder: anna.id });
    expect(calls()).toHaveLength(2);
  });

  it('that cannot be read are an error, never none', async () => {
    person().revokePermission(tenantId, cloud.app.appId, 'TeamsTelephoneNumber.Read.All');
    await expect(numbers()).rejects.toMatchObject({
      kind: 'Auth',
      reason: 'PermissionDenied',
      remedy: expect.stringContaining('TeamsTelephoneNumber.Read.All'),
    });
    person().grantConsent(tenantId, cloud.app.appId, ['TeamsTelephoneNumber.Read.All']);
    await expect(numbers()).rejects.toMatchObject({ reason: 'PermissionDenied' }); // frozen in the token
    cloud.connections.refresh(tenantId);
    expect(await numbers()).toEqual({ assignments: [] });
  });

  it('need the directory role too, should it turn out so, and say it', async () => {
    cloud.base.switches.set('graph.teamsNeedsDirectoryRole', true);
    expect(await numbers()).toEqual({ assignments: [] });
    person().setDirectoryRole(tenantId, cloud.app.appId, TEAMS_ADMINISTRATOR, false);
    await expect(numbers()).rejects.toMatchObject({
      kind: 'Auth',
      reason: 'PermissionDenied',
      remedy: expect.stringContaining('Teams Administrator'),
    });
  });
});

describe('a cloud without Teams administration in Graph', () => {
  it('asks the Teams admin API for voice users, and says that numbers cannot be read', async () => {
    const elsewhere = cloud.systemsOf({ ...cloud.endpoints, hasTeamsInGraph: false });
    elsewhere.connections.connect(tenantId, cloud.credential);
    expect((await elsewhere.drivers.graph.read(targetOf('graph'), signal)).voiceDomains).toEqual([...trunks].sort());
    expect(cloud.base.log.list({ standIn: 'graph', path: 'admin/teams' })).toEqual([]);
    await expect(elsewhere.drivers['graph-numbers'].read(targetOf('graph-numbers'), signal)).rejects.toMatchObject({
      kind: 'Terminal',
      reason: 'NotAvailableInCloud',
    });
  });
});

describe('failures', () => {
  it('name the permission that a part of a batch lacks', async () => {
    person().revokePermission(tenantId, cloud.app.appId, 'Domain.Read.All');
    await expect(directory()).rejects.toMatchObject({
      kind: 'Auth',
      reason: 'PermissionDenied',
      message: expect.stringContaining('Domain.Read.All'),
    });
  });

  it('tell a removed enterprise application although the token is still good', async () => {
    await directory();
    person().revokeConsent(tenantId, cloud.app.appId);
    await expect(directory()).rejects.toMatchObject({ kind: 'Auth', reason: 'EnterpriseApplicationRemoved' });
  });

  it.each(['/v1.0/\\$batch', '/v1.0/domains'])('throw throttling with its wait, of the envelope or of one item (%s)', async (path) => {
    cloud.base.faults.add({ standIn: 'graph', kind: 'throttle', retryAfter: 2.128, path, times: 1 });
    const error = await directory().then(
      () => expect.fail('must fail'),
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ kind: 'Throttled', retryAfterMs: 2_128, correlationId: expect.any(String) });
    expect(calls()).toHaveLength(1); // the Graph client's own retries are off
  });

  it.each([
    ['an outage', { kind: 'status', status: 502 }, 'Retryable', 'ExternalSystemUnavailable'],
    ['a reset', { kind: 'reset' }, 'Retryable', 'ExternalSystemUnavailable'],
    ['a lost answer', { kind: 'lostAnswer' }, 'Retryable', 'ExternalSystemUnavailable'],
  ] as const)('[S273] throw %s once', async (_name, fault, kind, reason) => {
    cloud.base.faults.add({ standIn: 'graph', path: 'batch', ...fault });
    await expect(directory()).rejects.toMatchObject({ kind, reason });
    expect(calls()).toHaveLength(1);
  });

  it('get over a token that was revoked in the meantime', async () => {
    cloud.base.faults.add({ standIn: 'graph', kind: 'status', status: 401, path: 'batch', times: 1 });
    expect((await directory()).organization.tenantId).toBe(tenantId);
    cloud.base.faults.add({ standIn: 'graph', kind: 'status', status: 401, path: 'batch', times: 2 });
    await expect(directory()).rejects.toMatchObject({ kind: 'Auth', reason: 'AuthenticationFailed' });
  });
});

describe('what is kept of the calls', () => {
  it('recording and metrics hold operations, and neither token nor secret', async () => {
    await directory();
    await numbers();
    cloud.tokens.connect(tenantId, cloud.credential);
    const bearer = await cloud.tokens.tokenOf(tenantId, 'graph', signal);
    const text = JSON.stringify(cloud.recorded);
    for (const secret of [bearer, bearer.split('.')[2] ?? '', QUICKSTART.customer.clientSecret]) expect(text).not.toContain(secret);
    expect(text).toContain('listNumberAssignments');
    expect(cloud.observed).toContainEqual({ system: 'graph', operation: 'batch', code: '200', seconds: expect.any(Number) });
  });

  it('a HAR file of it opens as HAR 1.2 and holds neither', async () => {
    await directory();
    await cloud.drivers['teams-admin'].read(targetOf('teams-admin'), signal);
    const file = join(tmpdir(), `trunkline-contract-${process.pid}.har`);
    const recorder = await openHarRecorder(file, '0.1.0');
    for (const exchange of cloud.recorded) recorder.record(exchange);
    await recorder.close();
    const text = await readFile(file, 'utf8');
    await rm(file);
    const { log } = JSON.parse(text) as { log: { version: string; entries: unknown[] } };
    expect([log.version, log.entries.length]).toEqual(['1.2', cloud.recorded.length]);
    expect(text).not.toMatch(/eyJ[\w-]+\.eyJ/); // no JWT, whole or in part
    expect(text).not.toContain(QUICKSTART.customer.clientSecret);
  });

  it('every call carries an id of its own that the service can be asked about', async () => {
    await directory();
    const ids = cloud.base.log
      .list({ standIn: 'graph' })
      .filter(({ batched }) => batched !== true)
      .map(({ correlationId }) => correlationId);
    expect(new Set(ids).size).toBe(3);
    expect(ids.every((id) => id !== undefined && /^[0-9a-f-]{36}$/.test(id))).toBe(true);
  });
});
