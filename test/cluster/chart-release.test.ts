import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../sandbox/control-plane/control-plane.ts';
import {
  ACCOUNT,
  bind,
  CHART,
  configOf,
  HOME,
  inOrder,
  installRelease,
  makeNamespace,
  manifestsOf,
  onOurKinds,
  PLURALS,
  RELEASE,
  type Rights,
  rightsOf,
  set,
} from '../support/chart.ts';
import { eventually } from '../support/runtime-harness.ts';

/** A control plane of its own: roles and policies for the whole cluster would reach into other tests. */
let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane({ report: () => undefined });
});
afterAll(() => plane?.stop());

const NAMESPACES = { '/namespaces': 'get list watch' };
const WORK = {
  ...onOurKinds(PLURALS, 'get list patch watch'),
  ...onOurKinds(
    PLURALS.map((plural) => `${plural}/status`),
    'patch',
  ),
  '/secrets': 'get',
  '/configmaps': 'create get patch',
  'externaldns.k8s.io/dnsendpoints': 'create delete get list patch',
  'events.k8s.io/events': 'create patch',
};
const OWN = {
  'coordination.k8s.io/leases': 'create delete get list patch update watch',
  '/configmaps': 'get',
  'events.k8s.io/events': 'create patch',
};

async function deployed(what: string, path: string, where = HOME): Promise<string> {
  const { stdout } = await plane.kubectl(['get', what, '-n', where, '-o', `jsonpath=${path}`]);
  return stdout;
}

