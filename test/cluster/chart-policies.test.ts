import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FINALIZER } from '../../operator/api/group.ts';
import type { CommandOutput } from '../../sandbox/control-plane/cluster.ts';
import { type ControlPlane, startControlPlane } from '../../sandbox/control-plane/control-plane.ts';
import { ACCOUNT, bind, HOME, installRelease, makeNamespace, PLURALS } from '../support/chart.ts';
import { eventually } from '../support/runtime-harness.ts';

/** A control plane of its own: policies for the whole cluster would reach into other tests. */
let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane({ report: () => undefined });
  for (const name of [HOME, 'acme']) await makeNamespace(plane, name);
  await installRelease(plane);
});
afterAll(() => plane?.stop());

describe('the admission policies of the chart', () => {
  const customer = (name: string, change: { annotations?: Record<string, string>; spec?: Record<string, unknown> } = {}): object => ({
    apiVersion: 'trunkline.dev/v1alpha1',
    kind: 'Customer',
    metadata: { name, namespace: 'acme', annotations: change.annotations ?? {} },
    spec: {
      fullName: 'Acme AG',
      shortName: name,
      services: [{ type: 'DirectRouting', licenseType: 'HostedEssentialsPlus', licensedUsers: 5 }],
      tenantId: '2b9d1c64-8e57-4f21-a3d0-000000000002',
      authentication: { method: 'AppRegistration' },
      ...change.spec,
    },
  });
  const range = (name: string, spec: Record<string, unknown> = {}): object => ({
    apiVersion: 'trunkline.dev/v1alpha1',
    kind: 'NumberRange',
    metadata: { name, namespace: 'acme' },
    spec: { customerRef: { name: 'acme1' }, siteRef: { name: 'hq' }, usage: 'User', prefixes: ['+4144555[0100-0199]'], ...spec },
  });
  const as = (user: string, args: readonly string[], object?: object): Promise<CommandOutput> =>
    plane.kubectl([...args, '--as', user, ...(object === undefined ? [] : ['-f', '-'])], {
      ...(object === undefined ? {} : { stdin: JSON.stringify(object) }),
    });
  const change = (user: string, what: string, patch: object): Promise<CommandOutput> =>
    as(user, ['patch', what, '-n', 'acme', '--type=merge', '-p', JSON.stringify(patch)]);

  const [ADMIN, PROVIDER, CHANNEL, CUSTOMER] = ['admin', 'provider', 'channel', 'customer'].map((role) => `trunkline-${role}-person`) as [
    string,
    string,
    string,
    string,
  ];
  /** Somebody with all of Kubernetes' verbs on our kinds and none of ours: where RBAC alone would let through. */
  const CLERK = 'clerk';

  beforeAll(async () => {
    for (const role of ['admin', 'provider', 'channel', 'customer']) await bind(plane, `trunkline-${role}`, 'acme');
    await plane.kubectl([
      'create',
      'role',
      'clerk',
      '-n',
      'acme',
      '--verb=get,list,create,update,patch,delete',
      ...PLURALS.map((plural) => `--resource=${plural}.trunkline.dev`),
    ]);
    await plane.kubectl(['create', 'rolebinding', CLERK, '-n', 'acme', '--role=clerk', `--user=${CLERK}`]);
    // A binding takes effect a moment after it is made, and so does a policy.
    const outcome = () =>
      as(PROVIDER, ['apply', '--server-side'], customer('acme1')).then(
        ({ stdout }) => stdout,
        (error: Error) => error.message,
      );
    await eventually(async () => (await outcome()).includes('serverside-applied'));
    await as(PROVIDER, ['apply', '--server-side'], range('provider-range'));
    const probe = customer('probe', { annotations: { 'trunkline.dev/approve': 'x' } });
    await eventually(() =>
      as(CHANNEL, ['create', '--dry-run=server'], probe).then(
        () => false,
        () => true,
      ),
    );
  });

  it.each(['approve', 'adopt', 'confirm-delete', 'force-remove'])('keep annotation %s to those who may approve', async (name) => {
    const annotation = `trunkline.dev/${name}`;
    const message = `annotation ${annotation} is changed only by those who have the verb approve on customers.trunkline.dev`;
    await expect(change(CHANNEL, 'customer/acme1', { metadata: { annotations: { [annotation]: 'acme1' } } })).rejects.toThrow(message);
    await expect(as(CHANNEL, ['create'], customer('other', { annotations: { [annotation]: 'other' } }))).rejects.toThrow(message);
    await change(PROVIDER, 'customer/acme1', { metadata: { annotations: { [annotation]: 'acme1' } } });
    await expect(change(CHANNEL, 'customer/acme1', { metadata: { annotations: { [annotation]: null } } })).rejects.toThrow(message);
    await change(ADMIN, 'customer/acme1', { metadata: { annotations: { [annotation]: null } } });
  });

  it('leave other annotations, and the approved ones unchanged, to everybody who may write', async () => {
    await change(PROVIDER, 'customer/acme1', { metadata: { annotations: { 'trunkline.dev/confirm-delete': 'acme1' } } });
    await change(CHANNEL, 'customer/acme1', {
      metadata: { annotations: { 'trunkline.dev/reconcile-at': 'now', 'trunkline.dev/confirm-delete': 'acme1' } },
      spec: { fullName: 'Acme Holding AG' },
    });
  });

  it('keep our finalizer until the operator, or who may approve, takes it away', async () => {
    await change(ACCOUNT, 'customer/acme1', { metadata: { finalizers: [FINALIZER] } });
    await expect(change(CLERK, 'customer/acme1', { metadata: { finalizers: null } })).rejects.toThrow('trunkline.dev/force-remove instead');
    await change(ACCOUNT, 'customer/acme1', { metadata: { finalizers: null } });
    await change(ACCOUNT, 'customer/acme1', { metadata: { finalizers: [FINALIZER] } });
    await change(ADMIN, 'customer/acme1', { metadata: { finalizers: null } });
  });

  it.each([
    ['admin', { admin: { email: 'else@acme.example' } }, 'spec.admin'],
    ['authentication', { authentication: { administrativeUnits: true } }, 'spec.authentication'],
    [
      'the licence count',
      { services: [{ type: 'DirectRouting', licenseType: 'HostedEssentialsPlus', licensedUsers: 50 }] },
      'licensedUsers',
    ],
  ])('[S379, S266] keep %s of a Customer to the provider', async (_, spec, message) => {
    for (const user of [CLERK, CHANNEL]) await expect(change(user, 'customer/acme1', { spec }), user).rejects.toThrow(message);
    await as(PROVIDER, ['patch', 'customer/acme1', '-n', 'acme', '--type=merge', '--dry-run=server', '-p', JSON.stringify({ spec })]);
  });

  it('[S379] keep the deletion of a Customer to the provider, whose namespace may still go', async () => {
    await expect(as(CLERK, ['delete', 'customer/acme1', '-n', 'acme'])).rejects.toThrow('removed by the provider only');
    await expect(as(CUSTOMER, ['delete', 'customer/acme1', '-n', 'acme'])).rejects.toThrow('forbidden');
    await as(PROVIDER, ['delete', 'customer/acme1', '-n', 'acme', '--dry-run=server']);
    await makeNamespace(plane, 'gone');
    const inGone = { ...customer('gone1'), metadata: { name: 'gone1', namespace: 'gone' } };
    const rangeInGone = { ...range('gone1'), metadata: { name: 'gone1', namespace: 'gone' } };
    await plane.kubectl(['create', '-f', '-'], {
      stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [inGone, rangeInGone] }),
    });
    await plane.kubectl(['delete', 'namespace', 'gone', '--timeout=120s']);
  });

  it('[S106, S107] let a customer change number ranges of its own, in E.164 form, and no others', async () => {
    await as(CUSTOMER, ['apply', '--server-side'], range('own', { owner: 'Customer', prefixes: ['+4144555[0200-0299]'] }));
    await change(CUSTOMER, 'numberrange/own', { spec: { prefixes: ['+41445550300'] } });
    const extensions = range('extensions', { owner: 'Customer', dialPlan: 'registeredUsers', prefixes: ['0445550300'] });
    await expect(as(CUSTOMER, ['create'], extensions)).rejects.toThrow('E.164');
    await expect(as(CUSTOMER, ['apply', '--server-side'], range('foreign'))).rejects.toThrow('NotOwner');
    await expect(change(CUSTOMER, 'numberrange/provider-range', { metadata: { labels: { mine: 'yes' } } })).rejects.toThrow('NotOwner');
    await expect(as(CUSTOMER, ['delete', 'numberrange/provider-range', '-n', 'acme'])).rejects.toThrow('NotOwner');
    await as(CHANNEL, ['delete', 'numberrange/provider-range', '-n', 'acme', '--dry-run=server']);
    await as(CUSTOMER, ['delete', 'numberrange/own', '-n', 'acme']);
  });

  it('let the operator settle finalizers of every range', async () => {
    await change(ACCOUNT, 'numberrange/provider-range', { metadata: { finalizers: [FINALIZER] } });
    await change(ACCOUNT, 'numberrange/provider-range', { metadata: { finalizers: null } });
  });

  it('[S105] keep sites and devices from customers and channels', async () => {
    for (const user of [CUSTOMER, CHANNEL]) {
      for (const kind of ['SiteLocation', 'SBCDevice']) {
        const object = { apiVersion: 'trunkline.dev/v1alpha1', kind, metadata: { name: 'x', namespace: 'acme' }, spec: {} };
        await expect(as(user, ['create'], object)).rejects.toThrow('forbidden');
      }
    }
  });
});
