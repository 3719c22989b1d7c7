import { ANNOTATIONS } from '../api/group.ts';
import { type KubeObject, keyOf } from '../api/meta.ts';
import type { Freshness, Seen } from '../delivery/delivery.ts';
import { type Target, targetKey } from '../domain/change/driver.ts';
import type { OutsideObject } from '../domain/change/object.ts';
import { lossesOf, type OwnedObject } from '../domain/change/suspicion.ts';

/** A suspect target is read again after so long (telephony 6.4). */
export const SUSPECT_RECHECK_MS = 60_000;
/** A little less than the shortest pause between two looks, so that each look at a suspect target is a new one for whoever comes first. */
const SUSPECT_MAX_AGE_MS = 50_000;

/** Why an observation of a target is not trusted: nothing is planned from it, so nothing is written. */
export interface Suspicion {
  readonly message: string;
}

/** What is judged of a view. */
export interface Observation {
  readonly objects: readonly OutsideObject[];
  /** What the answer lacks to be complete. */
  readonly gaps: readonly string[];
  /** What an approval names; asked for only if something is suspect. */
  readonly hash: () => string;
}

interface Judgement {
  readonly hash: string;
  readonly why: string;
  /** Undefined: incomplete, so nobody knows what is missing. */
  readonly missing: readonly string[] | undefined;
}

interface Approval {
  readonly hash: string;
  readonly missing: ReadonlySet<string>;
}

const WHAT: Readonly<Record<string, string>> = {
  sbc: 'SBCDevice',
  'teams-admin': 'The voice configuration of tenant',
  dns: 'The list of DNSEndpoints in namespace',
};

/** How a message calls a target. */
export function placeName({ system, id }: Target): string {
  return `${WHAT[system] ?? system} ${id}`;
}

/** Judges each picture of a target once, over everything that all objects of ours own there (telephony 6.4). */
export class Suspicions {
  readonly #ownedAt: (target: Target) => Iterable<OwnedObject>;
  readonly #judged = new Map<string, { readonly seq: number; readonly judgement: Judgement | undefined }>();
  /** By target, then by who approved. */
  readonly #approved = new Map<string, Map<string, Approval>>();

  /** `ownedAt`: what status says is settled at a target, whatever object of ours it belongs to. */
  constructor(ownedAt: (target: Target) => Iterable<OwnedObject>) {
    this.#ownedAt = ownedAt;
  }

  /**
   * Undefined: the target may be trusted. What was suspect stays so while it is read again. `approver` is the object whose annotation
   * `approve` lets an observation pass.
   */
  of<View>(
    target: Target,
    seen: Seen<View>,
    observe: (view: View) => Observation,
    approver: KubeObject | undefined,
  ): Suspicion | undefined {
    const key = targetKey(target);
    if (seen.state === 'failed') return undefined;
    if (seen.state === 'seen' && this.#judged.get(key)?.seq !== seen.seq)
      this.#judged.set(key, { seq: seen.seq, judgement: this.#judge(target, observe(seen.view)) });
    const judgement = this.#judged.get(key)?.judgement;
    if (judgement === undefined) this.#approved.delete(key);
    if (judgement === undefined || this.#isApproved(key, judgement, approver)) return undefined;
    return { message: `${judgement.why}; nothing is written there; ${remedy(judgement.hash, approver)}` };
  }

  /** How old a picture of the target may be: while it is suspect it is read again each minute, once for all who look at it. */
  freshness(target: Target, wanted: Freshness): Freshness {
    const isSuspect = this.#judged.get(targetKey(target))?.judgement !== undefined;
    return isSuspect ? { ...wanted, maxAgeMs: Math.min(wanted.maxAgeMs ?? SUSPECT_MAX_AGE_MS, SUSPECT_MAX_AGE_MS) } : wanted;
  }

  #judge(target: Target, { objects, gaps, hash }: Observation): Judgement | undefined {
    const what = placeName(target);
    if (gaps.length > 0) return { hash: hash(), why: `${what} was read incompletely: ${gaps.join('; ')}`, missing: undefined };
    const losses = lossesOf(this.#ownedAt(target), objects);
    if (losses.length === 0) return undefined;
    const counts = losses.map(({ kind, owned, missing }) => `${missing.length} of ${owned} objects of kind ${kind}`);
    return {
      hash: hash(),
      why: `${what} lacks ${counts.join(' and ')} of ours at once`,
      missing: losses.flatMap(({ missing }) => missing),
    };
  }

  /** An approval holds until what it was given for is repaired: each write of ours makes another observation, which lacks less. */
  #isApproved(key: string, { hash, missing }: Judgement, approver: KubeObject | undefined): boolean {
    if (approver === undefined) return false;
    const given = new Set((approver.metadata.annotations?.[ANNOTATIONS.approve] ?? '').split(/[\s,]+/));
    const here = this.#approved.get(key) ?? new Map<string, Approval>();
    if (given.has(hash)) {
      if (missing !== undefined) this.#approved.set(key, here.set(keyOf(approver), { hash, missing: new Set(missing) }));
      return true;
    }
    const earlier = here.get(keyOf(approver));
    if (earlier === undefined || missing === undefined) return false;
    return given.has(earlier.hash) && missing.every((id) => earlier.missing.has(id));
  }
}

function remedy(hash: string, approver: KubeObject | undefined): string {
  if (approver === undefined) return 'correct it there';
  const { kind, metadata } = approver;
  return `correct it there, or approve it with annotation ${ANNOTATIONS.approve}=${hash} on ${kind} ${metadata.name} if it is right`;
}
