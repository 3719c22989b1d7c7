import type { NumberRange } from '../../api/kinds.ts';
import { type Finding, stalls, waits } from '../finding.ts';
import { oursOutside } from '../footprint-of.ts';
import { isTerminating, type SiteScope } from '../site-scope.ts';
import type { Patterns } from './patterns.ts';

/** Why the range cannot be looked at any further: references and notation. */
export function refusedRange(range: NumberRange, scope: SiteScope | undefined, patterns: Patterns): Finding | undefined {
  const namespace = range.metadata.namespace ?? '';
  if (scope === undefined)
    return waits(
      'Accepted',
      'SiteLocationNotFound',
      `spec.siteRef: SiteLocation ${range.spec.siteRef.name} does not exist in namespace ${namespace}; create it`,
    );
  if (scope.customer === undefined)
    return waits(
      'Accepted',
      'CustomerNotFound',
      `spec.customerRef: Customer ${range.spec.customerRef.name} does not exist in namespace ${namespace}; create it`,
    );
  if (scope.site.spec.customerRef.name !== range.spec.customerRef.name) {
    return stalls(
      'Accepted',
      'SiteOfOtherCustomer',
      `spec.siteRef: SiteLocation ${range.spec.siteRef.name} belongs to Customer ${scope.site.spec.customerRef.name}, not to ${range.spec.customerRef.name}; correct one of the two`,
    );
  }
  const isNew = oursOutside(range).length === 0;
  const leaving = [scope.site, scope.customer].find(isTerminating);
  if (isNew && leaving !== undefined)
    return stalls('Accepted', 'ParentTerminating', `${leaving.kind} ${leaving.metadata.name} is being deleted and takes no new ranges`);
  return 'refusal' in patterns ? patterns.refusal : undefined;
}
