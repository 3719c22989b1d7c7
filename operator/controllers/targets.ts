import type { ObjectKey } from '../api/meta.ts';
import type { Target } from '../domain/change/driver.ts';

/** All calls to one tenant share a lane, whichever Customer of it asks (telephony 4.1). */
function tenantTarget(system: string, tenantId: string): Target {
  return { system, id: tenantId.toLowerCase(), lane: `tenant/${tenantId.toLowerCase()}` };
}

/** Tenant id, or a verified domain of it. */
export const identityTarget = (tenant: string): Target => tenantTarget('entra', tenant);
export const directoryTarget = (tenantId: string): Target => tenantTarget('graph', tenantId);
export const numbersTarget = (tenantId: string): Target => tenantTarget('graph-numbers', tenantId);
export const voiceTarget = (tenantId: string): Target => tenantTarget('teams-admin', tenantId);
export const deviceTarget = (device: ObjectKey): Target => ({ system: 'sbc', id: device, lane: `device/${device}` });
export const dnsTarget = (namespace: string): Target => ({ system: 'dns', id: namespace, lane: `dns/${namespace}` });
export const mailTarget = (): Target => ({ system: 'mail', id: 'smtp', lane: 'mail/smtp' });

/** Who asks delivery; the runtime maps it back to the key it wakes. */
export function ownerOf(kind: string, key: ObjectKey): string {
  return `${kind}/${key}`;
}
