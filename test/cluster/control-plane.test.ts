import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CoreV1Api } from '@kubernetes/client-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../../sandbox/control-plane/cluster.ts';
import { openCluster } from '../../sandbox/control-plane/connect.ts';
import { apply, kubeConfigFrom, ownControlPlane, sharedCluster, uniqueNamespace } from '../support/control-plane.ts';

const CLI = fileURLToPath(new URL('../../sandbox/control-plane/cli.ts', import.meta.url));
/** A look is a process of its own. */
const EVERY_SO_OFTEN = { interval: 200 };

/** Processes, any user's, whose arguments name that folder. */
async function processesUnder(directory: string): Promise<string[]> {
  const { stdout } = await run('ps', ['-eo', 'pid,args']);
  return stdout.split('\n').filter((line) => line.includes(directory));
}

const listOf = (items: readonly object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

/** A kind of its own with a rule and a selectable field, and an admission policy for it in one namespace. */
function featureObjects(namespace: string) {
  const group = 'features.example.org';
  const rules = [{ rule: 'self.color.size() >= 3', message: 'color must have at least three letters' }];
  const spec = {
    type: 'object',
    required: ['color'],
    properties: { color: { type: 'string', maxLength: 20 } },
    'x-kubernetes-validations': rules,
  };
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
    selectableFields: [{ jsonPath: '.spec.color' }],
  };
  const names = { plural: 'widgets', singular: 'widget', kind: 'Widget' };
  const admission = 'admissionregistration.k8s.io/v1';
  const policyName = `no-green-${namespace}`;
  const resourceRules = [{ apiGroups: [group], apiVersions: ['v1'], operations: ['CREATE'], resources: ['widgets'] }];
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  return {
    crd: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `widgets.${group}` },
      spec: { group, names, scope: 'Namespaced', versions: [version] },
    },
    widget: (name: string, color: string) => ({
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: { name, namespace },
      spec: { color },
    }),
    policy: {
      apiVersion: admission,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: policyName },
      spec: {
        matchConstraints: { resourceRules },
        validations: [{ expression: "object.spec.color != 'green'", message: 'green is not for us' }],
      },
    },
    binding: {
      apiVersion: admission,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: policyName },
      spec: { policyName, validationActions: ['Deny'], matchResources: { namespaceSelector } },
    },
  };
}

