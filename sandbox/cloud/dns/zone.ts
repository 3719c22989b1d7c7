import { normalName, type RecordSet, type RecordType } from './records.ts';

export type Lookup =
  | { readonly outcome: 'found'; readonly records: readonly RecordSet[]; readonly synthesised: boolean }
  /** The name exists, the type does not. */
  | { readonly outcome: 'noData'; readonly zone: string }
  | { readonly outcome: 'nxDomain'; readonly zone: string }
  /** Not a name of any zone here. */
  | { readonly outcome: 'refused' };

const MOST_ALIASES = 8;

/**
 * The authoritative data of some zones. A wildcard answers only for names that do not exist: any record at a name, also one of another
 * type or one below it, switches the wildcard off for that name (RFC 4592 §2.2, telephony 3.5).
 */
export class Zones {
  readonly #zones: readonly string[];
  readonly #nodes = new Map<string, Map<string, RecordSet>>();
  /** How many existing names stand at or below a name: above zero = the name exists, if only as an empty non-terminal. */
  readonly #population = new Map<string, number>();

  constructor(zones: readonly string[]) {
    this.#zones = zones.map(normalName).sort((a, b) => b.length - a.length);
    for (const zone of this.#zones) this.#populate(zone, 1);
  }

  get names(): readonly string[] {
    return this.#zones;
  }

  isCovered(name: string): boolean {
    return this.#zoneOf(normalName(name)) !== undefined;
  }

  set(record: RecordSet): void {
    const node = this.#nodes.get(record.name);
    if (node === undefined) {
      this.#nodes.set(record.name, new Map([[record.type, record]]));
      this.#populate(record.name, 1);
    } else node.set(record.type, record);
  }

  delete(name: string, type: RecordType): void {
    const node = this.#nodes.get(name);
    if (node?.delete(type) !== true || node.size > 0) return;
    this.#nodes.delete(name);
    this.#populate(name, -1);
  }

  records(): RecordSet[] {
    return [...this.#nodes.values()]
      .flatMap((node) => [...node.values()])
      .sort((a, b) => `${a.name} ${a.type}`.localeCompare(`${b.name} ${b.type}`));
  }

  /** `type` may be any: of one that nobody has here it tells whether the name exists. */
  lookup(asked: string, type: string): Lookup {
    return this.#lookup(normalName(asked), type, 0);
  }

  #lookup(name: string, type: string, aliases: number): Lookup {
    const zone = this.#zoneOf(name);
    if (zone === undefined) return { outcome: 'refused' };
    const exists = (this.#population.get(name) ?? 0) > 0;
    const node = exists ? this.#nodes.get(name) : this.#nodes.get(`*.${this.#closestEncloser(name)}`);
    if (!exists && node === undefined) return { outcome: 'nxDomain', zone };
    const own = (record: RecordSet): RecordSet => (exists ? record : { ...record, name });
    const record = node?.get(type);
    if (record !== undefined) return { outcome: 'found', records: [own(record)], synthesised: !exists };
    const alias = node?.get('CNAME');
    if (alias === undefined || aliases >= MOST_ALIASES) return { outcome: 'noData', zone };
    const behind = this.#lookup(alias.values[0] ?? '', type, aliases + 1);
    return { outcome: 'found', records: [own(alias), ...(behind.outcome === 'found' ? behind.records : [])], synthesised: !exists };
  }

  #closestEncloser(name: string): string {
    const labels = name.split('.');
    for (let at = 1; at < labels.length; at += 1) {
      const ancestor = labels.slice(at).join('.');
      if ((this.#population.get(ancestor) ?? 0) > 0) return ancestor;
    }
    return '';
  }

  #zoneOf(name: string): string | undefined {
    return this.#zones.find((zone) => name === zone || name.endsWith(`.${zone}`));
  }

  #populate(name: string, by: 1 | -1): void {
    const labels = name.split('.');
    for (let at = 0; at < labels.length; at += 1) {
      const covered = labels.slice(at).join('.');
      this.#population.set(covered, (this.#population.get(covered) ?? 0) + by);
    }
  }
}
