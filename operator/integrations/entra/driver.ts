import type { ChangeSet } from '../../domain/change/change-set.ts';
import type { AppliedBatch, Target } from '../../domain/change/driver.ts';
import { OperatorError, toOperatorError } from '../../errors/operator-error.ts';
import { refuseWrites } from '../http/read-only.ts';
import type { EntraClient } from './client.ts';
import type { Connections } from './connections.ts';
import { connectionId, type EntraDriver, type IdentityView, partyOf, type SignIn, type TokenResource, tenantOf } from './port.ts';

export interface EntraDriverDeps {
  readonly client: Pick<EntraClient, 'tenantIdOf'>;
  readonly connections: Pick<Connections, 'isConnected' | 'signIn'>;
}

/** Makes the driver of system `entra`. A refusal that a person must mend is part of the view; an outage is thrown. */
export function createEntraDriver({ client, connections }: EntraDriverDeps): EntraDriver {
  return {
    async read(target: Target, signal: AbortSignal): Promise<IdentityView> {
      const tenant = await findTenant(client, tenantOf(target.id), signal);
      if (tenant.state === 'notFound') return { tenant };
      const connection = connectionId(tenant.tenantId, partyOf(target.id));
      if (!connections.isConnected(connection)) return { tenant };
      const signIn = (resource: TokenResource) => trySignIn(connections, connection, resource, signal);
      const [graph, teamsAdmin] = await Promise.all([signIn('graph'), signIn('teams-admin')]);
      return { tenant, signIns: { graph, 'teams-admin': teamsAdmin } };
    },
    apply: async (_target: Target, changes: ChangeSet): Promise<AppliedBatch<IdentityView>> => refuseWrites('Microsoft Entra', changes),
    overlay: (view) => view,
    shows: () => true,
    overlayMs: 0,
  };
}

async function findTenant(client: EntraDriverDeps['client'], id: string, signal: AbortSignal): Promise<IdentityView['tenant']> {
  try {
    return { state: 'found', tenantId: await client.tenantIdOf(id, signal) };
  } catch (thrown) {
    if (thrown instanceof OperatorError && thrown.kind === 'Terminal') return { state: 'notFound', error: thrown };
    throw thrown;
  }
}

async function trySignIn(
  connections: EntraDriverDeps['connections'],
  connection: string,
  resource: TokenResource,
  signal: AbortSignal,
): Promise<SignIn> {
  try {
    const { roles, directoryRoles, expiresAt } = await connections.signIn(connection, resource, signal);
    return { state: 'signedIn', roles, directoryRoles, expiresAt: new Date(expiresAt).toISOString() };
  } catch (thrown) {
    const error = toOperatorError(thrown);
    if (error.kind === 'Auth' || error.kind === 'Terminal') return { state: 'refused', error };
    throw error;
  }
}