describe('the shared control plane', () => {
  it('is a real Kubernetes of the pinned version, with our CRDs served', async () => {
    const cluster = sharedCluster();
    expect(cluster.version).toBe('v1.36.3');
    const { stdout } = await cluster.kubectl(['api-resources', '--api-group=trunkline.dev', '--output=name']);
    expect(stdout.trim().split('\n').sort()).toEqual(
      ['customers', 'invitations', 'numberranges', 'sbcdevices', 'sitelocations'].map((plural) => `${plural}.trunkline.dev`),
    );
  });

  it('lets a service account do what RBAC grants and nothing else', async () => {
    const cluster = sharedCluster();
    const namespace = await uniqueNamespace(cluster, 'rbac');
    const rbac = 'rbac.authorization.k8s.io';
    await apply(cluster, [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader', namespace } },
      {
        apiVersion: `${rbac}/v1`,
        kind: 'Role',
        metadata: { name: 'reader', namespace },
        rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }],
      },
      {
        apiVersion: `${rbac}/v1`,
        kind: 'RoleBinding',
        metadata: { name: 'reader', namespace },
        roleRef: { apiGroup: rbac, kind: 'Role', name: 'reader' },
        subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace }],
      },
    ]);
    const api = kubeConfigFrom(await cluster.serviceAccountKubeconfig(namespace, 'reader')).makeApiClient(CoreV1Api);
    // The controller manager publishes the CA in every namespace.
    const names = async () => (await api.listNamespacedConfigMap({ namespace })).items.map(({ metadata }) => metadata?.name);
    await expect.poll(names, EVERY_SO_OFTEN).toContain('kube-root-ca.crt');
    await expect(api.listNamespacedSecret({ namespace })).rejects.toMatchObject({ code: 403 });
    await expect(api.listNamespacedConfigMap({ namespace: 'kube-system' })).rejects.toMatchObject({ code: 403 });
  });

  it('turns a Deployment into Pods, through the controllers of Kubernetes itself', async () => {
    const cluster = sharedCluster();
    const namespace = await uniqueNamespace(cluster, 'deploy');
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'example.org/web:1' }] } };
    await apply(cluster, [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace },
        spec: { replicas: 2, selector: { matchLabels: labels }, template },
      },
    ]);
    const namesOf = async (kind: string) => (await cluster.kubectl(['get', kind, '-n', namespace, '-o', 'name'])).stdout.trim().split('\n');
    await expect.poll(() => namesOf('pods'), EVERY_SO_OFTEN).toHaveLength(2);
    expect(await namesOf('replicasets')).toHaveLength(1);
  });

  it('empties a deleted namespace', async () => {
    const cluster = sharedCluster();
    const namespace = await uniqueNamespace(cluster, 'gone');
    await apply(cluster, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', namespace } }]);
    await cluster.kubectl(['delete', 'namespace', namespace, '--timeout=120s']);
    await expect(cluster.kubectl(['get', 'namespace', namespace])).rejects.toThrow('not found');
  });

  it('has what the operator builds on: CEL and selectable fields in CRDs, admission policies, streaming lists', async () => {
    const cluster = sharedCluster();
    const namespace = await uniqueNamespace(cluster, 'features');
    const { crd, widget, policy, binding } = featureObjects(namespace);
    onTestFinished(async () => {
      await cluster.kubectl(['delete', '-f', '-', '--ignore-not-found'], { stdin: listOf([binding, policy, crd]) });
    });
    await apply(cluster, [crd, policy, binding]);
    await cluster.awaitEstablished([`crd/${crd.metadata.name}`]);
    await apply(cluster, [widget('one', 'red'), widget('two', 'blue')]);
    await expect(apply(cluster, [widget('three', 'x')])).rejects.toThrow('color must have at least three letters');

    const ofColor = (color: string) => ['get', 'widgets', '-n', namespace, `--field-selector=spec.color=${color}`, '-o', 'name'];
    expect((await cluster.kubectl(ofColor('blue'))).stdout.trim()).toBe('widget.features.example.org/two');

    // A policy takes effect a moment after it is stored.
    const create = ['create', '--dry-run=server', '-f', '-'];
    const refused = () => cluster.kubectl(create, { stdin: listOf([widget('four', 'green')]) }).catch((error: Error) => error.message);
    await expect.poll(refused, EVERY_SO_OFTEN).toContain('green is not for us');

    const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
    const path = `/apis/features.example.org/v1/namespaces/${namespace}/widgets?${query}`;
    const events = (await cluster.kubectl(['get', `--raw=${path}`])).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const seen = events.map(({ type, object }) => object.metadata.name ?? `${type} ${JSON.stringify(object.metadata.annotations)}`);
    expect(seen.slice(0, 2).sort()).toEqual(['one', 'two']);
    expect(seen[2]).toBe('BOOKMARK {"k8s.io/initial-events-end":"true"}');
  });

  it('writes who did what with which program into the audit log', async () => {
    const cluster = sharedCluster();
    const namespace = await uniqueNamespace(cluster, 'audit');
    await apply(cluster, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'traced', namespace } }]);
    await cluster.kubectl(['get', 'configmap', 'traced', '-n', namespace]);
    const traced = async () => {
      const lines = (await readFile(cluster.auditLogPath ?? '', 'utf8')).split('\n').slice(0, -1); // the last one may be half written
      return lines
        .map((line) => JSON.parse(line))
        .filter((entry) => entry.objectRef?.namespace === namespace && entry.objectRef.name === 'traced');
    };
    await expect.poll(traced).toHaveLength(2); // an answer may be there before its line
    const entries = await traced();
    expect(entries.map((entry) => [entry.verb, entry.user.username, entry.level])).toEqual([
      ['patch', 'trunkline-sandbox-admin', 'Metadata'],
      ['get', 'trunkline-sandbox-admin', 'Metadata'],
    ]);
    expect(entries[0].userAgent).toMatch(/^kubectl\/v1\.36\.3 /);
  });

  it('can be used as an existing cluster, which is left running', async () => {
    const { kubeconfigPath, server, version } = sharedCluster();
    const open = await openCluster({ kubeconfig: kubeconfigPath, context: 'trunkline-sandbox' }, { report: () => undefined });
    expect({ server: open.cluster.server, version: open.cluster.version }).toEqual({ server, version });
    expect((await open.cluster.helm(['list'])).stdout).toContain('NAME');
    await open.close();
    expect(existsSync(open.cluster.scratchDirectory)).toBe(false);
    expect((await sharedCluster().kubectl(['get', '--raw=/readyz'])).stdout).toBe('ok');
  });
});

