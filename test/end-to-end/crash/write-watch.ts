import type { Cloud } from '../../../sandbox/cloud/main.ts';
import type { ApiWrite } from './api-proxy.ts';

/** One write of the operator that has been done: at Microsoft, on an SBC, at the mail server or in the cluster. */
export interface OutgoingWrite {
  /** Position, from 1. */
  readonly n: number;
  /** As it stands in messages. */
  readonly what: string;
  /** Of a cluster write. */
  readonly api?: ApiWrite;
  /** `<stand-in> <target>` of an outside write, and when (epoch ms). */
  readonly outside?: { readonly standIn: string; readonly target: string; readonly at: number };
}

/** No part of the state: who leads or what is on the wire, and what is told to people. */
const NOT_COUNTED: ReadonlySet<string> = new Set(['leases', 'events']);

/** Numbers every outgoing write in the order in which it was done, and tells of it before its answer leaves. */
export class WriteWatch {
  #writes: OutgoingWrite[] = [];
  readonly #listeners = new Set<(write: OutgoingWrite) => void>();

  get writes(): readonly OutgoingWrite[] {
    return this.#writes;
  }

  /** The listener runs before the operator can learn of the write. */
  subscribe(listener: (write: OutgoingWrite) => void): void {
    this.#listeners.add(listener);
  }

  /** Counts from 1 again. */
  startOver(): void {
    this.#writes = [];
  }

  watchCloud({ base }: Cloud): void {
    base.log.subscribe(({ standIn, target = '', method, path, write, status, at, fault }) => {
      if (!write) return;
      const told = fault === undefined ? `${status}` : `${status} (${fault})`;
      this.#add({ what: `${standIn} ${method} ${path} ${told}`, outside: { standIn, target, at } });
    });
  }

  sawApi(api: ApiWrite): void {
    if (NOT_COUNTED.has(api.resource)) return;
    this.#add({ what: `${api.method} ${api.resource} ${api.name}`.trimEnd(), api });
  }

  #add(write: Omit<OutgoingWrite, 'n'>): void {
    const counted = { n: this.#writes.length + 1, ...write };
    this.#writes.push(counted);
    for (const listener of this.#listeners) listener(counted);
  }
}
