/**
 * What an operator has done so far, by its metrics: the same text twice means that nothing has ended in between. Undefined while it does not
 * answer, is not ready or has something waiting or under way.
 */
export async function activityAt(port: number): Promise<string | undefined> {
  const base = `http://127.0.0.1:${port}`;
  const text = await fetch(`${base}/metrics`)
    .then((answer) => answer.text())
    .catch(() => undefined); // not listening yet
  const ready = await fetch(`${base}/readyz`)
    .then((answer) => answer.ok)
    .catch(() => false);
  if (text === undefined || !ready) return undefined;
  const passes = sum(text, 'controller_runtime_reconcile_total');
  const busy = ['workqueue_depth', 'controller_runtime_active_workers', 'trunkline_external_inflight'].map((name) => sum(text, name));
  const isBusy = busy.some((count) => count > 0);
  return isBusy || passes === 0 ? undefined : `${passes} ${sum(text, 'trunkline_lane_calls_total')}`;
}

function sum(metrics: string, name: string): number {
  return metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
}
