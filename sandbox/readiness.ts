import { setTimeout as sleep } from 'node:timers/promises';
import { CustomObjectsApi, type KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { GROUP, VERSION } from '../operator/api/group.ts';
import { KINDS } from '../operator/api/kinds.ts';

const Condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string(),
  message: z.string(),
  observedGeneration: z.number().optional(),
});
const Item = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string(), generation: z.number().default(0) }),
  status: z.object({ observedGeneration: z.number().optional(), conditions: z.array(Condition).default([]) }).optional(),
});
const List = z.object({ items: z.array(Item) });
type Item = z.output<typeof Item>;

export interface ReadinessOptions {
  readonly namespaces: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told once for each object that has become ready. */
  readonly ready: (object: string) => void;
}

/** Objects that are not ready in time; the message lists for each what its conditions say. */
export class NotReadyError extends Error {
  constructor(timeoutMs: number, waiting: readonly string[]) {
    super(`not ready within ${timeoutMs / 1000} s:\n${waiting.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'NotReadyError';
  }
}

const POLL_MS = 250;

/** Waits until every object of our kinds in the namespaces is Ready=True for its present spec. Throws NotReadyError. */
export async function waitUntilReady(kubeConfig: KubeConfig, options: ReadinessOptions): Promise<void> {
  const { namespaces, timeoutMs, signal, ready } = options;
  const api = kubeConfig.makeApiClient(CustomObjectsApi);
  const deadline = performance.now() + timeoutMs;
  const told = new Set<string>();
  for (;;) {
    const items = (await Promise.all(namespaces.map((namespace) => listAll(api, namespace)))).flat();
    const waiting = items.filter((item) => !isReady(item));
    for (const name of items.filter(isReady).map(nameOf)) {
      if (told.has(name)) continue;
      told.add(name);
      ready(name);
    }
    if (items.length > 0 && waiting.length === 0) return;
    if (performance.now() > deadline) throw new NotReadyError(timeoutMs, waiting.map(explain));
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function listAll(api: CustomObjectsApi, namespace: string): Promise<Item[]> {
  const lists = await Promise.all(
    Object.values(KINDS).map(async ({ plural }) =>
      List.parse(await api.listNamespacedCustomObject({ group: GROUP, version: VERSION, namespace, plural })),
    ),
  );
  return lists.flatMap(({ items }) => items);
}

function isReady({ metadata, status }: Item): boolean {
  const ready = status?.conditions.find(({ type }) => type === 'Ready');
  if (status?.conditions.some(({ type }) => type === 'Reconciling')) return false;
  return ready?.status === 'True' && ready.observedGeneration === metadata.generation; // a kept Ready of an older spec does not count
}

function nameOf({ kind, metadata }: Item): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}

/** One line an object: what is not as it should be, in the operator's own words. */
function explain(item: Item): string {
  const open = item.status?.conditions.filter(({ type, status }) =>
    type === 'Ready' ? status !== 'True' : type !== 'Reconciling' && status === 'False',
  );
  if (open === undefined || open.length === 0) return `${nameOf(item)}: the operator has not looked at it yet`;
  return `${nameOf(item)}: ${open.map(({ type, status, reason, message }) => `${type}=${status}/${reason}: ${message}`).join('; ')}`;
}
