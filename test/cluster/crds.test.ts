import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CustomObjectsApi } from '@kubernetes/client-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readDefinitions } from '../../crds/definitions.ts';
import { API_VERSION, GROUP, VERSION } from '../../operator/api/group.ts';
import { KINDS, type Kind } from '../../operator/api/kinds.ts';
import { adminKubeConfig, apply, sharedCluster, uniqueNamespace } from '../support/control-plane.ts';

const ROOT = join(import.meta.dirname, '../..');
const definitions = readDefinitions(join(ROOT, 'crds'));

const CUSTOMER_SPEC = {
  fullName: 'Nordwind AG',
  shortName: 'Nordwind',
  services: [{ type: 'DirectRouting', licenseType: 'HostedPro', licensedUsers: 20 }],
};

const SITE_SPEC = {
  customerRef: { name: 'nordwind' },
  configuration: 'SipTrunk',
  sipTrunk: { carrier: 'carrier' },
  trunks: [{ name: 'main', sbcRef: { name: 'sbc1' }, carrierTrunk: 'teams.carrier.example', label: 'zurich' }],
  emergency: { mode: 'CustomerManaged' },
};

const RANGE_SPEC = { customerRef: { name: 'nordwind' }, siteRef: { name: 'zurich' }, prefixes: ['+4155896552'] };

const SPECS: Readonly<Record<Kind, object>> = {
  Customer: CUSTOMER_SPEC,
  SiteLocation: SITE_SPEC,
  SBCDevice: { address: '192.0.2.10', credentialsSecretRef: { name: 'sbc1' } },
  NumberRange: RANGE_SPEC,
  Invitation: { customerRef: { name: 'nordwind' }, email: 'it@nordwind.example', flow: 'DelegatedToken' },
};

describe('the API server', () => {
  it.each(definitions.map(({ metadata }) => metadata.name))('serves %s: structural, within the cost budget, names free', async (name) => {
    const { stdout } = await sharedCluster().kubectl(['get', 'crd', name, '--output=json']);
    const { status, spec } = JSON.parse(stdout);
    const conditions = new Map(status.conditions.map(({ type, status: value }: { type: string; status: string }) => [type, value]));
    expect(Object.fromEntries(conditions)).toEqual({ NamesAccepted: 'True', Established: 'True' });
    expect(spec.preserveUnknownFields ?? false).toBe(false);
  });

  it('lists all five kinds by category and by short name', async () => {
    const cluster = sharedCluster();
    const namespace = await uniqueNamespace(cluster, 'crds-names');
    await apply(
      cluster,
      Object.entries(SPECS).map(([kind, spec]) => object(kind, namespace, spec)),
    );
    const byCategory = await cluster.kubectl(['get', 'trunkline', '--namespace', namespace, '--output=name']);
    expect(byCategory.stdout.trim().split('\n').sort()).toEqual(
      Object.values(KINDS)
        .map(({ plural }) => `${plural.slice(0, -1)}.${GROUP}/subject`)
        .sort(),
    );
    for (const { shortName } of Object.values(KINDS)) {
      const { stdout } = await cluster.kubectl(['get', shortName, 'subject', '--namespace', namespace, '--output=name']);
      expect(stdout).toContain(`.${GROUP}/subject`);
    }
  });

  it.each(['quickstart', 'essentials'])('accepts every object of examples/%s as it stands', async (story) => {
    const cluster = sharedCluster();
    const namespace = await uniqueNamespace(cluster, story);
    for (const manifest of manifestsOf(story)) {
      if (manifest.kind === 'Namespace') continue;
      const moved = { ...manifest, metadata: { ...manifest.metadata, namespace } };
      const output = await cluster.kubectl(['create', '--validate=strict', '-f', '-'], { stdin: JSON.stringify(moved) });
      expect(output.stdout).toContain('created');
    }
  });

  it('[S033] prints licence type and licensed users of a Customer', async () => {
    const cluster = sharedCluster();
    const namespace = await uniqueNamespace(cluster, 'crds-columns');
    await apply(cluster, [object('Customer', namespace, CUSTOMER_SPEC)]);
    await patchStatus('Customer', namespace, {
      deployStatus: 'Deployed',
      indicator: 'OK',
      conditions: [condition('Ready', 'True'), condition('Synchronized', 'Unknown')],
    });
    const [head = '', row = ''] = (await cluster.kubectl(['get', 'cust', '--namespace', namespace])).stdout.trim().split('\n');
    expect(head.split(/\s+/)).toEqual(['NAME', 'READY', 'STATUS', 'INDICATOR', 'LICENSE', 'USERS', 'SYNCED', 'AGE']);
    expect(row.split(/\s+/).slice(0, 7)).toEqual(['subject', 'True', 'Deployed', 'OK', 'HostedPro', '20', 'Unknown']);
  });

  it('filters by the fields that users filter by', async () => {
    const cluster = sharedCluster();
    const namespace = await uniqueNamespace(cluster, 'crds-select');
    await apply(cluster, [
      object('SiteLocation', namespace, SITE_SPEC),
      object('SiteLocation', namespace, { ...SITE_SPEC, customerRef: { name: 'other' } }, 'other'),
    ]);
    const query = ['get', 'site', '--namespace', namespace, '--field-selector', 'spec.customerRef.name=nordwind', '--output=name'];
    expect((await cluster.kubectl(query)).stdout.trim()).toBe(`sitelocation.${GROUP}/subject`);
  });

  it('explains a field by the words of its description', async () => {
    const { stdout } = await sharedCluster().kubectl(['explain', 'sitelocation.spec.trunks.carrierTrunk']);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain("the trunk's FQDN is label.carrierTrunk. Fixed from creation.");
  });

  it('fills in only defaults that mean the same as absence', async () => {
    const cluster = sharedCluster();
    const namespace = await uniqueNamespace(cluster, 'crds-defaults');
    for (const [kind, spec] of Object.entries(SPECS)) await apply(cluster, [object(kind, namespace, spec)]);
    const added: Record<string, string[]> = {};
    for (const { kind, plural } of Object.values(KINDS)) {
      const { stdout } = await cluster.kubectl(['get', plural, 'subject', '--namespace', namespace, '--output=json']);
      added[kind] = Object.keys(JSON.parse(stdout).spec).filter((field) => !(field in SPECS[kind]));
    }
    expect(added).toEqual({
      Customer: [],
      SiteLocation: ['service'],
      SBCDevice: ['https', 'vendor'],
      NumberRange: [],
      Invitation: ['type'],
    });
  });
});

