import type { Begun } from './own-writes.ts';

/** What an owner that has no picture yet is waiting for. */
interface Ask {
  /** Monotonic ms; it named this time itself. */
  readonly notBefore: number;
  /** Monotonic ms; follows from the age it accepts. */
  readonly youngerThan: number;
  /** `read`: a read is due on its account. `recovery`: it knows of the failure. `nothing`: it was woken and has not looked yet. */
  readonly waitsFor: 'read' | 'recovery' | 'nothing';
}

/** The owners that were told `reading` or `failed` of one target, and what would answer each. */
export class Asks {
  readonly #byOwner = new Map<string, Ask>();

  /** True while somebody waits for a read. */
  get areOpen(): boolean {
    for (const ask of this.#byOwner.values()) if (ask.waitsFor === 'read') return true;
    return false;
  }

  add(owner: string, notBefore: number, youngerThan: number, waitsFor: 'read' | 'recovery'): void {
    const known = this.#byOwner.get(owner);
    // Asking again while waiting does not move the bound, or a read under way would never be young enough.
    const isSameWait = known?.waitsFor === 'read' && waitsFor === 'read';
    this.#byOwner.set(owner, {
      notBefore: isSameWait ? Math.max(known.notBefore, notBefore) : notBefore,
      youngerThan: isSameWait ? Math.min(known.youngerThan, youngerThan) : youngerThan,
      waitsFor,
    });
  }

  /**
   * The owner was served with a read that began then. A question for a read not before a given time stays open: it came back for another
   * reason meanwhile, and the answer will be news.
   */
  served(owner: string, begun: Begun): void {
    const ask = this.#byOwner.get(owner);
    if (ask?.waitsFor !== 'read' || begun.at >= ask.notBefore) this.#byOwner.delete(owner);
  }

  delete(owner: string): void {
    this.#byOwner.delete(owner);
  }

  /** True when a read that began then is what this owner asked for. */
  isAnswer(owner: string, begun: Begun): boolean {
    const ask = this.#byOwner.get(owner);
    return ask !== undefined && answers(ask, begun);
  }

  /** True when somebody waits for a read and one that began then (if any) is not good enough. */
  want(begun: Begun | undefined): boolean {
    for (const ask of this.#byOwner.values()) if (ask.waitsFor === 'read' && (begun === undefined || !answers(ask, begun))) return true;
    return false;
  }

  /** Everybody who has not been told what it asked for. */
  waiting(): string[] {
    return [...this.#byOwner].flatMap(([owner, { waitsFor }]) => (waitsFor === 'nothing' ? [] : [owner]));
  }

  /** A read succeeded: everybody it answers, each told once. */
  answeredBy(begun: Begun): string[] {
    return this.#tell(begun, (ask) => ask.waitsFor !== 'nothing', 'nothing');
  }

  /** A read failed: those that waited for it; they go on waiting for better news. */
  failedBy(begun: Begun): string[] {
    return this.#tell(begun, (ask) => ask.waitsFor === 'read', 'recovery');
  }

  #tell(begun: Begun, concerns: (ask: Ask) => boolean, waitsFor: Ask['waitsFor']): string[] {
    const told: string[] = [];
    for (const [owner, ask] of this.#byOwner) {
      if (!concerns(ask) || !answers(ask, begun)) continue;
      this.#byOwner.set(owner, { ...ask, waitsFor });
      told.push(owner);
    }
    return told;
  }
}

function answers(ask: Ask, begun: Begun): boolean {
  return begun.at >= ask.notBefore && begun.at >= ask.youngerThan;
}
