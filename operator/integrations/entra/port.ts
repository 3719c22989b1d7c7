import type { Driver } from '../../domain/change/driver.ts';
import type { OperatorError } from '../../errors/operator-error.ts';

/** How one app signs in to one tenant. Values come from Secrets and never leave memory. */
export interface AppCredential {
  readonly clientId: string;
  readonly proof:
    | { readonly kind: 'secret'; readonly secret: string }
    | { readonly kind: 'certificate'; readonly certificatePem: string; readonly privateKeyPem: string };
}

/** The two resources that a customer's tenant is driven through (design §3.2). */
export type TokenResource = 'graph' | 'teams-admin';

/** What signing in to one resource gave. */
export type SignIn =
  | {
      readonly state: 'signedIn';
      /** `roles` claim: the app permissions granted in this tenant, frozen when the token was issued. */
      readonly roles: readonly string[];
      /** `wids` claim: template ids of the directory roles that the app holds, frozen likewise; what the Teams admin API goes by. */
      readonly directoryRoles: readonly string[];
      readonly expiresAt: string;
    }
  | { readonly state: 'refused'; readonly error: OperatorError };

/** A tenant as Entra shows it to our app. */
export interface IdentityView {
  /** From OpenID discovery, without credentials. */
  readonly tenant: { readonly state: 'found'; readonly tenantId: string } | { readonly state: 'notFound'; readonly error: OperatorError };
  /** Absent while no credential is connected (Essentials). */
  readonly signIns?: Readonly<Record<TokenResource, SignIn>>;
}

/**
 * The credentials in use, by tenant and app; what every Microsoft client takes its tokens from.
 * `tenantKey` is what a Target's id carries: `<tenantId>` for one app in a tenant.
 */
export interface TenantConnections {
  /** Makes this credential the one in use for the tenant. A changed credential drops cached tokens. Idempotent. */
  connect(tenantId: string, credential: AppCredential): void;
  /** True while a credential is known, also after its Secret is gone (design §3.9: the last good one serves). */
  isConnected(tenantId: string): boolean;
  /** Drops cached tokens, so that the next call signs in afresh (reconcile-at, Auth failure). */
  refresh(tenantId: string): void;
  disconnect(tenantId: string): void;
}

/** system `entra`, target id = tenant id or verified domain as the user wrote it: reads only, never writes. */
export type EntraDriver = Driver<IdentityView>;