describe('server-side apply', () => {
  it('lets two owners keep a trunk each and one condition each', async () => {
    const cluster = sharedCluster();
    const namespace = await uniqueNamespace(cluster, 'crds-merge');
    const backup = { name: 'backup', sbcRef: { name: 'sbc2' }, carrierTrunk: 'teams.carrier.example', label: 'zurich2', priority: 2 };
    await applyAs('git', object('SiteLocation', namespace, SITE_SPEC));
    await applyAs('drain', object('SiteLocation', namespace, { trunks: [backup] }));
    await applyAs('operator', statusOf('SiteLocation', namespace, { conditions: [condition('Ready', 'False')] }), 'status');
    await applyAs('portal', statusOf('SiteLocation', namespace, { conditions: [condition('Verified', 'True')] }), 'status');
    // Applying again without the second trunk takes nothing of the other owner's away.
    await applyAs('git', object('SiteLocation', namespace, SITE_SPEC));
    const { stdout } = await cluster.kubectl(['get', 'site', 'subject', '--namespace', namespace, '--output=json']);
    const { spec, status } = JSON.parse(stdout);
    expect(spec.trunks.map(({ name }: { name: string }) => name).sort()).toEqual(['backup', 'main']);
    expect(status.conditions.map(({ type }: { type: string }) => type).sort()).toEqual(['Ready', 'Verified']);
  });

  it('takes status only through the subresource, without a new generation', async () => {
    const cluster = sharedCluster();
    const namespace = await uniqueNamespace(cluster, 'crds-status');
    await apply(cluster, [{ ...object('Customer', namespace, CUSTOMER_SPEC), status: { deployStatus: 'Deployed' } }]);
    const fresh = await read('Customer', namespace);
    expect(fresh.status).toBeUndefined();
    await patchStatus('Customer', namespace, { deployStatus: 'Failed' });
    const after = await read('Customer', namespace);
    expect(after.status).toEqual({ deployStatus: 'Failed' });
    expect(after.metadata.generation).toBe(fresh.metadata.generation);
  });

  it('holds the status of 500 assignments and 1,000 patterns (design §2)', async () => {
    const cluster = sharedCluster();
    const namespace = await uniqueNamespace(cluster, 'crds-big');
    const numbers = Array.from({ length: 1000 }, (_, index) => `+4158906${String(index).padStart(4, '0')}`);
    const principals = numbers.slice(0, 500).map((number, index) => ({ kind: 'User', principal: `user${index}@nordwind.example`, number }));
    await apply(cluster, [object('NumberRange', namespace, { ...RANGE_SPEC, prefixes: numbers, assignments: principals })]);
    const status = { held: numbers, assigned: principals, counts: { numbers: 1000, assigned: 500, free: 500 } };
    await patchStatus('NumberRange', namespace, status);
    expect((await read('NumberRange', namespace)).status).toEqual(status);
  });
});

