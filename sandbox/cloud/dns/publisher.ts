import type { Delay } from '../consistency.ts';
import type { CloudBase } from '../stand-in.ts';
import { type Endpoint, normalName, RECORD_TYPES, type RecordSet, type RecordType, recordSetOf } from './records.ts';
import type { Zones } from './zone.ts';

/** How the DNS controller is configured: the flags that decide what reaches the zone (telephony 3.5). */
export interface PublisherMode {
  /** Off: nothing is published and nothing withdrawn. */
  readonly enabled: boolean;
  /** `--managed-record-types`. Without TXT the domain challenge never appears. */
  readonly managedRecordTypes: readonly RecordType[];
  /** `--txt-prefix` of the registry; without one external-dns keeps TXT names for itself and publishes none. */
  readonly registryPrefix: string;
}

const COMPLETE_MODE: PublisherMode = { enabled: true, managedRecordTypes: RECORD_TYPES, registryPrefix: 'edns-' };
/** The default flags of external-dns: TXT records of DNSEndpoints are ignored. */
export const IGNORES_TXT: PublisherMode = { ...COMPLETE_MODE, managedRecordTypes: ['A', 'AAAA', 'CNAME'] };

/** Stands in for external-dns: carries the endpoints of DNSEndpoint objects into the zones, after its interval. */
export class Publisher {
  readonly #zones: Zones;
  readonly #clock: CloudBase['clock'];
  readonly #interval: Delay;
  /** Name and type → who wants what there, the oldest first: it wins. */
  readonly #claims = new Map<string, Map<string, RecordSet>>();
  readonly #keysOf = new Map<string, ReadonlySet<string>>();
  readonly #problems = new Map<string, readonly string[]>();
  #mode: PublisherMode = COMPLETE_MODE;

  constructor(zones: Zones, { clock, consistency }: Pick<CloudBase, 'clock' | 'consistency'>) {
    this.#zones = zones;
    this.#clock = clock;
    this.#interval = consistency.define('dns.publish', 60_000, 'telephony 3.5: the controller runs once a minute');
  }

  get mode(): PublisherMode {
    return this.#mode;
  }

  /** Switching publishes or withdraws accordingly. */
  setMode(mode: Partial<PublisherMode>): void {
    this.#mode = { ...this.#mode, ...mode };
    for (const key of this.#claims.keys()) this.#schedule(key);
  }

  /** What could not be published, by owner. */
  problems(): Record<string, readonly string[]> {
    return Object.fromEntries(this.#problems);
  }

  /** Sets everything that `owner` (`namespace/name` of a DNSEndpoint) wants; what it wanted before and no more goes. */
  upsert(owner: string, endpoints: readonly Endpoint[]): void {
    const wanted = new Map<string, RecordSet>();
    const problems: string[] = [];
    for (const endpoint of endpoints) {
      const record = recordSetOf(endpoint);
      if (typeof record === 'string') problems.push(record);
      else if (!this.#zones.isCovered(record.name)) problems.push(`${record.name}: no zone here covers it`);
      else wanted.set(`${record.name} ${record.type}`, record);
    }
    if (problems.length > 0) this.#problems.set(owner, problems);
    else this.#problems.delete(owner);
    for (const key of this.#keysOf.get(owner) ?? []) if (!wanted.has(key)) this.#unclaim(owner, key);
    for (const [key, record] of wanted) this.#claim(owner, key, record);
    this.#keysOf.set(owner, new Set(wanted.keys()));
  }

  remove(owner: string): void {
    this.upsert(owner, []);
    this.#keysOf.delete(owner);
  }

  owners(): string[] {
    return [...this.#keysOf.keys()];
  }

  #claim(owner: string, key: string, record: RecordSet): void {
    const claims = this.#claims.get(key) ?? new Map<string, RecordSet>();
    if (JSON.stringify(claims.get(owner)) === JSON.stringify(record)) return;
    claims.set(owner, record);
    this.#claims.set(key, claims);
    this.#schedule(key);
  }

  #unclaim(owner: string, key: string): void {
    this.#claims.get(key)?.delete(owner);
    this.#schedule(key);
  }

  #schedule(key: string): void {
    const delayMs = this.#interval();
    if (delayMs === 0) this.#publish(key);
    else this.#clock.setTimer(delayMs, () => this.#publish(key));
  }

  #publish(key: string): void {
    if (!this.#mode.enabled) return;
    const [winner] = this.#claims.get(key)?.values() ?? [];
    const [name = '', type] = key.split(' ');
    if (winner !== undefined && this.#isManaged(winner.type)) this.#zones.set(winner);
    else this.#zones.delete(normalName(name), type as RecordType);
    if (winner === undefined) this.#claims.delete(key);
  }

  #isManaged(type: RecordType): boolean {
    if (type === 'TXT' && this.#mode.registryPrefix === '') return false;
    return this.#mode.managedRecordTypes.includes(type);
  }
}
