import type { NeverCalled } from '../never-called.ts';

/**
 * telephony 7.4: forced deletion, promotion, another default domain, forced take-over, and a SIP domain switched off. Users are not here: only the
 * caller knows which are its own.
 */
export const GRAPH_NEVER_CALLED: readonly NeverCalled[] = [
  { methods: ['POST'], path: /^\/[^/]+\/domains\/[^/]+\/(microsoft\.graph\.)?(forceDelete|promote)$/i },
  { methods: ['POST'], path: /^\/[^/]+\/domains\/[^/]+\/verify$/i, body: (body) => 'forceTakeover' in body },
  { methods: ['PATCH'], path: /^\/[^/]+\/domains\/[^/]+$/i, body: (body) => 'isDefault' in body || dropsSip(body['supportedServices']) },
];

function dropsSip(services: unknown): boolean {
  return Array.isArray(services) && !services.includes('OfficeCommunicationsOnline');
}