describe('ratcheting', () => {
  /** The same CRD under another group, so that it can be loosened and tightened beside the real one. */
  const group = 'ratchet.trunkline.dev';
  const strict = parse(readFileSync(join(ROOT, 'crds/trunkline.dev_customers.yaml'), 'utf8').replaceAll('trunkline.dev', group));
  const loose = structuredClone(strict);
  for (const field of Object.values<Record<string, unknown>>(loose.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties)) {
    delete field['x-kubernetes-validations'];
  }

  it('keeps an older object writable that a newer rule would refuse, until that field changes', async () => {
    const cluster = sharedCluster();
    const namespace = await uniqueNamespace(cluster, 'crds-ratchet');
    const customer = (spec: object) => ({
      apiVersion: `${group}/${VERSION}`,
      kind: 'Customer',
      metadata: { name: 'old', namespace },
      spec,
    });
    await apply(cluster, [{ ...loose, spec: { ...loose.spec, names: { ...loose.spec.names, shortNames: [], categories: [] } } }]);
    onTestFinished(async () => {
      await cluster.kubectl(['delete', 'crd', `customers.${group}`, '--wait=false']);
    });
    await cluster.awaitEstablished([`crd/customers.${group}`]);
    const old = { ...CUSTOMER_SPEC, shortName: 'a.b' };
    await apply(cluster, [customer(old)]);
    await apply(cluster, [{ ...strict, spec: { ...strict.spec, names: { ...strict.spec.names, shortNames: [], categories: [] } } }]);
    // The server takes the new schema into use a moment after it has accepted it.
    await expect
      .poll(() => refusalOf(apply(cluster, [{ ...customer(old), metadata: { name: 'new', namespace } }])))
      .toContain('ShortNameDotOrBlank');
    await apply(cluster, [customer({ ...old, fullName: 'Nordwind Holding AG' })]);
    expect(await refusalOf(apply(cluster, [customer({ ...old, shortName: 'a.c' })]))).toContain('shortName "a.c" contains a dot');
  });
});

async function refusalOf(outcome: Promise<unknown>): Promise<string> {
  try {
    await outcome;
    return 'accepted';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function manifestsOf(story: string): { kind: string; metadata: object }[] {
  const folder = join(ROOT, 'examples', story);
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files.flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => document.toJS()));
}

function object(kind: string, namespace: string, spec: object, name = 'subject'): object {
  return { apiVersion: API_VERSION, kind, metadata: { name, namespace }, spec };
}

function statusOf(kind: Kind, namespace: string, status: object): object {
  return { apiVersion: API_VERSION, kind, metadata: { name: 'subject', namespace }, status };
}

function condition(type: string, status: string): object {
  return { type, status, reason: 'Example', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
}

async function patchStatus(kind: Kind, namespace: string, status: object): Promise<void> {
  await applyAs('test', statusOf(kind, namespace, status), 'status');
}

async function applyAs(manager: string, manifest: object, subresource?: 'status'): Promise<void> {
  const target = subresource === undefined ? [] : [`--subresource=${subresource}`];
  await sharedCluster().kubectl(['apply', '--server-side', `--field-manager=${manager}`, ...target, '-f', '-'], {
    stdin: JSON.stringify(manifest),
  });
}

function read(kind: Kind, namespace: string): Promise<{ metadata: { generation: number }; status?: object }> {
  const api = adminKubeConfig(sharedCluster()).makeApiClient(CustomObjectsApi);
  return api.getNamespacedCustomObject({ group: GROUP, version: VERSION, namespace, plural: KINDS[kind].plural, name: 'subject' });
}
