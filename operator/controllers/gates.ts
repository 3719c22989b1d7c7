import { FINALIZER } from '../api/group.ts';
import type { Customer, SbcDevice, SiteLocation } from '../api/kinds.ts';
import type { KubeObject } from '../api/meta.ts';
import { conditionOf, satisfies } from './finding.ts';

/** Why an object may not write yet; undefined: open. */
export type Gate =
  | {
      readonly reason: (typeof NOT_READY)[keyof typeof NOT_READY] | 'CarrierTrunkNotReady' | 'ParentNotProtected' | 'NotManagedYet';
      readonly message: string;
    }
  | undefined;

/** By kind of the object that is waited for. */
const NOT_READY = { Customer: 'CustomerNotReady', SBCDevice: 'SBCDeviceNotReady', SiteLocation: 'SiteLocationNotReady' } as const;

/** A condition of another object that must hold before this one writes (design §2: references wait on named gates, never on Ready). */
export function gate(object: Customer | SbcDevice | SiteLocation, type: string): Gate {
  const condition = conditionOf(object, type);
  if (satisfies(condition)) return undefined;
  const detail = condition === undefined ? 'has not been looked at yet' : `${type} is ${condition.status}: ${condition.message}`;
  return { reason: NOT_READY[object.kind as keyof typeof NOT_READY], message: `${object.kind} ${object.metadata.name}: ${detail}` };
}

/** Before a child's first outside write its parents carry our finalizer, so that none can vanish under it (design §3.9). */
export function protectedBy(parents: readonly KubeObject[]): Gate {
  const bare = parents.find((parent) => !(parent.metadata.finalizers ?? []).includes(FINALIZER));
  return (
    bare && { reason: 'ParentNotProtected', message: `${bare.kind} ${bare.metadata.name} does not carry the finalizer ${FINALIZER} yet` }
  );
}
