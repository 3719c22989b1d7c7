import type { NeverCalled } from '../never-called.ts';

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];
const CONFIGURATIONS = '^/Skype\\.Policy/configurations/';
/** The tenant's own: every `Global` but the one list of usages, and `LocalRoute`. */
const OWN = /^(tag:)?(global|localroute)$/i;

/** telephony 7.4: writes to `Global` and to `LocalRoute`, grants to the whole tenant, a SIP domain switched off, the list of usages emptied. */
export const TEAMS_NEVER_CALLED: readonly NeverCalled[] = [
  {
    methods: WRITES,
    path: new RegExp(`${CONFIGURATIONS}(?!OnlinePstnUsages/)[^/]+/configuration/\\s*(tag:)?(global|localroute)\\s*$`, 'i'),
  },
  { methods: ['POST'], path: new RegExp(`${CONFIGURATIONS}[^/]+$`), body: (body) => [body['Identity'], body['Name']].some(isOwn) },
  { methods: ['POST', 'PATCH', 'DELETE'], path: new RegExp(`${CONFIGURATIONS}OnlinePstnUsages/`) },
  {
    methods: ['PUT'],
    path: new RegExp(`${CONFIGURATIONS}OnlinePstnUsages/`),
    body: ({ Usage: labels }) => !labels || String(labels) === '',
  },
  { methods: WRITES, path: /^\/Skype\.Policy\/(tenants?|groups?|groupPolicyAssignments)(\/|$)/i },
  { methods: WRITES, path: /^\/Teams\.Tenant\//i },
];

function isOwn(name: unknown): boolean {
  return typeof name === 'string' && OWN.test(name.trim());
}
