import type { ObjectKey } from '../api/meta.ts';
import type { Target } from '../domain/change/driver.ts';
import { connectionId } from '../integrations/entra/port.ts';

/** All calls to one tenant share a lane, whichever Customer of it asks, and with whose credential (telephony 4.1). */
function tenantTarget(system: string, tenantId: string, party?: string): Target {
  return { system, id: connectionId(tenantId, party), lane: `tenant/${tenantId.toLowerCase()}` };
}

/** Tenant id, or a verified domain of it. `party`: looked at with a credential that does no work there (tenant-access.ts). */
export const identityTarget = (tenant: string, party?: string): Target => tenantTarget('entra', tenant, party);
/** Domains, subscriptions and voice domains of a tenant. */
export const directoryTarget = (tenantId: string, party?: string): Target => tenantTarget('graph', tenantId, party);
/** Who holds which number; the most expensive look at a tenant. */
export const numbersTarget = (tenantId: string): Target => tenantTarget('graph-numbers', tenantId);
/** Usages, routes, policies and gateways of a tenant. */
export const voiceTarget = (tenantId: string, party?: string): Target => tenantTarget('teams-admin', tenantId, party);
/** Everything that is seen through one connection to a tenant. */
export const tenantTargets = (tenantId: string, party?: string): Target[] =>
  ['entra', 'graph', 'graph-numbers', 'teams-admin'].map((system) => tenantTarget(system, tenantId, party));
export const deviceTarget = (device: ObjectKey): Target => ({ system: 'sbc', id: device, lane: `device/${device}` });
export const dnsTarget = (namespace: string): Target => ({ system: 'dns', id: namespace, lane: `dns/${namespace}` });
export const mailTarget = (): Target => ({ system: 'mail', id: 'smtp', lane: 'mail/smtp' });

/** Who asks delivery; the runtime maps it back to the key it wakes. */
export function ownerOf(kind: string, key: ObjectKey): string {
  return `${kind}/${key}`;
}
