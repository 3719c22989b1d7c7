import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Change } from '../../operator/domain/change/change-set.ts';
import type { Json } from '../../operator/domain/change/object.ts';
import { DnsEndpointDriver } from '../../operator/integrations/dns/driver.ts';
import { apply, sharedCluster, uniqueNamespace } from '../support/control-plane.ts';
import { connect, eventually } from '../support/runtime-harness.ts';

const CRD = fileURLToPath(new URL('../../sandbox/cloud/dns/dnsendpoint-crd.yaml', import.meta.url));
const RECORD = { dnsName: 'zurich.teams.carrier.example', recordType: 'A', targets: ['203.0.113.10'], ttl: 300 };
const { signal } = new AbortController();
const cluster = sharedCluster();

beforeAll(async () => {
  await apply(cluster, [parse(readFileSync(CRD, 'utf8'))]);
  await cluster.awaitEstablished(['crd/dnsendpoints.externaldns.k8s.io']);
});

function change(namespace: string, action: Change['action'], name: string, records: Json = [RECORD]): Change {
  const fields = [action === 'remove' ? { path: 'records', before: records } : { path: 'records', after: records }];
  return {
    system: 'dns',
    target: namespace,
    kind: 'DNSEndpoint',
    name,
    action,
    fields,
    after: [],
    marker: `trunkline:t/${namespace}/SiteLocation/${name}`,
  };
}

describe('DNSEndpoint driver on a real API server', () => {
  it('creates, reads back, changes and removes, and leaves what another manager added', async () => {
    const namespace = await uniqueNamespace(cluster, 'dns');
    const { kube } = await connect(cluster.kubeconfigPath);
    const driver = new DnsEndpointDriver({ kube, fieldManager: 'trunkline' });
    const target = { system: 'dns', id: namespace, lane: 'cluster' };
    const write = async (...changes: Change[]) =>
      (await driver.apply(target, changes, undefined, signal)).verdicts.map(({ result }) => result);
    await eventually(async () => ((await driver.read(target, signal)).kindInstalled ? true : undefined));
    expect(await write(change(namespace, 'create', 'zurich'), change(namespace, 'create', 'geneva'))).toEqual(['applied', 'applied']);
    await cluster.kubectl(['annotate', 'dnsendpoint', 'zurich', '-n', namespace, 'team=voice']);
    expect(await write(change(namespace, 'update', 'zurich', [{ ...RECORD, targets: ['198.51.100.1'] }]))).toEqual(['applied']);
    const [geneva, zurich] = (await driver.read(target, signal)).objects.toSorted((a, b) => a.name.localeCompare(b.name));
    expect([geneva?.fields, zurich?.fields, zurich?.marker]).toEqual([
      { records: [RECORD] },
      { records: [{ ...RECORD, targets: ['198.51.100.1'] }] },
      `trunkline:t/${namespace}/SiteLocation/zurich`,
    ]);
    expect(
      (await cluster.kubectl(['get', 'dnsendpoint', 'zurich', '-n', namespace, '-o', 'jsonpath={.metadata.annotations.team}'])).stdout,
    ).toBe('voice');
    expect(await write(change(namespace, 'remove', 'zurich'), change(namespace, 'remove', 'geneva'))).toEqual(['applied', 'applied']);
    expect((await driver.read(target, signal)).objects).toEqual([]);
  });

  it('does not take over what somebody else made under the same name', async () => {
    const namespace = await uniqueNamespace(cluster, 'dns');
    const { kube } = await connect(cluster.kubeconfigPath);
    const driver = new DnsEndpointDriver({ kube, fieldManager: 'trunkline' });
    await apply(cluster, [
      { apiVersion: 'externaldns.k8s.io/v1alpha1', kind: 'DNSEndpoint', metadata: { name: 'zurich', namespace }, spec: { endpoints: [] } },
    ]);
    const target = { system: 'dns', id: namespace, lane: 'cluster' };
    const { verdicts } = await driver.apply(target, [change(namespace, 'create', 'zurich')], undefined, signal);
    expect(verdicts).toMatchObject([{ error: { kind: 'Terminal', reason: 'NameTaken' } }]);
  });
});
