import type { SandboxClock } from './clock.ts';

/** `zero`: everything is visible at once. `realistic`: the delays of the references, on the sandbox clock. */
export type ConsistencyProfile = 'zero' | 'realistic';

/** The length of one delay now, in milliseconds. */
export type Delay = () => number;

interface Definition {
  readonly realisticMs: number;
  readonly source: string;
}

/** Every propagation delay of the cloud by name, so that a scenario can switch all of them or stretch a single one. */
export class Consistency {
  readonly #clock: SandboxClock;
  readonly #definitions = new Map<string, Definition>();
  readonly #overrides = new Map<string, number>();
  #profile: ConsistencyProfile;

  constructor(clock: SandboxClock, profile: ConsistencyProfile = 'zero') {
    this.#clock = clock;
    this.#profile = profile;
  }

  get profile(): ConsistencyProfile {
    return this.#profile;
  }

  /** Declares a delay; `source` cites the reference. Declaring it again (another instance of a stand-in) changes nothing. */
  define(name: string, realisticMs: number, source: string): Delay {
    this.#definitions.set(name, { realisticMs, source });
    return () => this.delayOf(name);
  }

  delayOf(name: string): number {
    const definition = this.#definitions.get(name);
    if (definition === undefined) throw new RangeError(`no such delay: ${name}`);
    return this.#overrides.get(name) ?? (this.#profile === 'zero' ? 0 : definition.realisticMs);
  }

  /** The time from which something that happens now is visible under this delay. */
  visibleAt(delay: Delay): number {
    return this.#clock.now() + delay();
  }

  setProfile(profile: ConsistencyProfile): void {
    this.#profile = profile;
    this.#overrides.clear();
  }

  /** Stretches or shortens one delay whatever the profile says. */
  override(name: string, ms: number): void {
    if (!this.#definitions.has(name)) throw new RangeError(`no such delay: ${name}; known: ${[...this.#definitions.keys()].join(', ')}`);
    if (!(ms >= 0)) throw new RangeError(`delay ${name} must be zero or more milliseconds, not ${ms}`);
    this.#overrides.set(name, ms);
  }

  list(): { name: string; ms: number; realisticMs: number; source: string }[] {
    return [...this.#definitions].map(([name, definition]) => ({ name, ms: this.delayOf(name), ...definition }));
  }
}
