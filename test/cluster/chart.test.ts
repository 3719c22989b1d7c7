import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../operator/config/load.ts';
import { CHART, configOf, HOME, type Manifest, manifestsOf, named, RELEASE, set } from '../support/chart.ts';
import { sharedCluster } from '../support/control-plane.ts';

const CRDS = fileURLToPath(new URL('../../crds', import.meta.url));
const cluster = sharedCluster();

async function render(...values: readonly string[]): Promise<Manifest[]> {
  const { stdout } = await cluster.helm(['template', RELEASE, CHART, '--namespace', HOME, ...set(...values)]);
  return manifestsOf(stdout);
}

const CUSTOM_CLOUD = ['cloud.name=Custom', ...['login', 'graph', 'teamsAdmin'].map((name) => `cloud.${name}=https://${name}.example`)];

describe('what the chart renders', () => {
  it('passes helm lint', async () => {
    const { stdout } = await cluster.helm(['lint', CHART, '--strict', ...set()]);
    expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed');
  });

  it('is a configuration that the operator takes, with its own defaults where nothing is set', async () => {
    const config = parseConfig(configOf(await render()));
    const bare = parseConfig(`{ installation: nl1, namespace: ${HOME}, leaderElection: { name: ${RELEASE} } }`);
    expect(config).toEqual(bare);
  });

  it('hands on every setting, and passwords as files', async () => {
    const objects = await render(
      ...CUSTOM_CLOUD,
      'cloud.caSecretRef.name=ca,cloud.caSecretRef.key=tls.crt',
      'watchNamespaces={acme,globex}',
      'actuation=Paused',
      'defaults.changePolicy=Report',
      'provider.name=Carrier',
      'portalUrl=https://portal.example/authenticate',
      'tenantPollSeconds=60',
      'successorWaitSeconds=0',
      'invitationHours=120',
      'resyncSeconds=90',
      'concurrency=3',
      'lanes.inFlight=5',
      'leaderElection.name=other',
      'mail.host=smtp.example,mail.port=465,mail.security=Tls,mail.from=teams@carrier.example,mail.username=teams',
      'mail.passwordSecretRef.name=smtp,mail.passwordSecretRef.key=password',
      'mail.caSecretRef.name=smtp-ca,mail.caSecretRef.key=ca.crt',
      'mail.templatesConfigMap=mails',
      'server.port=9090',
      'metrics.perCustomer=false,metrics.maxSeries=200',
      'logLevel=debug',
    );
    expect(parseConfig(configOf(objects))).toEqual({
      installation: 'nl1',
      namespace: HOME,
      watchNamespaces: ['acme', 'globex'],
      actuation: 'Paused',
      defaults: { changePolicy: 'Report' },
      provider: { name: 'Carrier' },
      portalUrl: 'https://portal.example/authenticate',
      cloud: {
        name: 'Custom',
        login: 'https://login.example',
        graph: 'https://graph.example',
        teamsAdmin: 'https://teamsAdmin.example',
        caFile: '/etc/trunkline/secrets/cloud-ca.crt',
      },
      tenantPollSeconds: 60,
      successorWaitSeconds: 0,
      invitationHours: 120,
      resyncSeconds: 90,
      concurrency: 3,
      lanes: { inFlight: 5 },
      leaderElection: { enabled: true, name: 'other' },
      mail: {
        host: 'smtp.example',
        port: 465,
        security: 'Tls',
        from: 'teams@carrier.example',
        username: 'teams',
        passwordFile: '/etc/trunkline/secrets/mail-password',
        caFile: '/etc/trunkline/secrets/mail-ca.crt',
        templatesFolder: '/etc/trunkline/mail-templates',
      },
      server: { host: '0.0.0.0', port: 9090 },
      metrics: { perCustomer: false, maxSeries: 200 },
      logLevel: 'debug',
    });
    const pod = JSON.stringify(named(objects, 'Deployment'));
    for (const source of ['"name":"ca","items":[{"key":"tls.crt"', '"name":"smtp","items":[{"key":"password"', '"name":"mails"'])
      expect(pod).toContain(source);
  });

  it('has the CRDs of the repository to the letter, and none when asked for none', async () => {
    const rendered = (await render('crds.keep=false')).filter(({ kind }) => kind === 'CustomResourceDefinition');
    const files = (await readdir(CRDS)).filter((name) => name.endsWith('.yaml'));
    const own = (await Promise.all(files.map((name) => readFile(join(CRDS, name), 'utf8')))).flatMap(manifestsOf);
    expect(rendered).toEqual(own);
    const kept = (await render()).filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(kept.map(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'])).toEqual(own.map(() => 'keep'));
    expect((await render('crds.enabled=false')).filter(({ kind }) => kind === 'CustomResourceDefinition')).toEqual([]);
  });

  it('makes a disruption budget only where more than one replica runs', async () => {
    expect(named(await render(), 'PodDisruptionBudget')).toMatchObject({ spec: { maxUnavailable: 1 } });
    expect((await render('replicaCount=1')).map(({ kind }) => kind)).not.toContain('PodDisruptionBudget');
  });

  it('takes every knob at once', async () => {
    const values = `
commonLabels: { team: voice }
imagePullSecrets: [{ name: pull }]
image: { digest: 'sha256:${'0'.repeat(64)}' }
serviceMonitor: { enabled: true, labels: { release: prometheus } }
networkPolicy: { enabled: true, ingressFrom: [{ podSelector: {} }], egress: [{}] }
nodeSelector: { zone: a }
tolerations: [{ operator: Exists }]
affinity: { nodeAffinity: {} }
priorityClassName: system-cluster-critical
dnsPolicy: Default
dnsConfig: { searches: [example] }
hostAliases: [{ ip: 192.0.2.1, hostnames: [sbc.example] }]
podAnnotations: { a: b }
podLabels: { c: d }
extraArgs: [--actuation=Paused]
extraEnv: [{ name: E, value: '1' }]
extraVolumes: [{ name: more, emptyDir: {} }]
extraVolumeMounts: [{ name: more, mountPath: /more }]
extraInitContainers: [{ name: first, image: first }]
extraContainers: [{ name: beside, image: beside }]
extraObjects: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: '{{ .Release.Name }}-extra' } }]
`;
    const { stdout } = await cluster.helm(['template', RELEASE, CHART, '-n', HOME, '--set', 'installation=nl1', '-f', '-'], {
      stdin: values,
    });
    const objects = manifestsOf(stdout);
    named(objects, 'ConfigMap', `${RELEASE}-extra`);
    const pod = JSON.stringify(named(objects, 'Deployment'));
    for (const part of [
      '"team":"voice"',
      'trunkline@sha256:',
      '--actuation=Paused',
      'hostAliases',
      'system-cluster-critical',
      '"first"',
      '"beside"',
    ])
      expect(pod).toContain(part);
  });
});

describe('values that cannot work are refused before anything is installed', () => {
  it.each([
    ['installation=', 'installation'],
    ['installation=NL_1', 'installation'],
    ['replicas=3', 'replicas'],
    ['cloud.name=Azure', '/cloud/name'],
    ['cloud.name=Custom', '/cloud/login'],
    ['cloud.login=https://login.example', '/cloud/login'],
    ['cloud.caSecretRef.name=ca,cloud.caSecretRef.key=ca.crt', '/cloud/caSecretRef'],
    ['mail.host=smtp.example', '/mail/from'],
    ['mail.host=smtp.example,mail.from=a@b.example,mail.password=x', 'password'],
    ['mail.passwordSecretRef.name=smtp', 'key'],
    ['mail.security=None', '/mail/security'],
    ['portalUrl=https://portal.example/login', 'portalUrl'],
    ['tenantPollSeconds=5', 'tenantPollSeconds'],
    ['watchNamespaces={Not_A_Name}', 'watchNamespaces'],
    ['actuation=Stopped', 'actuation'],
    ['defaults.changePolicy=Approve', 'changePolicy'],
    ['leaderElection.enabled=false', 'leaderElection'],
    ['image.digest=latest', 'digest'],
    ['terminationGracePeriodSeconds=10', 'terminationGracePeriodSeconds'],
    ['crds.keep=maybe', 'crds/keep'],
    ['resources=none', 'resources'],
  ])('%s', async (value, named) => {
    await expect(render(value)).rejects.toThrow(named);
  });
});
