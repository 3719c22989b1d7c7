import type { ControlPlaneIdentities } from './certificates.ts';
import type { Layout, Ports } from './layout.ts';
import { askApiServer, etcdIsHealthy } from './probe.ts';
import type { BinaryName } from './recipes.ts';
import { type ApiServerChoices, apiServerArguments, controllerManagerArguments, etcdArguments } from './server-arguments.ts';
import { startServer } from './server-start.ts';
import type { RunningProcess, Supervision } from './supervision.ts';

export interface ServersPlan extends ApiServerChoices {
  readonly supervision: Supervision;
  readonly binaries: Readonly<Record<BinaryName, string>>;
  readonly layout: Layout;
  readonly ports: Ports;
  readonly identities: ControlPlaneIdentities;
}

/** The three server processes of one control plane and the order in which they come and go. */
export class Servers {
  readonly #plan: ServersPlan;
  readonly #running = new Map<BinaryName, RunningProcess>();

  constructor(plan: ServersPlan) {
    this.#plan = plan;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#plan.ports.apiServer}`;
  }

  get etcdUrl(): string {
    return `http://127.0.0.1:${this.#plan.ports.etcdClient}`;
  }

  /** Process ids of the servers that run now. */
  pids(): ReadonlyMap<BinaryName, number> {
    const alive = [...this.#running].filter(([, server]) => server.exit() === undefined);
    return new Map(alive.map(([name, server]) => [name, server.pid]));
  }

  async startEtcd(): Promise<void> {
    const { layout, ports } = this.#plan;
    await this.#start('etcd', etcdArguments(layout, ports), () => etcdIsHealthy(ports));
  }

  async startApiServer(): Promise<void> {
    const { layout, ports } = this.#plan;
    const isReady = async () => (await this.#ask('/readyz'))?.status === 200;
    await this.#start('kube-apiserver', apiServerArguments(layout, ports, this.#plan), isReady);
  }

  /** Ready once it has made the default service account: without that no Pod is admitted. It gives up on an API server that is not ready. */
  async startControllerManager(): Promise<void> {
    const isReady = async () => (await this.#ask('/api/v1/namespaces/default/serviceaccounts/default'))?.status === 200;
    await this.#start('kube-controller-manager', controllerManagerArguments(this.#plan.layout), isReady);
  }

  async stopApiServer(signal: NodeJS.Signals): Promise<void> {
    const server = this.#running.get('kube-apiserver');
    if (server !== undefined) await this.#plan.supervision.stop(server, { signal });
  }

  /** The version as the server tells it, such as `v1.36.3`. */
  async version(): Promise<string> {
    const answer = await this.#ask('/version');
    const version: unknown = answer === undefined ? undefined : JSON.parse(answer.body);
    if (typeof version === 'object' && version !== null && 'gitVersion' in version) return String(version.gitVersion);
    throw new Error(`${this.url}/version gave no version (HTTP status ${answer?.status ?? 'none'})`);
  }

  /** Stops all of them, etcd last, and removes their files. */
  async close(): Promise<void> {
    await this.#plan.supervision.close();
  }

  #ask(path: string) {
    return askApiServer(this.#plan.ports, this.#plan.identities, path);
  }

  async #start(name: BinaryName, args: readonly string[], isReady: () => Promise<boolean>): Promise<void> {
    const { supervision, binaries, layout } = this.#plan;
    const start = { name, command: binaries[name], args, logFile: `${layout.logs}/${name}.log`, isReady };
    this.#running.set(name, await startServer(supervision, start));
  }
}
