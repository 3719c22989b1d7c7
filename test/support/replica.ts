import { controller } from '../../operator/runtime/kind-controller.ts';
import { KubeClient } from '../../operator/runtime/kube-client.ts';
import { loadClusterAccess } from '../../operator/runtime/kube-config.ts';
import { silentLog } from '../../operator/runtime/log.ts';
import { noMeters } from '../../operator/runtime/meters.ts';
import type { Report } from '../../operator/runtime/reconciler.ts';
import { type Runtime, startRuntime } from '../../operator/runtime/runtime.ts';
import { SystemClock } from '../../operator/runtime/system-clock.ts';
import { HttpsTransport } from '../../operator/runtime/transport.ts';
import { type Widget, type WidgetStatus, widgets } from './widget.ts';

/**
 * One replica of an operator as a process of its own: makes an outside system (HTTP, on loopback) equal to the widgets of a namespace. Each
 * write asks the fence right before it is sent. `node replica.ts KUBECONFIG NAMESPACE IDENTITY OUTSIDE`.
 */
const [kubeconfig = '', namespace = '', identity = '', outside = ''] = process.argv.slice(2);
const clock = new SystemClock();
const access = await loadClusterAccess({ flag: kubeconfig, env: {} }, clock);
const transport = new HttpsTransport({ access, clock, userAgent: `trunkline/test (${identity})` });
const kind = widgets();

async function reconcile(widget: Widget): Promise<Report<WidgetStatus>> {
  const url = `${outside}/${widget.metadata.name}`;
  const found = (await (await fetch(url)).json()) as { size?: number };
  if (found.size !== widget.spec.size && runtime.fence.isLeader()) {
    await fetch(url, { method: 'PUT', body: JSON.stringify({ size: widget.spec.size, by: identity }) });
  }
  return {
    status: { seenSize: widget.spec.size, note: identity },
    conditions: [{ type: 'Ready', status: 'True', reason: 'Seen', message: `size ${widget.spec.size} is outside` }],
  };
}

const reconciler = { reconcile, finalize: async (widget: Widget) => ({ ...(await reconcile(widget)), done: true }) };
const runtime: Runtime = startRuntime({
  transport,
  kube: new KubeClient(transport),
  clock,
  random: Math.random,
  log: silentLog,
  meters: noMeters,
  kinds: [kind],
  controllers: [controller<Widget, WidgetStatus>({ kind, reconciler })],
  namespaces: [namespace],
  election: { namespace, name: 'replicas', identity },
  events: { reportingController: 'trunkline.dev/test', reportingInstance: identity },
});

process.on('SIGTERM', () => void runtime.stop());
void runtime.leading.then(() => process.send?.({ leads: identity }));
const { code } = await runtime.finished;
process.exit(code);
