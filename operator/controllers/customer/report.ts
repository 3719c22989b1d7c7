import type { Reason } from '../../api/reasons.ts';
import type { EventInput } from '../../runtime/reconciler.ts';
import { type Conclusion, lookingAnew, summarize } from '../conclusion.ts';
import { conditionOf, type Finding, holds, stalls } from '../finding.ts';
import { managedFinding, unmanagedPaths } from '../managed-fields.ts';
import type { CustomerFindings } from './findings.ts';
import { GATES, type Judgement } from './judgement.ts';
import { licenceEvents } from './licences.ts';

/** Needs of Ready that are no conditions of the kind. */
const HELPERS: readonly string[] = ['Enabled', 'Managed', 'ChildrenHealthy'];
const NEEDS: readonly string[] = ['Enabled', 'Managed', ...GATES, 'ChildrenHealthy'];

/** The conditions of a Customer, and what it waits for. */
export function customerConditions(found: CustomerFindings, { own, childrenHealthy, deployment }: Judgement): Conclusion {
  const { deployed } = deployment;
  const findings = [
    ...own,
    ...unmanagedPaths('Customer', found.customer.spec),
    { type: 'Deployed', ...deployed, effect: 'fine' as const, reason: deployed.reason as Reason },
  ];
  const progressing = found.governance.hold ?? lookingAnew(found.customer, found.identity?.state === 'reading');
  return summarize({
    needs: NEEDS,
    helpers: HELPERS,
    findings: [enabled(found), managedFinding(found.governance), ...findings, childrenHealthy],
    object: found.customer,
    now: found.now,
    ready: { reason: 'Ready', message: 'The tenant can be worked in and no site or range has failed' },
    progressing,
  });
}

function enabled({ customer }: CustomerFindings): Finding {
  return customer.spec.enabled === false
    ? stalls('Enabled', 'Disabled', 'spec.enabled is false: nothing is written; set it to true to go on')
    : holds('Enabled', 'Ready', 'Enabled');
}

/** Of these conditions a person is told when they become False and stay so until somebody acts (S056: at the first failure). */
const TOLD_WHEN_LOST: readonly string[] = ['Accepted', 'TenantVerified', 'Authenticated', 'Authorized'];

/** What a person is told once, when it happens. */
export function customerEvents({ customer }: CustomerFindings, { own }: Judgement): EventInput[] {
  const lost = own.filter(
    ({ type, status, reason, effect }) =>
      TOLD_WHEN_LOST.includes(type) && status === 'False' && effect === 'stalls' && conditionOf(customer, type)?.reason !== reason,
  );
  return [...lost.map(({ reason, message }): EventInput => ({ type: 'Warning', reason, note: message })), ...licenceEvents(customer)];
}
