import { stringify } from 'yaml';

export interface OperatorConfigOptions {
  /** Part of every ownership marker outside. */
  readonly installation: string;
  /** The operator's own namespace. */
  readonly namespace: string;
  readonly endpoints: Readonly<Record<'entra' | 'graph' | 'teamsAdmin' | 'smtp', string>>;
  /** PEM file of the authority that signs the cloud's servers. */
  readonly caFile: string;
  readonly mail: { readonly username: string; readonly passwordFile: string };
  /** Port of metrics and probes on loopback. */
  readonly port: number;
  readonly watchNamespaces?: readonly string[];
  readonly pollSeconds?: number;
  /** How long a removal waits for a successor; the operator's own default where absent. */
  readonly successorWaitSeconds?: number;
  readonly leaderElection?: boolean;
}

/** The least that the operator accepts: somebody who tries things out should not wait ten minutes for drift to be seen. */
const POLL_SECONDS = 30;

/** The configuration file of an operator whose outside world is the sandbox's cloud. */
export function operatorConfig(options: OperatorConfigOptions): string {
  const { endpoints, caFile, pollSeconds = POLL_SECONDS, successorWaitSeconds } = options;
  const [host, port] = endpoints.smtp.split(':');
  return stringify({
    installation: options.installation,
    namespace: options.namespace,
    watchNamespaces: [...(options.watchNamespaces ?? [])],
    provider: { name: 'Carrier Example' },
    portalUrl: 'https://sandbox.trunkline.example/authenticate',
    cloud: { name: 'Custom', login: endpoints.entra, graph: endpoints.graph, teamsAdmin: endpoints.teamsAdmin, caFile },
    mail: { host, port: Number(port), from: 'Carrier Example <trunkline@carrier.example>', ...options.mail, caFile },
    server: { host: '127.0.0.1', port: options.port },
    tenantPollSeconds: pollSeconds,
    resyncSeconds: pollSeconds,
    ...(successorWaitSeconds === undefined ? {} : { successorWaitSeconds }),
    leaderElection: { enabled: options.leaderElection ?? true },
  });
}
