import { onTestFinished } from 'vitest';
import type { Clock } from '../../operator/runtime/clock.ts';
import type { ControllerDeclaration } from '../../operator/runtime/controller.ts';
import { controller } from '../../operator/runtime/kind-controller.ts';
import { KubeClient } from '../../operator/runtime/kube-client.ts';
import { type ClusterAccess, loadClusterAccess } from '../../operator/runtime/kube-config.ts';
import { silentLog } from '../../operator/runtime/log.ts';
import { noMeters } from '../../operator/runtime/meters.ts';
import type { Report } from '../../operator/runtime/reconciler.ts';
import { type Runtime, type RuntimeOptions, startRuntime } from '../../operator/runtime/runtime.ts';
import { SystemClock } from '../../operator/runtime/system-clock.ts';
import { HttpsTransport } from '../../operator/runtime/transport.ts';
import type { Cluster } from '../../sandbox/control-plane/cluster.ts';
import { type Widget, type WidgetStatus, widgets } from './widget.ts';

const realClock = new SystemClock();

export interface Connection {
  readonly access: ClusterAccess;
  readonly transport: HttpsTransport;
  readonly kube: KubeClient;
}

/** A connection of the runtime's own to a cluster, closed with the test. */
export async function connect(kubeconfigPath: string, clock: Clock = realClock): Promise<Connection> {
  const access = await loadClusterAccess({ flag: kubeconfigPath, env: {} }, clock);
  const transport = new HttpsTransport({ access, clock, userAgent: 'trunkline/test (runtime)' });
  onTestFinished(() => transport.close());
  return { access, transport, kube: new KubeClient(transport) };
}

/** Starts a runtime on real time; stopped with the test. */
function runRuntime(connection: Connection, options: Partial<RuntimeOptions> & Pick<RuntimeOptions, 'kinds' | 'controllers'>): Runtime {
  const runtime = startRuntime({
    transport: connection.transport,
    kube: connection.kube,
    clock: realClock,
    random: Math.random,
    log: silentLog,
    meters: noMeters,
    events: { reportingController: 'trunkline.dev/test', reportingInstance: 'test' },
    ...options,
  });
  onTestFinished(async () => {
    await runtime.stop();
  });
  return runtime;
}

/** What a widget's status says once it has been seen. */
export function seen(widget: Widget): Report<WidgetStatus> {
  return {
    status: { seenSize: widget.spec.size },
    conditions: [{ type: 'Ready', status: 'True', reason: 'Seen', message: `size ${widget.spec.size} was seen` }],
  };
}

/** One controller over widgets of one namespace, reporting what `reconcile` says. */
export async function widgetRuntime(
  cluster: Pick<Cluster, 'kubeconfigPath'>,
  namespace: string,
  declaration: Partial<ControllerDeclaration<Widget, WidgetStatus>> = {},
  options: Partial<RuntimeOptions> = {},
): Promise<Connection & { readonly kind: ReturnType<typeof widgets>; readonly runtime: Runtime }> {
  const connection = await connect(cluster.kubeconfigPath, options.clock);
  const kind = declaration.kind ?? widgets();
  const reconciler = { reconcile: seen, finalize: (widget: Widget) => ({ ...seen(widget), done: true }) };
  const controllers = [controller<Widget, WidgetStatus>({ reconciler, ...declaration, kind })];
  const runtime = runRuntime(connection, { kinds: [kind], controllers, namespaces: [namespace], ...options });
  return { ...connection, kind, runtime };
}

const PATIENCE_MS = 120_000;

/** Polls until `look` gives something; fails with the last thing seen. */
export async function eventually<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seenNow = await look();
    if (seenNow !== undefined && seenNow !== false) return seenNow;
    if (performance.now() > deadline) throw new Error(`did not come true within ${timeoutMs} ms; the last look gave ${String(seenNow)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
