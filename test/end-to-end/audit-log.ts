import { open, stat } from 'node:fs/promises';
import { z } from 'zod';

const Event = z.object({
  stage: z.string(),
  verb: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z
    .object({
      resource: z.string(),
      subresource: z.string().optional(),
      namespace: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  responseStatus: z.object({ code: z.number().optional() }).optional(),
});

/** One write as the API server saw it. */
export interface KubeWrite {
  readonly verb: string;
  /** `sitelocations/status`, `dnsendpoints`, … */
  readonly resource: string;
  readonly name: string;
  readonly code: number;
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Reads what one user has written since a position in the API server's audit log; Leases are left out. */
export class AuditLog {
  readonly #file: string;
  readonly #username: string;

  constructor(file: string, username: string) {
    this.#file = file;
    this.#username = username;
  }

  /** The present end of the log: everything that was answered by now lies before it. */
  async position(): Promise<number> {
    return (await stat(this.#file)).size;
  }

  async writesSince(position: number): Promise<KubeWrite[]> {
    const end = await this.position();
    const handle = await open(this.#file);
    try {
      const buffer = Buffer.alloc(Math.max(0, end - position));
      await handle.read(buffer, 0, buffer.length, position);
      // A line at the edge may be half written: its request has not been answered yet.
      const lines = buffer.toString('utf8').split('\n').slice(0, -1);
      return lines.flatMap((line) => this.#writeOf(line));
    } finally {
      await handle.close();
    }
  }

  #writeOf(line: string): KubeWrite[] {
    if (!line.includes(this.#username)) return [];
    const { stage, verb, user, objectRef, responseStatus } = Event.parse(JSON.parse(line));
    if (stage !== 'ResponseComplete' || user.username !== this.#username || !WRITES.has(verb)) return [];
    if (objectRef === undefined || objectRef.resource === 'leases') return [];
    const { resource, subresource, name = '' } = objectRef;
    const what = subresource === undefined ? resource : `${resource}/${subresource}`;
    return [{ verb, resource: what, name, code: responseStatus?.code ?? 0 }];
  }
}

/** Who wrote what, counted: the shape in which tests compare. */
export function countsOf(writes: readonly KubeWrite[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verb, resource } of writes) counts[`${verb} ${resource}`] = (counts[`${verb} ${resource}`] ?? 0) + 1;
  return counts;
}
