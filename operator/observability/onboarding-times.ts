import type { Kind } from '../api/kinds.ts';
import type { Condition, KubeObject } from '../api/meta.ts';

/** The conditions by which an object comes into service, by kind. */
const STEPS = {
  Customer: ['TenantVerified', 'Authenticated', 'Authorized', 'Licensed', 'Deployed'],
  SiteLocation: ['DomainVerified', 'DomainActivated', 'SBCDeployed', 'M365Deployed'],
  NumberRange: ['SBCDeployed', 'NumbersRegistered', 'Assigned'],
} as const satisfies Partial<Record<Kind, readonly string[]>>;

export type OnboardedKind = keyof typeof STEPS;

/** From seconds without anybody's help to a week of waiting for an administrator. */
const BUCKETS = [5, 15, 60, 300, 900, 3600, 14_400, 43_200, 86_400, 259_200, 604_800];

type Onboarded = KubeObject<unknown, { readonly conditions?: readonly Condition[] }>;

interface HistogramMeters {
  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labels: Readonly<Record<string, string>>,
  ): { observe(value: number): void };
}

/**
 * How long objects take from their creation until each step of their onboarding first holds. Only those that came into the cache before any
 * status was written count: of the others nobody knows whether a step that begins to hold does so for the first time.
 */
export class OnboardingTimes {
  readonly #histograms: ReadonlyMap<string, { observe(seconds: number): void }>;
  readonly #counts: () => boolean;
  /** Steps still open, by kind and key. */
  readonly #open = new Map<string, Set<string>>();

  /** `counts` is asked before each step is counted: of several replicas that watch, one does. */
  constructor(meters: HistogramMeters, counts: () => boolean) {
    this.#counts = counts;
    this.#histograms = new Map(
      Object.entries(STEPS).flatMap(([kind, steps]) =>
        steps.map((step) => {
          const help = 'Time from the creation of an object until a step of its onboarding first held';
          return [`${kind}|${step}`, meters.histogram('trunkline_onboarding_step_seconds', help, BUCKETS, { kind, step })];
        }),
      ),
    );
  }

  /** Told of every change of the cache. */
  changed(kind: OnboardedKind, key: string, before: Onboarded | undefined, after: Onboarded | undefined): void {
    const id = `${kind}/${key}`;
    if (before === undefined && after !== undefined && after.status === undefined) this.#open.set(id, new Set<string>(STEPS[kind]));
    const open = this.#open.get(id);
    if (open === undefined) return;
    for (const { type, status, lastTransitionTime } of after?.status?.conditions ?? []) {
      if (status === 'True' && open.delete(type)) this.#count(kind, type, after?.metadata.creationTimestamp, lastTransitionTime);
    }
    if (after === undefined || open.size === 0) this.#open.delete(id);
  }

  #count(kind: OnboardedKind, step: string, createdAt: string | undefined, heldSince: string): void {
    const tookMs = Date.parse(heldSince) - Date.parse(createdAt ?? '');
    // Two clocks with a resolution of a second: a little below zero is at once.
    if (!Number.isNaN(tookMs) && this.#counts()) this.#histograms.get(`${kind}|${step}`)?.observe(Math.max(0, tookMs) / 1000);
  }
}
