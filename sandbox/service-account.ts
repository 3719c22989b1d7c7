import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from './control-plane/cluster.ts';
import { kubeconfigText } from './control-plane/kubeconfig.ts';

export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

export interface ServiceAccountLogin {
  /** Kubeconfig whose token is renewed for as long as the login lives. */
  readonly kubeconfigPath: string;
  stop(): void;
}

export interface LoginOptions {
  /** Another address of the same API server, such as a proxy that counts. */
  readonly via?: { readonly server: string; readonly caPem: string };
  /** Told when a token could not be renewed; the next attempt follows after a minute. */
  readonly report: (line: string) => void;
}

/** As a kubelet does it: tokens of an hour, renewed at two thirds of their life (operator-practice E4). */
const TOKEN_LIFE_S = 3600;
const RENEW_MS = (TOKEN_LIFE_S * 1000 * 2) / 3;
const RETRY_MS = 60_000;

/** Lets a process act as the service account, with what RBAC grants it and nothing else. Files are written to `folder`. */
export async function logIn(
  cluster: Cluster,
  account: ServiceAccount,
  folder: string,
  options: LoginOptions,
): Promise<ServiceAccountLogin> {
  const tokenFile = join(folder, 'token');
  const kubeconfigPath = join(folder, 'operator.kubeconfig');
  const { server, caPem } = options.via ?? cluster;
  await writeToken(cluster, account, tokenFile);
  const text = kubeconfigText({ server, caPem, user: { tokenFile }, namespace: account.namespace });
  await writeFile(kubeconfigPath, text, { mode: 0o600 });
  let timer: NodeJS.Timeout;
  const renewIn = (delayMs: number): void => {
    timer = setTimeout(() => {
      writeToken(cluster, account, tokenFile).then(
        () => renewIn(RENEW_MS),
        (error: unknown) => {
          options.report(`the operator's token could not be renewed: ${error instanceof Error ? error.message : String(error)}`);
          renewIn(RETRY_MS);
        },
      );
    }, delayMs);
    timer.unref();
  };
  renewIn(RENEW_MS);
  return { kubeconfigPath, stop: () => clearTimeout(timer) };
}

/** In one step: whoever reads the file finds the old token or the new one, never half of one. */
async function writeToken(cluster: Cluster, { namespace, name }: ServiceAccount, tokenFile: string): Promise<void> {
  const { stdout } = await cluster.kubectl(['create', 'token', name, `--namespace=${namespace}`, `--duration=${TOKEN_LIFE_S}s`]);
  const fresh = `${tokenFile}.new`;
  await writeFile(fresh, stdout.trim(), { mode: 0o600 });
  await rename(fresh, tokenFile);
}
