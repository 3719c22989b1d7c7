import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Change, changeId } from '../../operator/domain/change/change-set.ts';
import type { AppliedBatch, Target } from '../../operator/domain/change/driver.ts';
import { nextFootprint, ownedFrom } from '../../operator/domain/change/footprint.ts';
import { type Owned, planObjects } from '../../operator/domain/change/plan.ts';
import { inRouteOrder } from '../../operator/domain/routing/route-order.ts';
import { VOICE_ROUTING_ORDER, voiceRouting } from '../../operator/domain/routing/voice-routing.ts';
import type { TeamsAdminDriver, VoiceView } from '../../operator/integrations/teams-admin/port.ts';
import { TEAMS_ADMINISTRATOR } from '../../sandbox/cloud/entra/resources.ts';
import { QUICKSTART } from '../../sandbox/cloud/seed.ts';
import { type MicrosoftCloud, startMicrosoftCloud } from './microsoft-cloud.ts';

const signal = new AbortController().signal;
const { tenantId, trunks } = QUICKSTART.customer;
const target: Target = { system: 'teams-admin', id: tenantId, lane: `tenant/${tenantId}` };
const NAME = 'Unrestricted-zurich';
const MARKER = 'trunkline:test/nordwind/SiteLocation/zurich';

let cloud: MicrosoftCloud;
let driver: TeamsAdminDriver;

beforeEach(async () => {
  cloud = await startMicrosoftCloud();
  cloud.connections.connect(tenantId, cloud.credential);
  driver = cloud.drivers['teams-admin'];
});

afterEach(() => cloud.close());

const person = () => cloud.microsoft.person;
const read = (): Promise<VoiceView> => driver.read(target, signal);
const writes = (): number => cloud.base.log.writes({ standIn: 'teams-admin' });
const desired = (name: string = NAME, fqdn: string = trunks[0]) =>
  voiceRouting({ tenantId, name, marker: MARKER, trunks: [{ fqdn, priority: 1, state: 'Active' }] });

function plan(view: VoiceView, owned: readonly Owned[] = [], wanted = desired(), adopts = () => false) {
  return planObjects({
    desired: wanted,
    observed: view.objects,
    owned,
    policy: 'Enforce',
    adopts,
    order: VOICE_ROUTING_ORDER,
  });
}

async function applyPlan(owned: readonly Owned[] = [], wanted = desired()) {
  const view = await read();
  const { changes } = plan(view, owned, wanted);
  return driver.apply(target, changes, view, signal);
}

async function deploy(): Promise<Owned[]> {
  expect(outcomes(await applyPlan())).toEqual(['applied', 'applied', 'applied']);
  return ownedFrom(nextFootprint(plan(await read()), []));
}

const outcomes = (batch: AppliedBatch<VoiceView>) => batch.verdicts.map((verdict) => verdict.result);
const errors = (batch: AppliedBatch<VoiceView>) =>
  batch.verdicts.flatMap((verdict) => (verdict.result === 'applied' ? [] : [verdict.error]));

function priorityOf(route: string): number | undefined {
  const priority = person().config(tenantId, 'OnlineVoiceRoute', route)?.['Priority'];
  return typeof priority === 'number' ? priority : undefined;
}

function change(
  kind: string,
  name: string,
  action: Change['action'],
  fields: Record<string, Change['fields'][number]['after']> = {},
): Change {
  const list = Object.entries(fields).map(([path, after]) => ({ path, ...(after === undefined ? {} : { after }) }));
  return { system: 'teams-admin', target: tenantId, kind, name, action, fields: list, after: [], marker: MARKER };
}

