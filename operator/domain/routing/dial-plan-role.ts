import type { NumberRange, SiteLocation } from '../../api/kinds.ts';

/** Which of a device's `spec.dialPlans` is meant. */
export type DialPlanRole = NonNullable<NumberRange['spec']['dialPlan']>;

/** Where the rules of a range of this site go; absent means the plan of the site's service (design §2 Shapes). */
export function dialPlanRole({ spec }: Pick<NumberRange, 'spec'>, site: Pick<SiteLocation, 'spec'>): DialPlanRole {
  return spec.dialPlan ?? (site.spec.service === 'OperatorConnect' ? 'operatorConnect' : 'tenants');
}
