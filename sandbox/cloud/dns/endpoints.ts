import { setTimeout as delay } from 'node:timers/promises';
import { ApiException, CustomObjectsApi, type KubeConfig, PatchStrategy, setHeaderOptions, Watch } from '@kubernetes/client-node';
import { z } from 'zod';
import type { Publisher } from './publisher.ts';
import { Endpoint } from './records.ts';

const KIND = { group: 'externaldns.k8s.io', version: 'v1alpha1', plural: 'dnsendpoints' } as const;
const PATH = `/apis/${KIND.group}/${KIND.version}/${KIND.plural}`;
const RETRY_MS = 1000;

const DnsEndpoint = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string(), generation: z.number().default(0) }),
  spec: z.object({ endpoints: z.array(Endpoint).default([]) }).default({ endpoints: [] }),
  status: z.object({ observedGeneration: z.number().optional() }).optional(),
});
type DnsEndpoint = z.output<typeof DnsEndpoint>;
const DnsEndpointList = z.object({ metadata: z.object({ resourceVersion: z.string() }), items: z.array(z.unknown()) });

export interface EndpointWatch {
  /** Resolves when the first list has reached the publisher. */
  readonly ready: Promise<void>;
  /** What went wrong last; undefined while all is well. */
  problem(): string | undefined;
  stop(): Promise<void>;
}

export interface EndpointWatchOptions {
  readonly retryMs?: number;
  /** Only objects of these count, as with external-dns's own flag; absent = all namespaces. */
  readonly namespaces?: readonly string[];
}

/**
 * Does for the sandbox what external-dns does in a cluster: lists and watches DNSEndpoint objects, hands their
 * endpoints to the publisher and acknowledges the generation in their status. Lists again whenever a watch ends, also when the kind is
 * not installed yet.
 */
export function watchEndpoints(
  kubeConfig: KubeConfig,
  publisher: Publisher,
  { retryMs = RETRY_MS, namespaces }: EndpointWatchOptions = {},
): EndpointWatch {
  const source = new EndpointSource(kubeConfig, publisher, namespaces);
  const stopped = new AbortController();
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const running = (async () => {
    while (!stopped.signal.aborted) {
      await source.listAndWatch(resolve, stopped.signal);
      await delay(retryMs, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined); // stopping ends the wait
    }
  })();
  return {
    ready,
    problem: () => source.problem,
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
}

class EndpointSource {
  problem: string | undefined;
  readonly #publisher: Publisher;
  readonly #objects: CustomObjectsApi;
  readonly #watch: Watch;
  readonly #namespaces: ReadonlySet<string> | undefined;

  constructor(kubeConfig: KubeConfig, publisher: Publisher, namespaces: readonly string[] | undefined) {
    this.#namespaces = namespaces && new Set(namespaces);
    this.#publisher = publisher;
    this.#objects = kubeConfig.makeApiClient(CustomObjectsApi);
    this.#watch = new Watch(kubeConfig);
  }

  /** One list and the watch that follows it; ends when the watch ends, whatever the reason. */
  async listAndWatch(listed: () => void, signal: AbortSignal): Promise<void> {
    try {
      const resourceVersion = await this.#list();
      this.problem = undefined;
      listed();
      await this.#follow(resourceVersion, signal);
    } catch (thrown) {
      this.problem = thrown instanceof ApiException ? `HTTP ${thrown.code}` : String(thrown);
    }
  }

  async #list(): Promise<string> {
    const list = DnsEndpointList.parse(await this.#objects.listCustomObjectForAllNamespaces({ ...KIND, resourcePlural: KIND.plural }));
    const seen = new Set<string>();
    for (const item of list.items) {
      const owner = this.#take(item);
      if (owner !== undefined) seen.add(owner);
    }
    for (const owner of this.#publisher.owners()) if (owner.includes('/') && !seen.has(owner)) this.#publisher.remove(owner);
    return list.metadata.resourceVersion;
  }

  async #follow(resourceVersion: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const parameters = { resourceVersion, allowWatchBookmarks: true };
    const watching = await this.#watch.watch(
      PATH,
      parameters,
      (phase, object) => this.#event(phase, object),
      () => resolve(),
    );
    const abort = (): void => watching.abort();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    await ended;
    signal.removeEventListener('abort', abort);
  }

  #event(phase: string, object: unknown): void {
    if (phase === 'ADDED' || phase === 'MODIFIED') this.#take(object);
    else if (phase === 'DELETED') this.#publisher.remove(ownerOf(DnsEndpoint.parse(object)));
  }

  /** Undefined: none of ours. */
  #take(object: unknown): string | undefined {
    const endpoint = DnsEndpoint.parse(object);
    if (this.#namespaces?.has(endpoint.metadata.namespace) === false) return undefined;
    this.#publisher.upsert(ownerOf(endpoint), endpoint.spec.endpoints);
    if (endpoint.status?.observedGeneration !== endpoint.metadata.generation) {
      this.#acknowledge(endpoint).catch((thrown: unknown) => {
        // Gone or changed meanwhile: the next event of the object acknowledges it.
        this.problem = `status of ${ownerOf(endpoint)}: ${String(thrown)}`;
      });
    }
    return ownerOf(endpoint);
  }

  async #acknowledge({ metadata: { name, namespace, generation } }: DnsEndpoint): Promise<void> {
    const body = { status: { observedGeneration: generation } };
    const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    await this.#objects.patchNamespacedCustomObjectStatus({ ...KIND, namespace, name, body }, options);
  }
}

function ownerOf({ metadata: { namespace, name } }: DnsEndpoint): string {
  return `${namespace}/${name}`;
}
