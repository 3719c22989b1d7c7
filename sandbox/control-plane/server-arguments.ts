import type { Layout, Ports } from './layout.ts';

export function etcdArguments(layout: Layout, ports: Ports): string[] {
  const client = `http://127.0.0.1:${ports.etcdClient}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    '--name=sandbox',
    `--data-dir=${layout.etcdData}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=sandbox=${peer}`,
    // Thrown away at stop: nothing is lost that a power cut could take.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

export interface ApiServerChoices {
  readonly auditLog: boolean;
  /** Appended, so that they win over ours. */
  readonly extra: readonly string[];
}

export function apiServerArguments(layout: Layout, ports: Ports, choices: ApiServerChoices): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcdClient}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${ports.apiServer}`,
    `--tls-cert-file=${layout.serverCertificateFile}`,
    `--tls-private-key-file=${layout.serverKeyFile}`,
    `--client-ca-file=${layout.caFile}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${layout.serviceAccountPublicKeyFile}`,
    `--service-account-signing-key-file=${layout.serviceAccountPrivateKeyFile}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    // A loopback address is not allowed in Endpoints; without this the server complains every ten seconds.
    '--endpoint-reconciler-type=none',
    '--allow-privileged=true',
    // Ends open watches at SIGTERM; without it the server waits for them until it is killed.
    '--shutdown-watch-termination-grace-period=1s',
    ...(choices.auditLog ? auditArguments(layout) : []),
    ...choices.extra,
  ];
}

function auditArguments(layout: Layout): string[] {
  return [
    `--audit-policy-file=${layout.auditPolicyFile}`,
    `--audit-log-path=${layout.auditLogFile}`,
    // An answer is not sent before its entry is written: who counts requests sees all of them.
    '--audit-log-mode=blocking',
    // In megabytes: never rotated in the middle of a count.
    '--audit-log-maxsize=10000',
  ];
}

/**
 * What a chart or an operator can see the effect of. Left out are those that need nodes, volumes or a cloud: each costs watches and
 * memory in every control plane, and there is no kubelet.
 */
const CONTROLLERS = [
  'namespace-controller',
  'garbage-collector-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'root-ca-certificate-publisher-controller',
  'clusterrole-aggregation-controller',
  'deployment-controller',
  'replicaset-controller',
  'statefulset-controller',
  'daemonset-controller',
  'job-controller',
  'cronjob-controller',
  'endpointslice-controller',
  'disruption-controller',
  'resourcequota-controller',
  'ttl-after-finished-controller',
  'validatingadmissionpolicy-status-controller',
];

export function controllerManagerArguments(layout: Layout): string[] {
  return [
    `--kubeconfig=${layout.controllerManagerKubeconfig}`,
    `--root-ca-file=${layout.caFile}`,
    `--service-account-private-key-file=${layout.serviceAccountPrivateKeyFile}`,
    // One controller, one account, as in a real cluster: RBAC holds for them and the audit log tells them apart.
    '--use-service-account-credentials=true',
    `--controllers=${CONTROLLERS.join(',')}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    '--secure-port=0',
  ];
}
