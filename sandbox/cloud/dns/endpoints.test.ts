import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCloudBase } from '../stand-in.ts';
import { type EndpointWatch, watchEndpoints } from './endpoints.ts';
import { createDns, type Dns } from './stand-in.ts';

/** As much of an API server as a list, a watch and a status patch need; the cluster suite uses the real one. */
class TinyApiServer {
  installed = true;
  readonly objects = new Map<string, { metadata: Record<string, unknown>; spec: unknown }>();
  readonly patched: string[] = [];
  readonly #watches = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!this.installed) return void response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"kind":"Status","code":404}');
    response.setHeader('Content-Type', 'application/json');
    if (request.method === 'PATCH') {
      this.patched.push(url.pathname);
      return void response.end('{}');
    }
    if (url.searchParams.get('watch') !== 'true') {
      return void response.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items: [...this.objects.values()] }));
    }
    this.#watches.add(response);
    response.flushHeaders();
  });

  async start(): Promise<KubeConfig> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const config = new KubeConfig();
    const server = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    config.loadFromClusterAndUser({ name: 'c', server, skipTLSVerify: true }, { name: 'u' }); // plain HTTP, so there is nothing to verify
    return config;
  }

  put(name: string, targets: string[], generation = 1): void {
    const type = this.objects.has(name) ? 'MODIFIED' : 'ADDED';
    const endpoints = [{ dnsName: `${name}.teams.carrier.example`, recordType: 'A', targets }];
    const object = { metadata: { name, namespace: 'quickstart', generation }, spec: { endpoints } };
    this.objects.set(name, object);
    this.#send(type, object);
  }

  delete(name: string): void {
    this.#send('DELETED', this.objects.get(name));
    this.objects.delete(name);
  }

  get watches(): number {
    return this.#watches.size;
  }

  endWatches(): void {
    for (const watch of this.#watches) watch.end();
    this.#watches.clear();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #send(type: string, object: unknown): void {
    for (const watch of this.#watches) watch.write(`${JSON.stringify({ type, object })}\n`);
  }
}

let api: TinyApiServer;
let dns: Dns;
let watch: EndpointWatch | undefined;
const start = async (namespaces?: readonly string[]): Promise<EndpointWatch> => {
  watch = watchEndpoints(await api.start(), dns.publisher, { retryMs: 5, ...(namespaces === undefined ? {} : { namespaces }) });
  return watch;
};
const addressOf = (name: string): unknown => {
  const found = dns.zones.lookup(`${name}.teams.carrier.example`, 'A');
  return found.outcome === 'found' ? found.records[0]?.values : found.outcome;
};

beforeEach(async () => {
  api = new TinyApiServer();
  dns = createDns(await createCloudBase());
});
afterEach(async () => {
  await watch?.stop();
  await api.stop();
});

it('publishes what is listed and what comes after, and acknowledges the generation', async () => {
  api.put('zurich', ['203.0.113.1']);
  await (await start()).ready;
  expect(addressOf('zurich')).toEqual(['203.0.113.1']);
  await expect.poll(() => api.watches).toBe(1);
  api.put('geneva', ['203.0.113.2']);
  await expect.poll(() => addressOf('geneva')).toEqual(['203.0.113.2']);
  api.put('zurich', ['203.0.113.3'], 2);
  await expect.poll(() => addressOf('zurich')).toEqual(['203.0.113.3']);
  api.delete('zurich');
  await expect.poll(() => addressOf('zurich')).toBe('nxDomain');
  await expect.poll(() => api.patched).toContain('/apis/externaldns.k8s.io/v1alpha1/namespaces/quickstart/dnsendpoints/geneva/status');
});

it.each([
  ['elsewhere', 'nxDomain', 0],
  ['quickstart', ['203.0.113.1'], 1],
])('given the namespace %s it takes the objects of that one only', async (namespace, address, acknowledged) => {
  api.put('zurich', ['203.0.113.1']);
  await (await start([namespace])).ready;
  expect(addressOf('zurich')).toEqual(address);
  await expect.poll(() => api.patched.length).toBe(acknowledged);
});

it('lists again when a watch ends, and withdraws what went meanwhile', async () => {
  api.put('zurich', ['203.0.113.1']);
  await (await start()).ready;
  await expect.poll(() => api.watches).toBe(1);
  const ending = api.watches;
  api.objects.delete('zurich');
  api.endWatches();
  expect(ending).toBe(1);
  await expect.poll(() => addressOf('zurich')).toBe('nxDomain');
});

it('waits for the kind to be installed, and says what it waits for', async () => {
  api.installed = false;
  api.put('zurich', ['203.0.113.1']);
  const waiting = await start();
  await expect.poll(() => waiting.problem()).toBe('HTTP 404');
  api.installed = true;
  await waiting.ready;
  expect(addressOf('zurich')).toEqual(['203.0.113.1']);
});
