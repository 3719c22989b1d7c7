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
 * What a Target's id carries, and what a credential is kept under. Without `party`: the credential that all work in the tenant is done with.
 * With it: one that somebody else brings for the same tenant and that must neither replace the first nor be replaced by it.
 */
export function connectionId(tenant: string, party?: string): string {
  return party === undefined ? tenant.toLowerCase() : `${tenant.toLowerCase()}#${party}`;
}

/** The tenant (id, or domain) that a connection leads to. */
export function tenantOf(connection: string): string {
  const [tenant = connection] = connection.split('#', 1);
  return tenant;
}

/** The party of a connection; undefined: the one that does the work. */
export function partyOf(connection: string): string | undefined {
  const at = connection.indexOf('#');
  return at < 0 ? undefined : connection.slice(at + 1);
}

/** The credentials in use, each under its `connectionId`; what every Microsoft client takes its tokens from. */
export interface TenantConnections {
  /** Makes this credential the one in use. True when another one, or none, was in use before; cached tokens are gone then. */
  connect(connection: string, credential: AppCredential): boolean;
  /** True while a credential is known, also after its Secret is gone (design §3.9: the last good one serves). */
  isConnected(connection: string): boolean;
  /** Drops cached tokens, so that the next call signs in afresh (reconcile-at, Auth failure). */
  refresh(connection: string): void;
  disconnect(connection: string): void;
}

/** system `entra`, target id = `connectionId` of a tenant id or of a verified domain as the user wrote it: reads only, never writes. */
export type EntraDriver = Driver<IdentityView>;