describe('an installed release', () => {
  beforeAll(async () => {
    await makeNamespace(plane, HOME, { 'pod-security.kubernetes.io/enforce': 'restricted' });
    await makeNamespace(plane, 'acme');
    await installRelease(plane);
  });

  it('has pods that the restricted Pod Security standard takes', async () => {
    await eventually(async () => (await deployed('pods', '{.items[*].status.phase}')) === 'Pending Pending');
    expect(await deployed('replicasets', '{.items[*].metadata.ownerReferences[0].kind}')).toBe('Deployment');
    expect(await deployed('pods', '{.items[0].spec.containers[0].args}')).toBe('["operator","--config=/etc/trunkline/config.yaml"]');
    expect(await deployed('pods', '{.items[0].spec.serviceAccountName}')).toBe(RELEASE);
  });

  it('has metrics and probes on the port that the Service finds', async () => {
    const [probes, port, target] = await Promise.all([
      deployed('deployment', '{.items[0].spec.template.spec.containers[0].readinessProbe.httpGet.path}'),
      deployed('deployment', '{.items[0].spec.template.spec.containers[0].ports[?(@.name=="metrics")].containerPort}'),
      deployed('services', '{.items[0].spec.ports[0].targetPort}'),
    ]);
    expect([probes, port, target]).toEqual(['/readyz', '8080', 'metrics']);
  });

  it('lets the operator do what it needs and nothing else, in every namespace', async () => {
    expect(await rightsOf(plane, ACCOUNT, 'acme')).toEqual(inOrder({ ...WORK, ...NAMESPACES }));
    expect(await rightsOf(plane, ACCOUNT, HOME)).toEqual(inOrder({ ...OWN, ...WORK, ...NAMESPACES }));
  });

  it('does not let the operator list or watch Secrets, by kubectl', async () => {
    const can = (...args: string[]): Promise<string> =>
      plane.kubectl(['auth', 'can-i', ...args, '--as', ACCOUNT]).then(
        () => 'yes',
        () => 'no',
      );
    expect(await can('get', 'secrets', '-n', 'acme')).toBe('yes');
    for (const refused of [
      ['list', 'secrets', '-A'],
      ['watch', 'secrets', '-n', 'acme'],
      ['create', 'secrets', '-n', 'acme'],
      ['delete', 'customers.trunkline.dev', '-n', 'acme'],
      ['update', 'customers.trunkline.dev', '-n', 'acme'],
      ['create', 'pods', '-n', 'acme'],
      ['update', 'leases.coordination.k8s.io', '-n', 'acme'],
    ])
      expect(await can(...refused), refused.join(' ')).toBe('no');
  });

  const READ = 'get list watch';
  const WRITE = 'create delete patch update';
  const EVENTS = { '/events': READ, 'events.k8s.io/events': READ };
  const DATA = { '/configmaps': `create delete get list patch update watch`, '/secrets': WRITE };
  it.each([
    ['trunkline-admin', { ...onOurKinds(PLURALS, `${READ} ${WRITE} deletecollection approve provision`), ...EVENTS, ...DATA }],
    [
      'trunkline-provider',
      {
        ...onOurKinds(['customers', 'sitelocations', 'numberranges', 'invitations'], `${READ} ${WRITE} approve provision`),
        ...onOurKinds(['sbcdevices'], READ),
        'externaldns.k8s.io/dnsendpoints': READ,
        ...EVENTS,
      },
    ],
    [
      'trunkline-channel',
      {
        ...onOurKinds(['customers'], `${READ} create patch update`),
        ...onOurKinds(['invitations'], `${READ} ${WRITE}`),
        ...onOurKinds(['numberranges'], `${READ} ${WRITE} provision`),
        ...onOurKinds(['sitelocations'], READ),
      },
    ],
    [
      'trunkline-customer',
      { ...onOurKinds(['customers', 'sitelocations', 'invitations'], READ), ...onOurKinds(['numberranges'], `${READ} ${WRITE}`) },
    ],
    ['trunkline-customer-data', DATA],
  ])('[S105, S108, S109, S111] gives %s exactly its verbs', async (role, expected) => {
    const user = await bind(plane, role, 'acme');
    expect(await rightsOf(plane, user, 'acme')).toEqual(inOrder(expected));
    expect(await rightsOf(plane, user, 'default')).toEqual({});
  });

  it("adds our kinds to Kubernetes' own roles, SBCs not to edit", async () => {
    await bind(plane, 'view', 'acme');
    await eventually(async () => Object.keys(await ourRights('view')).length > 0); // put together by a controller
    expect(await ourRights('view')).toEqual(inOrder(onOurKinds(PLURALS, READ)));
    await bind(plane, 'edit', 'acme');
    const editable = PLURALS.filter((plural) => plural !== 'sbcdevices');
    expect(await ourRights('edit')).toEqual(
      inOrder({ ...onOurKinds(PLURALS, READ), ...onOurKinds(editable, `${READ} ${WRITE} provision`) }),
    );
    await bind(plane, 'admin', 'acme');
    expect(await ourRights('admin')).toEqual(inOrder(onOurKinds(PLURALS, `${READ} ${WRITE} deletecollection approve provision`)));
  });

  async function ourRights(role: string): Promise<Rights> {
    const rights = await rightsOf(plane, `${role}-person`, 'acme');
    return Object.fromEntries(Object.entries(rights).filter(([resource]) => resource.startsWith('trunkline.dev/')));
  }

  it('rolls the pods when a setting changes, and only then', async () => {
    const generation = (): Promise<string> => deployed('deployment', '{.items[0].metadata.generation}');
    const before = await generation();
    await plane.helm(['upgrade', RELEASE, CHART, '-n', HOME, ...set()]);
    expect(await generation()).toBe(before);
    await plane.helm(['upgrade', RELEASE, CHART, '-n', HOME, ...set('logLevel=debug')]);
    expect(Number(await generation())).toBeGreaterThan(Number(before));
    const { stdout } = await plane.kubectl(['get', 'configmap', RELEASE, '-n', HOME, '-o', 'yaml']);
    expect(configOf(manifestsOf(stdout))).toContain('logLevel: debug');
  });

  it('goes without taking the CRDs and the objects along, and comes back to them', async () => {
    const range = { customerRef: { name: 'acme' }, siteRef: { name: 'hq' }, usage: 'User', prefixes: ['+41445550100'] };
    const object = {
      apiVersion: 'trunkline.dev/v1alpha1',
      kind: 'NumberRange',
      metadata: { name: 'kept', namespace: 'acme' },
      spec: range,
    };
    await plane.kubectl(['create', '-f', '-'], { stdin: JSON.stringify(object) });
    await plane.helm(['uninstall', RELEASE, '-n', HOME, '--wait']);
    expect((await plane.kubectl(['get', 'crds', '-o', 'name'])).stdout.match(/trunkline\.dev/g)).toHaveLength(5);
    expect(await deployed('numberranges', '{.items[*].metadata.name}', 'acme')).toBe('kept');
    expect((await plane.kubectl(['get', 'clusterroles,validatingadmissionpolicies', '-o', 'name'])).stdout).not.toContain('trunkline');
    await installRelease(plane);
    await plane.helm(['uninstall', RELEASE, '-n', HOME, '--wait']);
  });

  it('bound to namespaces has its rights in these alone', async () => {
    await makeNamespace(plane, 'globex');
    await installRelease(plane, 'watchNamespaces={acme}');
    expect(await rightsOf(plane, ACCOUNT, 'acme')).toEqual(inOrder({ ...WORK, ...NAMESPACES }));
    expect(await rightsOf(plane, ACCOUNT, HOME)).toEqual(inOrder({ ...NAMESPACES, ...OWN }));
    expect(await rightsOf(plane, ACCOUNT, 'globex')).toEqual(NAMESPACES);
  });
});
