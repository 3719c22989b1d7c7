import type { Driver } from '../../domain/change/driver.ts';

export interface DirectoryDomain {
  readonly name: string;
  readonly isVerified: boolean;
  readonly supportedServices: readonly string[];
}

export interface SubscribedSku {
  readonly skuId: string;
  readonly skuPartNumber: string;
  readonly total: number;
  readonly used: number;
  readonly servicePlans: readonly string[];
}

/** A customer tenant's directory, as far as Direct Routing needs it. */
export interface DirectoryView {
  readonly organization: { readonly tenantId: string; readonly displayName: string; readonly country: string | undefined };
  readonly domains: readonly DirectoryDomain[];
  readonly skus: readonly SubscribedSku[];
  /**
   * Lower-case domains in which at least one licensed user is enterprise-voice enabled: only these carry a derived trunk (telephony 3.1).
   * Undefined: the app may not read users, so nobody knows.
   */
  readonly voiceDomains: readonly string[] | undefined;
}

/** system `graph`, target id = `connectionId` of the tenant: reads only in this release. */
export type GraphDriver = Driver<DirectoryView>;

export interface NumberAssignment {
  /** E.164 with plus sign; an extension as `;ext=` is left on. */
  readonly number: string;
  readonly type: 'DirectRouting' | 'CallingPlan' | 'OperatorConnect' | 'Other';
  /** User principal name or object id of the holder; undefined: in the tenant, but nobody's. */
  readonly holder: string | undefined;
}

/** Who holds which number in the tenant (for DeletionHeld). What cannot be read is an error, never an empty list. */
export interface NumbersView {
  readonly assignments: readonly NumberAssignment[];
}

/** system `graph-numbers`, target id = tenant id: reads only in this release. */
export type NumbersDriver = Driver<NumbersView>;
