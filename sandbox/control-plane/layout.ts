import { mkdir, writeFile } from 'node:fs/promises';
import type { ControlPlaneIdentities } from './certificates.ts';
import { kubeconfigText } from './kubeconfig.ts';

/** Where the files of one control plane are; everything lies under `directory` and goes with it. */
export interface Layout {
  readonly directory: string;
  readonly etcdData: string;
  readonly logs: string;
  readonly caFile: string;
  readonly serverCertificateFile: string;
  readonly serverKeyFile: string;
  readonly serviceAccountPrivateKeyFile: string;
  readonly serviceAccountPublicKeyFile: string;
  readonly controllerManagerKubeconfig: string;
  readonly adminKubeconfig: string;
  readonly auditPolicyFile: string;
  readonly auditLogFile: string;
}

export function layoutIn(directory: string, logs: string = `${directory}/logs`): Layout {
  return {
    directory,
    etcdData: `${directory}/etcd`,
    logs,
    caFile: `${directory}/ca.crt`,
    serverCertificateFile: `${directory}/apiserver.crt`,
    serverKeyFile: `${directory}/apiserver.key`,
    serviceAccountPrivateKeyFile: `${directory}/service-accounts.key`,
    serviceAccountPublicKeyFile: `${directory}/service-accounts.pub`,
    controllerManagerKubeconfig: `${directory}/controller-manager.kubeconfig`,
    adminKubeconfig: `${directory}/admin.kubeconfig`,
    auditPolicyFile: `${directory}/audit-policy.yaml`,
    auditLogFile: `${logs}/audit.log`,
  };
}

export interface Ports {
  readonly etcdClient: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
}

/** Who did what to which object, with the user agent; no bodies. Health probes are left out. */
export const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    nonResourceURLs: ['/healthz*', '/livez*', '/readyz*']
  - level: Metadata
`;

/** Writes certificates, keys, kubeconfigs and the audit policy; readable by the owner only. */
export async function writeFiles(layout: Layout, ports: Ports, identities: ControlPlaneIdentities): Promise<void> {
  const server = `https://127.0.0.1:${ports.apiServer}`;
  const kubeconfigFor = (user: ControlPlaneIdentities['admin']) => kubeconfigText({ server, caPem: identities.caPem, user });
  await mkdir(layout.logs, { recursive: true });
  const contents: readonly (readonly [string, string])[] = [
    [layout.caFile, identities.caPem],
    [layout.serverCertificateFile, identities.server.certificatePem],
    [layout.serverKeyFile, identities.server.keyPem],
    [layout.serviceAccountPrivateKeyFile, identities.serviceAccounts.privateKeyPem],
    [layout.serviceAccountPublicKeyFile, identities.serviceAccounts.publicKeyPem],
    [layout.adminKubeconfig, kubeconfigFor(identities.admin)],
    [layout.controllerManagerKubeconfig, kubeconfigFor(identities.controllerManager)],
    [layout.auditPolicyFile, AUDIT_POLICY],
  ];
  await Promise.all(contents.map(([file, text]) => writeFile(file, text, { mode: 0o600 })));
}
