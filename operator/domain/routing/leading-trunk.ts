import type { RoutedTrunk } from './voice-routing.ts';

/** A trunk on one SBC as a candidate for the tag of the rules there. */
export interface TagCandidate extends Pick<RoutedTrunk, 'priority' | 'state'> {
  /** Whether Microsoft takes calls under its name; `Untold`: nobody looks, because the routing in the tenant is not ours. */
  readonly inbound: 'Ready' | 'NotReady' | 'Untold';
  /** The rules on the device carry its name now. */
  readonly isStanding: boolean;
  /** The spec has taken it out; it is known until nothing leads over it any more. */
  readonly isLeaving: boolean;
}

const BY_STATE: Readonly<Record<RoutedTrunk['state'], number>> = { Active: 0, Draining: 1, Standby: 2 };

/**
 * The trunk whose name gives the rules on a device their tag (telephony 2.1). Teams refuses an incoming call under a name that it does not
 * know, so a trunk takes the rules over only once its domain is active (telephony 2.5: activation comes before the rules); until then the one
 * that stands keeps them, also when the spec has replaced it. Among trunks that are ready the spec decides: Active before Draining before
 * Standby, then the priority. Where nobody can tell, its state is all that moves the tag. Undefined: there is none.
 */
export function leadingTrunk<T extends TagCandidate>(candidates: readonly T[]): T | undefined {
  return [...candidates].sort((left, right) => firstDifference(rankOf(left), rankOf(right)))[0];
}

function rankOf({ inbound, isStanding, isLeaving, state, priority }: TagCandidate): readonly number[] {
  const [leaves, isNew] = [Number(isLeaving), Number(!isStanding)];
  switch (inbound) {
    case 'Ready':
      return [0, leaves, BY_STATE[state], priority, isNew];
    case 'Untold':
      return [1, BY_STATE[state], isNew, leaves, priority];
    case 'NotReady':
      return [1, isNew, leaves, BY_STATE[state], priority];
  }
}

function firstDifference(left: readonly number[], right: readonly number[]): number {
  return left.map((value, place) => value - (right[place] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
