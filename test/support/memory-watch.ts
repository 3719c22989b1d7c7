import type { KubeObject } from '../../operator/api/meta.ts';
import { KubeConnectionError, type KubeRequest, type KubeStream, type KubeTransport } from '../../operator/runtime/transport.ts';
import type { MemoryKube } from './memory-kube.ts';

/** Streams what a MemoryKube stores, as a watch with its initial list would. Only for one plural, without resume: enough for a lease. */
export class MemoryWatch implements KubeTransport {
  readonly #kube: MemoryKube;
  readonly #plural: string;
  readonly #open = new Set<Channel>();
  /** While false, no watch can be opened and open ones are silent. */
  isUp = true;

  constructor(kube: MemoryKube, plural: string) {
    this.#kube = kube;
    this.#plural = plural;
    kube.onStored = (object) => {
      if (this.isUp) for (const channel of this.#open) channel.push(event('MODIFIED', object));
    };
  }

  async send(): Promise<never> {
    throw new Error('only watches');
  }

  async stream(request: KubeRequest): Promise<KubeStream> {
    if (!this.isUp) throw new KubeConnectionError('ECONNREFUSED');
    const channel = new Channel();
    const version = this.#kube.all(this.#plural).at(-1)?.metadata.resourceVersion ?? '1';
    for (const object of this.#kube.all(this.#plural)) channel.push(event('ADDED', object));
    const metadata = { resourceVersion: version, annotations: { 'k8s.io/initial-events-end': 'true' } };
    if (request.query?.['sendInitialEvents'] === 'true') channel.push(event('BOOKMARK', { metadata } as unknown as KubeObject));
    this.#open.add(channel);
    const close = async (): Promise<void> => {
      this.#open.delete(channel);
      channel.end();
    };
    return { status: 200, headers: {}, chunks: channel, close };
  }

  dropConnections(): void {}

  close(): void {}
}

function event(type: string, object: KubeObject): Buffer {
  return Buffer.from(`${JSON.stringify({ type, object })}\n`);
}

class Channel implements AsyncIterable<Buffer> {
  #chunks: Buffer[] = [];
  #wake: (() => void) | undefined;
  #isOver = false;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#wake?.();
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Buffer> {
    while (!this.#isOver) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) yield chunk;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
