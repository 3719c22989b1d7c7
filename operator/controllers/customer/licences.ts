import type { Customer, CustomerStatus, NumberRange } from '../../api/kinds.ts';
import { type LicenseTransition, type LicenseType, licenseTransition } from '../../domain/licensing/transitions.ts';
import { countE164 } from '../../domain/numbers/number-count.ts';
import { parsePrefix } from '../../domain/numbers/prefix.ts';
import type { EventInput } from '../../runtime/reconciler.ts';
import { type Finding, stalls } from '../finding.ts';
import { type CustomerFindings, rangesOf } from './findings.ts';

type Service = Customer['spec']['services'][number];

interface LicenceChange {
  readonly service: Service;
  readonly from: LicenseType;
  readonly to: LicenseType;
  readonly transition: LicenseTransition;
}

/** What the services had when the Customer was looked at last, and have now (S022–S024); those that keep their licence are not listed. */
function licenceChanges({ spec, status }: Customer): LicenceChange[] {
  return spec.services.flatMap((service) => {
    const from = status?.services?.find(({ type }) => type === service.type)?.licenseType as LicenseType | undefined;
    const to = service.licenseType;
    if (from === undefined || to === undefined || from === to) return [];
    return [{ service, from, to, transition: licenseTransition(from, to) }];
  });
}

/** A change that the API server refuses and that came past it, for example by a restore. Undefined: there is none. */
export function licenceRefusal(customer: Customer): Finding | undefined {
  for (const { service, transition } of licenceChanges(customer))
    if (!transition.allowed) return stalls('Accepted', transition.reason, `spec.services[${service.type}].${transition.message}`);
  return undefined;
}

/** Told once: with the next status the present type is the one before. */
export function licenceEvents(customer: Customer): EventInput[] {
  return licenceChanges(customer).flatMap(({ service, from, to, transition }): EventInput[] =>
    transition.allowed && transition.event !== undefined
      ? [{ type: 'Normal', reason: transition.event, note: `${service.type} went from ${from} to ${to}` }]
      : [],
  );
}

/** What was applied: a refused change leaves what was there before. */
export function servicesStatus(customer: Customer): NonNullable<CustomerStatus['services']> {
  const refused = new Map(
    licenceChanges(customer).flatMap(({ service, from, transition }) => (transition.allowed ? [] : [[service.type, from]])),
  );
  return customer.spec.services.map(({ type, licenseType }) => {
    const applied = refused.get(type) ?? licenseType;
    return { type, ...(applied === undefined ? {} : { licenseType: applied }) };
  });
}

/** What was bought (S243), and for Essentials what is counted: the numbers of its prefixes (S258). */
export function licensesStatus(found: CustomerFindings): NonNullable<CustomerStatus['licenses']> {
  const acquired = found.customer.spec.services.reduce((sum, { licensedUsers = 0 }) => sum + licensedUsers, 0);
  const numbers = found.essentials ? essentialsNumbers(rangesOf(found)) : undefined;
  return { acquired, ...(numbers === undefined ? {} : { essentialsNumbers: numbers }) };
}

/** Undefined while patterns stand in a ConfigMap, which only their range reads. */
function essentialsNumbers(ranges: readonly NumberRange[]): number | undefined {
  if (ranges.some(({ status }) => status?.heldIn !== undefined)) return undefined;
  const held = ranges.flatMap(({ status }) => status?.held ?? []).map(parsePrefix);
  return countE164(held.flatMap((parsed) => ('prefix' in parsed ? [parsed.prefix] : [])));
}