describe('reading', () => {
  it('shows the whole configuration in our own words', async () => {
    person().putConfig(tenantId, 'OnlineVoiceRoute', 'Foreign Route', {
      NumberPattern: '^x$',
      OnlinePstnGatewayList: ['B.example', 'a.EXAMPLE'],
      OnlinePstnUsages: ['Reception'],
      Description: 'theirs',
    });
    person().grantPolicy(tenantId, `anna.berg@${QUICKSTART.customer.domain}`, 'OnlineVoiceRoutingPolicy', 'Receptionists');
    const { objects, grants, gaps } = await read();
    expect(objects).toContainEqual({ system: 'teams-admin', target: tenantId, kind: 'PstnUsage', name: 'Reception', fields: {} });
    expect(objects.find(({ name }) => name === 'Foreign Route')).toMatchObject({
      kind: 'VoiceRoute',
      fields: { numberPattern: '^x$', gateways: ['a.example', 'b.example'], usages: ['Reception'] },
      marker: 'theirs',
    });
    expect(objects.find(({ name }) => name === 'Receptionists')).toMatchObject({
      kind: 'VoiceRoutingPolicy',
      fields: { usages: ['Reception'] },
    });
    expect(objects.map(({ name }) => name)).toEqual(expect.arrayContaining(['Global', 'LocalRoute']));
    expect(grants).toEqual({ receptionists: 1 });
    expect(gaps).toEqual([]);
  });

  it('shows the gateways of the provider with their switch, port and bypass', async () => {
    const { clientId, clientSecret, tenantId: provider, carrierTrunk } = QUICKSTART.provider;
    cloud.connections.connect(provider, { clientId, proof: { kind: 'secret', secret: clientSecret } });
    const { objects } = await driver.read({ ...target, id: provider }, signal);
    expect(objects.find(({ kind }) => kind === 'PstnGateway')).toMatchObject({
      name: carrierTrunk,
      target: provider,
      fields: { enabled: true, sipSignalingPort: QUICKSTART.provider.sipSignalingPort, mediaBypass: false },
    });
  });

  it.each(['camel', 'pascal'])('counts grants over all pages, whichever casing users have (%s)', async (casing) => {
    cloud.base.switches.set('teams.userCasing', casing);
    for (let i = 0; i < 505; i++) {
      const upn = `user${i}@${QUICKSTART.customer.domain}`;
      person().addUser(tenantId, { userPrincipalName: upn, licences: ['SPE_E5'] });
      if (i % 5 === 0) person().grantPolicy(tenantId, upn, 'OnlineVoiceRoutingPolicy', 'Receptionists');
    }
    expect((await read()).grants).toEqual({ receptionists: 101 });
  });

  it.each([
    ['skipToken', 'any', 'camel'],
    ['nextLink', 'exact', 'camel'],
    ['nextLink', 'any', 'pascal'],
    ['@odata.nextLink', 'exact', 'pascal'],
    ['skipToken', 'exact', 'pascal'],
  ])('follows pages of users by %s, with case of query names: %s, of answers: %s', async (pages, queryCase, casing) => {
    cloud.base.switches.set('teams.userPages', pages);
    cloud.base.switches.set('teams.userQueryCase', queryCase);
    cloud.base.switches.set('teams.userCasing', casing);
    for (let i = 0; i < 1_005; i++)
      person().addUser(tenantId, { userPrincipalName: `user${i}@${QUICKSTART.customer.domain}`, licences: [] });
    const last = `user1004@${QUICKSTART.customer.domain}`;
    person().grantPolicy(tenantId, last, 'OnlineVoiceRoutingPolicy', 'Receptionists');
    expect((await read()).grants).toEqual({ receptionists: 1 });
    expect(cloud.base.log.list({ standIn: 'teams-admin', path: '^/Teams.User/users' })).toHaveLength(3);
  });

  it('says that grants could not be read, not that there are none', async () => {
    cloud.base.faults.add({ standIn: 'teams-admin', kind: 'status', status: 403, path: '^/Teams.User', times: 1 });
    expect((await read()).grants).toBeUndefined();
    cloud.base.faults.add({ standIn: 'teams-admin', kind: 'throttle', retryAfter: 2.128, path: '^/Teams.User', times: 1 });
    await expect(read()).rejects.toMatchObject({ kind: 'Throttled', retryAfterMs: 2_128 });
  });

  it.each(['shown', 'hidden'])('counts a policy that only a group has, when users have what comes from groups %s', async (outcome) => {
    cloud.base.switches.set('teams.groupGrantsInUsers', outcome);
    person().grantPolicyToGroup(tenantId, 'g-1', [`anna.berg@${QUICKSTART.customer.domain}`], 'OnlineVoiceRoutingPolicy', 'Receptionists');
    const view = await read();
    expect(view.grants).toEqual({ receptionists: 1 });
    const removed = await driver.apply(target, [change('VoiceRoutingPolicy', 'Receptionists', 'remove')], view, signal);
    expect(outcomes(removed)).toEqual(['failed']);
  });

  it('knows of no grants where it cannot be told what groups have', async () => {
    cloud.base.switches.set('teams.groupAssignmentList', 'absent');
    expect((await read()).grants).toBeUndefined();
  });

  it('tells a missing role from a bad token, and gets a new token for the latter', async () => {
    person().setDirectoryRole(tenantId, cloud.app.appId, TEAMS_ADMINISTRATOR, false);
    await expect(read()).rejects.toMatchObject({
      kind: 'Auth',
      reason: 'PermissionDenied',
      remedy: expect.stringContaining('Teams Administrator'),
    });
    person().setDirectoryRole(tenantId, cloud.app.appId, TEAMS_ADMINISTRATOR, true);
    cloud.base.faults.add({ standIn: 'teams-admin', kind: 'status', status: 401, path: 'OnlineVoiceRoute$', times: 1 });
    expect((await read()).objects.length).toBeGreaterThan(0);
  });

  it.each([
    ['reset', { kind: 'reset' }, 'Retryable', 'ExternalSystemUnavailable'],
    ['an outage', { kind: 'status', status: 503 }, 'Retryable', 'ExternalSystemUnavailable'],
    ['nonsense', { kind: 'status', status: 418, body: {} }, 'Terminal', 'InvalidConfiguration'],
  ] as const)('throws %s as %o', async (_name, fault, kind, reason) => {
    cloud.base.faults.add({ standIn: 'teams-admin', path: 'OnlinePstnUsages', times: 1, ...fault });
    await expect(read()).rejects.toMatchObject({ kind, reason });
  });
});