describe('a control plane of its own', () => {
  it('starts beside others in seconds, each with its own data', async () => {
    const planes = await Promise.all([ownControlPlane(), ownControlPlane({ auditLog: true })]);
    const [one, other] = planes;
    console.log(`two control planes started at once: ${planes.map((plane) => `${(plane.startedInMs / 1000).toFixed(1)} s`).join(' and ')}`);
    await one.kubectl(['create', 'namespace', 'only-here']);
    await expect(other.kubectl(['get', 'namespace', 'only-here'])).rejects.toThrow('not found');
    expect(existsSync(other.auditLogPath ?? '')).toBe(true);
    expect(one.auditLogPath).toBeUndefined();
  });

  it('keeps address and data over restarts of its API server, orderly and not', async () => {
    const plane = await ownControlPlane();
    await plane.kubectl(['create', 'configmap', 'kept', '-n', 'default']);
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const before = plane.pids().get('kube-apiserver');
      const startedAt = performance.now();
      await plane.restartApiServer(signal); // the controller manager's watches are open meanwhile
      console.log(`API server restarted after ${signal} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
      expect(plane.pids().get('kube-apiserver')).not.toBe(before);
      const { stdout } = await plane.kubectl(['get', 'configmap', 'kept', '-n', 'default', '-o', 'name']);
      expect(stdout.trim()).toBe('configmap/kept');
    }
  });

  it('leaves neither processes nor files behind when stopped', async () => {
    const plane = await ownControlPlane({ crds: undefined });
    expect(await processesUnder(plane.scratchDirectory)).not.toEqual([]);
    const startedAt = performance.now();
    await plane.stop();
    console.log(`control plane stopped in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    expect(await processesUnder(plane.scratchDirectory)).toEqual([]);
    expect(existsSync(plane.scratchDirectory)).toBe(false);
  });

  it('tells the last lines of the log when a server does not start', async () => {
    await expect(ownControlPlane({ apiServerArguments: ['--authorization-mode=Wishful'] })).rejects.toThrow(
      /kube-apiserver ended \(code 1\) before it was ready\. Last lines of its log:\n(.*\n)*.*Wishful/,
    );
  });

  it('ends with the process that started it, even by SIGKILL in the middle of the start', async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'trunkline-killed-'));
    onTestFinished(() => rm(temporary, { recursive: true, force: true }));
    const owner = spawn(process.execPath, [CLI, 'start'], { stdio: 'ignore', env: { ...process.env, TMPDIR: temporary } });
    await expect.poll(async () => (await processesUnder(temporary)).join('\n'), EVERY_SO_OFTEN).toContain('kube-apiserver');
    owner.kill('SIGKILL');
    await expect.poll(() => processesUnder(temporary), EVERY_SO_OFTEN).toEqual([]);
    await expect.poll(() => readdir(temporary), EVERY_SO_OFTEN).toEqual([]);
  });

  it('ends with the process that started it, even by SIGKILL', async () => {
    const owner = spawn(process.execPath, [CLI, 'start'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [output] = (await once(owner.stdout, 'data')) as [Buffer];
    const directory = dirname(output.toString().trim());
    expect((await processesUnder(directory)).length).toBeGreaterThanOrEqual(4);
    owner.kill('SIGKILL');
    await expect.poll(() => processesUnder(directory), EVERY_SO_OFTEN).toEqual([]);
    await expect.poll(() => existsSync(directory), EVERY_SO_OFTEN).toBe(false);
  });
});
