/** JSON values; what fields of outside objects hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json };

/** Where something lives: one tenant's Teams configuration, one SBC, the cluster's DNS records, a mail server. */
export interface Place {
  /** `teams-admin`, `graph`, `sbc`, `dns`, `mail` */
  readonly system: string;
  /** Tenant id, or `namespace/name` of the SBCDevice, or the namespace. */
  readonly target: string;
}

/**
 * Anything that the operator reads or writes outside its own resources, in one shape: the planner, the footprint, drift reports and
 * the audit line all speak of these. `name` is the identity at its place (a dial-plan rule's is `<plan>/<prefix>`, telephony 5.2).
 */
export interface OutsideObject extends Place {
  readonly kind: string;
  readonly name: string;
  /** Only fields we care about. Desired: a field left out is not managed. Secrets as keyed hash, never in clear. */
  readonly fields: Readonly<Record<string, Json>>;
  /**
   * Desired only: fields whose wanted value follows from what stands beside the object, such as its place among neighbours. Compared and written
   * like the others, and no part of what the spec says: that the neighbours moved is drift, never a change of the spec.
   */
  readonly relative?: Readonly<Record<string, Json>>;
  /** `trunkline:<installation>/<namespace>/<kind>/<name>` where the system has a place for it (design §3, footprint). Never compared. */
  readonly marker?: string;
  /** Observed only: the text that holds the marker says too that the object existed before us (design §2, deletionPolicy). */
  readonly adopted?: boolean;
}

/** Identity of an outside object; names compare without case because every system of ours does so. */
export function identityOf(object: Pick<OutsideObject, 'system' | 'target' | 'kind' | 'name'>): string {
  return `${object.system}|${object.target}|${object.kind}|${object.name.toLowerCase()}`;
}