describe('deploying a site', () => {
  it('[S183] reads back what it wrote and says that it read no more: users are as old as the look before', async () => {
    const before = await read();
    const batch = await driver.apply(target, plan(before).changes, before, signal);
    expect(batch.isPartial).toBe(true);
    expect(batch.view?.grants).toBe(before.grants);
    expect(
      batch.view?.objects
        .filter(({ name }) => name === NAME)
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual([...VOICE_ROUTING_ORDER]);
  });

  it.each([
    'empty',
    'object',
    'array',
  ])('[S183] makes usage, route and policy in order, and nothing the second time (create answers %s)', async (answer) => {
    cloud.base.switches.set('teams.createAnswer', answer);
    const owned = await deploy();
    expect(person().usages(tenantId)).toEqual(['Reception', NAME]);
    expect(person().config(tenantId, 'OnlineVoiceRoute', NAME)).toMatchObject({
      NumberPattern: '.*',
      OnlinePstnGatewayList: [trunks[0]],
      OnlinePstnUsages: [NAME],
      Description: MARKER,
    });
    expect(person().config(tenantId, 'OnlineVoiceRoutingPolicy', NAME)).toMatchObject({ OnlinePstnUsages: [NAME], Description: MARKER });
    expect(writes()).toBe(3);
    expect(plan(await read(), owned).changes).toEqual([]);
    expect(outcomes(await applyPlan(owned))).toEqual([]);
    expect(writes()).toBe(3);
  });

  it('leaves the tenant as it was after removal, and foreign objects untouched throughout', async () => {
    const before = cloud.microsoft.snapshot(tenantId);
    const owned = await deploy();
    const removal = await applyPlan(owned, []);
    expect(outcomes(removal)).toEqual(['applied', 'applied', 'applied']);
    expect(cloud.microsoft.snapshot(tenantId)).toEqual(before);
    expect(cloud.base.log.list({ standIn: 'teams-admin', write: true }).map(({ method }) => method)).toEqual([
      'PUT',
      'POST',
      'POST',
      'DELETE',
      'DELETE',
      'PUT',
    ]);
    expect(
      outcomes(
        await driver.apply(
          target,
          removal.verdicts.map((verdict) => verdict.change),
          undefined,
          signal,
        ),
      ),
    ).toEqual(['applied', 'applied', 'applied']);
    expect(cloud.microsoft.snapshot(tenantId)).toEqual(before);
  });

  it.each([
    ['S216', 'Unrestricted-PDC+001'],
    ['S217', 'Unrestricted-R&D'],
  ])('[%s] makes, corrects and removes %s, whatever characters are in a name', async (_row, name) => {
    const before = cloud.microsoft.snapshot(tenantId);
    const wanted = desired(name);
    expect(outcomes(await applyPlan([], wanted))).toEqual(['applied', 'applied', 'applied']);
    const owned = ownedFrom(nextFootprint(plan(await read(), [], wanted), []));
    person().putConfig(tenantId, 'OnlineVoiceRoute', name, { NumberPattern: '^99' });
    expect(outcomes(await applyPlan(owned, wanted))).toEqual(['applied']);
    expect(person().config(tenantId, 'OnlineVoiceRoute', name)).toMatchObject({ NumberPattern: '.*' });
    expect(outcomes(await applyPlan(owned, []))).toEqual(['applied', 'applied', 'applied']);
    expect(cloud.microsoft.snapshot(tenantId)).toEqual(before);
  });

  it('waits when the trunk is not accepted yet, and does not try what comes after the route', async () => {
    person().setGateway(QUICKSTART.provider.tenantId, QUICKSTART.provider.carrierTrunk, false);
    const batch = await applyPlan();
    expect(outcomes(batch)).toEqual(['applied', 'failed', 'skipped']);
    expect(errors(batch)).toMatchObject([
      { kind: 'DependencyNotReady', reason: 'GatewayNotFound', retryAfterMs: 300_000 },
      { kind: 'DependencyNotReady', reason: 'GatewayNotFound' },
    ]);
    expect(person().config(tenantId, 'OnlineVoiceRoutingPolicy', NAME)).toBeUndefined();
  });

  it('corrects drift by sending only what differs', async () => {
    const owned = await deploy();
    person().putConfig(tenantId, 'OnlineVoiceRoute', NAME, { NumberPattern: '^nothing$' });
    expect(outcomes(await applyPlan(owned))).toEqual(['applied']);
    const put = cloud.base.log.list({ standIn: 'teams-admin', method: 'PUT', path: 'OnlineVoiceRoute' }).at(-1);
    expect(JSON.parse(put?.requestBody ?? '')).toEqual({ NumberPattern: '.*', Description: MARKER });
    expect(plan(await read(), owned).changes).toEqual([]);
  });

  it.each(['shifts', 'keeps'])('puts a removed first route back before the backup one (priority in use: %s)', async (outcome) => {
    cloud.base.switches.set('teams.routePriorityInUse', outcome);
    const pair = [
      { fqdn: trunks[0], priority: 1, state: 'Active' },
      { fqdn: trunks[1], priority: 2, state: 'Active' },
    ] as const;
    const planPair = (view: VoiceView, owned: readonly Owned[]) =>
      plan(view, owned, [...inRouteOrder(voiceRouting({ tenantId, name: NAME, marker: MARKER, trunks: pair }), view.objects)]);
    const first = await read();
    expect(outcomes(await driver.apply(target, planPair(first, []).changes, first, signal))).toHaveLength(4);
    const owned = ownedFrom(nextFootprint(planPair(await read(), []), []));
    person().deleteConfig(tenantId, 'OnlineVoiceRoute', NAME);
    person().putConfig(tenantId, 'OnlineVoiceRoute', 'Theirs', { NumberPattern: '^9$', Priority: priorityOf(NAME) ?? 1 });
    const others = ['LocalRoute', 'Theirs'].map(priorityOf);
    const view = await read();
    expect(outcomes(await driver.apply(target, planPair(view, owned).changes, view, signal))).toEqual(['applied', 'applied']);
    expect(priorityOf(NAME)).toBeLessThan(priorityOf(`${NAME}-2`) ?? 0);
    expect(['LocalRoute', 'Theirs'].map(priorityOf)).toEqual(others);
    expect(planPair(await read(), owned).changes).toEqual([]);
  });

  it.each([204, 200])('does not believe a PUT that has no effect (%i)', async (status) => {
    cloud.base.switches.set('teams.updateStatus', status);
    await deploy();
    const ignored = change('VoiceRoute', NAME, 'update', { numberPattern: 4711 });
    const batch = await driver.apply(target, [ignored], undefined, signal);
    expect(errors(batch)).toMatchObject([{ kind: 'Retryable', reason: 'ChangeNotVisible' }]);
  });

  it('gets over a single PUT that says it is done and did nothing', async () => {
    const owned = await deploy();
    person().putConfig(tenantId, 'OnlineVoiceRoute', NAME, { NumberPattern: '^nothing$' });
    cloud.base.faults.add({ standIn: 'teams-admin', kind: 'noEffect', method: 'PUT', times: 1 });
    expect(errors(await applyPlan(owned))).toMatchObject([{ kind: 'Retryable', reason: 'ChangeNotVisible' }]);
    expect(outcomes(await applyPlan(owned))).toEqual(['applied']);
    expect(person().config(tenantId, 'OnlineVoiceRoute', NAME)).toMatchObject({ NumberPattern: '.*' });
  });

  it('writes the list of usages again after a single PUT that did nothing', async () => {
    cloud.base.faults.add({ standIn: 'teams-admin', kind: 'noEffect', method: 'PUT', times: 1 });
    expect(outcomes(await applyPlan())).toEqual(['applied', 'applied', 'applied']);
    expect([person().usages(tenantId), writes()]).toEqual([['Reception', NAME], 4]);
  });

  it('keeps what the service warns of beside its answers', async () => {
    cloud.base.switches.set('teams.warningHeader', 'present');
    await deploy();
    expect(cloud.warnings.map(({ operation }) => operation)).toEqual(['replacePstnUsages', 'createVoiceRoute', 'createVoiceRoutingPolicy']);
    expect(cloud.warnings[0]).toMatchObject({ tenantId, text: expect.stringContaining('some time') });
  });

  it.each([
    'notFound',
    'creates',
  ])('calls an update of something that is gone a change from outside (PUT of absent: %s)', async (outcome) => {
    cloud.base.switches.set('teams.putAbsent', outcome);
    const owned = await deploy();
    const view = await read();
    person().deleteConfig(tenantId, 'OnlineVoiceRoute', NAME);
    const batch = await driver.apply(target, [change('VoiceRoute', NAME, 'update', { numberPattern: '^1$' })], view, signal);
    expect(errors(batch)).toMatchObject([{ kind: 'Retryable', reason: 'ObservedChanged' }]);
    expect(outcomes(await applyPlan(owned))).toEqual(['applied']);
    expect(plan(await read(), owned).changes).toEqual([]);
    expect(person().config(tenantId, 'OnlineVoiceRoute', NAME)).toMatchObject({
      OnlinePstnGatewayList: [trunks[0]],
      OnlinePstnUsages: [NAME],
    });
  });

  it('stops at throttling and says how long, without trying the rest', async () => {
    cloud.base.faults.add({ standIn: 'teams-admin', kind: 'throttle', retryAfter: 9, writesOnly: true, method: 'POST', times: 1 });
    const batch = await applyPlan();
    expect(outcomes(batch)).toEqual(['applied', 'failed', 'skipped']);
    expect(errors(batch)[0]).toMatchObject({ kind: 'Throttled', retryAfterMs: 9_000 });
    expect(writes()).toBe(2);
  });
});

describe('the path of a policy', () => {
  it.each(['both', 'bare', 'tagged'])('is found, whichever form the service takes (%s)', async (form) => {
    cloud.base.switches.set('teams.policyUrlForm', form);
    const before = cloud.microsoft.snapshot(tenantId);
    const owned = await deploy();
    person().putConfig(tenantId, 'OnlineVoiceRoutingPolicy', NAME, { OnlinePstnUsages: [] });
    expect(outcomes(await applyPlan(owned))).toEqual(['applied']);
    expect(person().config(tenantId, 'OnlineVoiceRoutingPolicy', NAME)).toMatchObject({ OnlinePstnUsages: [NAME] });
    expect(outcomes(await applyPlan(owned, []))).toEqual(['applied', 'applied', 'applied']);
    expect(cloud.microsoft.snapshot(tenantId)).toEqual(before);
  });
});

describe('a tenant that stops answering', () => {
  it.each([
    ['throttles', { kind: 'throttle', retryAfter: 3 }],
    ['is down', { kind: 'status', status: 503 }],
    ['refuses the app', { kind: 'status', status: 403 }],
  ] as const)('is left alone for the rest of the batch, though the rest depends on nothing (%s)', async (_name, fault) => {
    cloud.base.faults.add({ standIn: 'teams-admin', writesOnly: true, ...fault });
    const routes = ['a', 'b', 'c'].map((name) => change('VoiceRoute', name, 'create', { numberPattern: '.*' }));
    expect(outcomes(await driver.apply(target, routes, undefined, signal))).toEqual(['failed', 'skipped', 'skipped']);
    expect(writes()).toBe(1);
  });

  it('does not stop for what concerns one object alone', async () => {
    const routes = ['a', 'b'].map((name) =>
      change('VoiceRoute', name, 'create', { numberPattern: '.*', gateways: name === 'a' ? ['nowhere.example'] : [] }),
    );
    expect(outcomes(await driver.apply(target, routes, undefined, signal))).toEqual(['failed', 'applied']);
  });
});

describe('answers that get lost after the work was done', () => {
  it.each([
    ['PUT', 'PstnUsages'],
    ['POST', 'OnlineVoiceRoute$'],
    ['POST', 'OnlineVoiceRoutingPolicy$'],
  ])('are settled by what the tenant shows (%s %s)', async (method, path) => {
    cloud.base.faults.add({ standIn: 'teams-admin', kind: 'lostAnswer', method, path, times: 1 });
    expect(outcomes(await applyPlan())).toEqual(['applied', 'applied', 'applied']);
    expect(writes()).toBe(3);
  });

  it('are settled for updates and removals too', async () => {
    const owned = await deploy();
    person().putConfig(tenantId, 'OnlineVoiceRoute', NAME, { NumberPattern: '^nothing$' });
    cloud.base.faults.add({ standIn: 'teams-admin', kind: 'lostAnswer', method: 'PUT', times: 1 });
    expect(outcomes(await applyPlan(owned))).toEqual(['applied']);
    cloud.base.faults.add({ standIn: 'teams-admin', kind: 'lostAnswer', method: 'DELETE', times: 2 });
    expect(outcomes(await applyPlan(owned, []))).toEqual(['applied', 'applied', 'applied']);
  });

  it('leave an undone write failed, to be planned again', async () => {
    cloud.base.faults.add({ standIn: 'teams-admin', kind: 'reset', method: 'POST', times: 1 });
    const batch = await applyPlan();
    expect(outcomes(batch)).toEqual(['applied', 'failed', 'skipped']);
    expect(errors(batch)[0]).toMatchObject({ kind: 'Retryable', reason: 'ExternalSystemUnavailable' });
    expect(outcomes(await applyPlan())).toEqual(['applied', 'applied']);
  });
});

describe('names that are taken', () => {
  it.each([400, 409])('by a stranger are refused for good (conflict as %i)', async (status) => {
    cloud.base.switches.set('teams.conflictStatus', status);
    const view = await read();
    const { changes } = plan(view);
    person().putConfig(tenantId, 'OnlineVoiceRoute', NAME.toUpperCase(), { NumberPattern: '^x$', Description: 'theirs' });
    const batch = await driver.apply(target, changes, view, signal);
    expect(outcomes(batch)).toEqual(['applied', 'failed', 'skipped']);
    expect(errors(batch)[0]).toMatchObject({ kind: 'Terminal', reason: 'NameTaken', remedy: expect.stringContaining('adopt') });
    expect(person().config(tenantId, 'OnlineVoiceRoute', NAME)).toMatchObject({ NumberPattern: '^x$', Description: 'theirs' });
  });

  it('and adopted are changed, and say themselves that they existed before, for the time after a loss of status', async () => {
    person().putConfig(tenantId, 'OnlineVoiceRoute', NAME, { NumberPattern: '^x$', Description: 'theirs' });
    const view = await read();
    const adopting = plan(view, [], desired(), () => true);
    expect(outcomes(await driver.apply(target, adopting.changes, view, signal))).toEqual(['applied', 'applied', 'applied']);
    expect(person().config(tenantId, 'OnlineVoiceRoute', NAME)).toMatchObject({ NumberPattern: '.*', Description: `${MARKER} adopted` });
    const lost = plan(await read(), []);
    expect(lost.changes).toEqual([]);
    expect(nextFootprint(lost, []).map(({ kind, state }) => [kind, state])).toEqual([
      ['PstnUsage', 'Applied'],
      ['VoiceRoute', 'Adopted'],
      ['VoiceRoutingPolicy', 'Applied'],
    ]);
  });

  it('by our own earlier write count as done when equal, and as changed when not', async () => {
    const view = await read();
    const { changes } = plan(view);
    await deploy();
    expect(outcomes(await driver.apply(target, changes, view, signal))).toEqual(['applied', 'applied', 'applied']);
    person().putConfig(tenantId, 'OnlineVoiceRoute', NAME, { NumberPattern: '^x$' });
    expect(errors(await driver.apply(target, changes, view, signal))[0]).toMatchObject({ kind: 'Retryable', reason: 'ObservedChanged' });
  });
});

describe('removal', () => {
  it.each(['users', 'users or groups'])('keeps a policy that somebody has, and what it stands on (%s)', async (text) => {
    cloud.base.switches.set('teams.assignedPolicyText', text);
    const owned = await deploy();
    person().grantPolicy(tenantId, `anna.berg@${QUICKSTART.customer.domain}`, 'OnlineVoiceRoutingPolicy', NAME);
    expect((await read()).grants).toEqual({ [NAME.toLowerCase()]: 1 });
    const batch = await applyPlan(owned, []);
    expect(outcomes(batch)).toEqual(['failed', 'skipped', 'skipped']);
    expect(errors(batch)[0]).toMatchObject({ kind: 'DependencyNotReady', reason: 'PolicyStillGranted' });
    expect(person().usages(tenantId)).toContain(NAME);
  });

  it.each([
    'refused',
    'cascaded',
    'accepted',
  ])('keeps a usage that a foreign object names, whatever the service would do (%s)', async (outcome) => {
    cloud.base.switches.set('teams.usageInUse', outcome);
    const owned = await deploy();
    person().putConfig(tenantId, 'OnlineVoiceRoutingPolicy', 'Receptionists', { OnlinePstnUsages: ['Reception', NAME] });
    const batch = await applyPlan(owned, []);
    expect(outcomes(batch)).toEqual(['applied', 'applied', 'failed']);
    expect(errors(batch)).toMatchObject([
      { kind: 'DependencyNotReady', reason: 'UsageInUse', message: expect.stringContaining('Receptionists') },
    ]);
    expect(person().config(tenantId, 'OnlineVoiceRoutingPolicy', 'Receptionists')).toMatchObject({ OnlinePstnUsages: ['Reception', NAME] });
  });

  it.each([
    ['VoiceRoute', 'LocalRoute'],
    ['VoiceRoutingPolicy', 'Global'],
    ['VoiceRoutingPolicy', 'tag:global'],
    ['PstnGateway', 'any.example'],
  ])('and every other write of %s %s is never sent', async (kind, name) => {
    for (const action of ['create', 'update', 'remove'] as const) {
      const batch = await driver.apply(target, [change(kind, name, action, { numberPattern: '.*' })], undefined, signal);
      expect(errors(batch)).toMatchObject([{ kind: 'Terminal', reason: 'CallForbidden' }]);
    }
    expect(writes()).toBe(0);
  });
});

describe('the usage list', () => {
  const add = (name: string) => change('PstnUsage', name, 'create');
  const remove = (name: string) => change('PstnUsage', name, 'remove');
  const apply = async (...changes: Change[]) => outcomes(await driver.apply(target, changes, undefined, signal));

  it('takes many labels in one write, keeps order and spelling, and is not written when nothing differs', async () => {
    expect(await apply(add('A'), add('B'), add('reception'))).toEqual(['applied', 'applied', 'applied']);
    expect(person().usages(tenantId)).toEqual(['Reception', 'A', 'B']);
    expect(writes()).toBe(1);
    expect(await apply(add('a'), add('b'))).toEqual(['applied', 'applied']);
    expect(await apply(remove('C'))).toEqual(['applied']);
    expect(writes()).toBe(1);
    expect(await apply(remove('a'))).toEqual(['applied']);
    expect(person().usages(tenantId)).toEqual(['Reception', 'B']);
  });

  it('[S240] keeps what somebody adds between two writes of ours', async () => {
    await apply(add('A'));
    person().addUsages(tenantId, ['Theirs']);
    await apply(add('B'));
    await apply(remove('A'));
    expect(person().usages(tenantId)).toEqual(['Reception', 'Theirs', 'B']);
    expect(cloud.losses).toEqual([]);
  });

  it('puts back what somebody else overwrote while we wrote, and tells it', async () => {
    person().putConfig(tenantId, 'OnlineVoiceRoute', 'Desk', { OnlinePstnUsages: ['Reception'], NumberPattern: '^1$' });
    const view = await read();
    person().putConfig(tenantId, 'OnlinePstnUsages', 'Global', { Usage: [] }); // a script that replaced the list
    const batch = await driver.apply(target, [add('A')], view, signal);
    expect(outcomes(batch)).toEqual(['applied']);
    expect(person().usages(tenantId).sort()).toEqual(['A', 'Reception']);
    expect(cloud.losses).toEqual([{ tenantId, labels: ['Reception'], found: [], written: ['Reception', 'A'] }]);
  });

  it('writes again when its write was overwritten before it was read back', async () => {
    const { person: them } = cloud.microsoft;
    them.addUsages(tenantId, ['Spare']); // named by nothing, known from the list alone
    let overwritten = 0;
    cloud.base.log.subscribe(({ standIn, method, path }) => {
      if (standIn !== 'teams-admin' || method !== 'PUT' || !path.includes('PstnUsages') || overwritten++ > 0) return;
      them.putConfig(tenantId, 'OnlinePstnUsages', 'Global', { Usage: ['Theirs'] });
    });
    expect(await apply(add('A'))).toEqual(['applied']);
    expect(person().usages(tenantId)).toEqual(['Theirs', 'A', 'Reception', 'Spare']);
    expect(cloud.losses).toMatchObject([{ labels: ['Reception', 'Spare'], found: ['Theirs'] }]);
  });

  it('does not restore what we removed ourselves, though an older snapshot has it', async () => {
    await apply(add('A'));
    const older = await read();
    await apply(remove('A'));
    await driver.apply(target, [add('B')], older, signal);
    expect(person().usages(tenantId)).toEqual(['Reception', 'B']);
    expect(cloud.losses).toEqual([]);
  });

  it('keeps own labels that slow reads do not show yet', async () => {
    cloud.base.consistency.setProfile('realistic');
    cloud.base.consistency.override('teams.configReadable', 5_000);
    expect(await apply(add('A'))).toEqual(['applied']);
    cloud.base.consistency.override('teams.configReadable', 60_000);
    expect(errors(await driver.apply(target, [add('B')], undefined, signal))).toMatchObject([
      { kind: 'Retryable', reason: 'ChangeNotVisible' },
    ]);
    expect(await apply(add('C'))).toEqual(['failed']);
    expect(person().usages(tenantId)).toEqual(['Reception', 'A', 'B', 'C']);
  });
});

describe('slow propagation', () => {
  it('passes with realistic delays, own writes laid over reads that do not show them', async () => {
    cloud.base.consistency.setProfile('realistic');
    const view = await read();
    const { changes } = plan(view);
    const batch = await driver.apply(target, changes, view, signal);
    expect(outcomes(batch)).toEqual(['applied', 'applied', 'applied']);
    let later = await read();
    for (const one of changes) if (!driver.shows(later, one)) later = driver.overlay(later, one);
    expect(changes.every((one) => driver.shows(later, one))).toBe(true);
    cloud.base.clock.advance(driver.overlayMs);
    const shown = await read();
    expect(changes.every((one) => driver.shows(shown, one))).toBe(true);
  });
});

describe('overlay and shows', () => {
  it('agree with what the service does, for every action', async () => {
    const view = await read();
    const { changes } = plan(view);
    const laid = changes.reduce((before, one) => driver.overlay(before, one), view);
    await driver.apply(target, changes, view, signal);
    const sorted = (one: VoiceView) =>
      one.objects
        .map(({ fields: { priority: _, ...fields }, ...rest }) => ({ ...rest, fields }))
        .sort((a, b) => changeId(a).localeCompare(changeId(b)));
    expect(sorted(laid)).toEqual(sorted(await read()));
    const removals = changes.map((one) => ({ ...one, action: 'remove' as const }));
    expect(sorted(removals.reduce((before, one) => driver.overlay(before, one), laid))).toEqual(sorted(view));
  });
});

/** Switches that nothing asks for while a site is deployed, kept still and removed, and why. Other tests turn some of them. */
const NEVER_ASKED: Readonly<Record<string, string>> = {
  'entra.missingServicePrincipalCode': 'a refusal of an app that was not consented to',
  'entra.reusedAssertion': 'the tenant is signed in to with a secret, and each assertion is made anew',
  'entra.unknownTenantError': 'a refusal of a tenant that is not there',
  'graph.duplicateDomainStatus': 'no domain is added in this release',
  'graph.foreignDomainRefusedOn': 'no domain is added in this release',
  'graph.resourceAccountsInUserConfigurations': 'of resource accounts, of which the tenant has none that is looked at',
  'graph.selectOnSkus': 'subscriptions are read without options',
  'graph.softDeletedUserKeepsDomain': 'no domain is removed in this release',
  'teams.activationSurvivesItsUser': 'the users of the trunks stay',
  'teams.assignedPolicyText': 'a refusal to remove a policy that somebody has',
  'teams.clearByNull': 'nothing is cleared',
  'teams.conflictStatus': 'a refusal of a name that is taken',
  'teams.deleteGlobal': 'Global is never removed',
  'teams.putAbsent': 'of an update of what is gone',
  'teams.routePriorityInUse': 'one route has no priority of its own',
  'teams.unknownPolicyGrantStatus': 'no policy is granted in this release',
  'teams.unknownPropertyOnCreate': 'no unknown property is sent',
  'teams.userPages': 'of more users than one page holds',
  'teams.userQueryCase': 'query names are spelt as the module spells them',
};

describe('what the references leave open', () => {
  it('deploys, keeps still and removes with every outcome of every switch that is asked for', async () => {
    const before = cloud.microsoft.snapshot(tenantId);
    const unasked = new Set<string>();
    for (const { name, outcomes: possible } of cloud.base.switches.list()) {
      for (const outcome of possible.filter((one) => one !== 'none')) {
        const title = `${name}=${String(outcome)}`;
        cloud.base.switches.set(name, outcome); // a PUT that never has an effect is a case of its own, below
        cloud.connections.refresh(tenantId); // a new sign-in each time
        const made = await applyPlan();
        expect(made.verdicts, title).toMatchObject([{ result: 'applied' }, { result: 'applied' }, { result: 'applied' }]);
        const owned = ownedFrom(nextFootprint(plan(await read()), []));
        expect(outcomes(await applyPlan(owned)), title).toEqual([]);
        expect(outcomes(await applyPlan(owned, [])), title).toEqual(['applied', 'applied', 'applied']);
        expect(cloud.microsoft.snapshot(tenantId), title).toEqual(before);
        expect((await cloud.drivers.graph.read({ ...target, system: 'graph' }, signal)).voiceDomains, title).toEqual([...trunks].sort());
        if (!cloud.base.switches.wasRead(name)) unasked.add(name);
      }
      cloud.base.switches.reset();
    }
    expect([...unasked].sort()).toEqual(Object.keys(NEVER_ASKED).sort());
  });

  it('believes no list of usages that never changes, and tries nothing that stands on it', async () => {
    cloud.base.switches.set('teams.putEffect', 'none');
    const batch = await applyPlan();
    expect(outcomes(batch)).toEqual(['failed', 'skipped', 'skipped']);
    expect(errors(batch)[0]).toMatchObject({ kind: 'Retryable', reason: 'ChangeNotVisible' });
    expect(writes()).toBe(3);
  });
});

describe('recording', () => {
  it('holds no token', async () => {
    await deploy();
    cloud.tokens.connect(tenantId, cloud.credential);
    const bearer = await cloud.tokens.tokenOf(tenantId, 'teams-admin', signal);
    const text = JSON.stringify(cloud.recorded);
    expect(text).toContain(NAME);
    expect(text).not.toContain(bearer);
    expect(text).not.toContain(QUICKSTART.customer.clientSecret);
    expect(text).not.toMatch(/Bearer ey/);
  });
});
