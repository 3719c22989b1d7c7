import type { NumberRange, SiteLocation } from '../../api/kinds.ts';
import type { EventInput } from '../../runtime/reconciler.ts';
import { isGivenUp } from '../governance.ts';
import { leftoverOf } from '../removal.ts';
import { trunkPart } from './going.ts';
import type { DeviceLook } from './looks.ts';
import type { Placement } from './placement.ts';

/** A range without what a person has given up. */
export interface Remainder {
  readonly range: NumberRange;
  readonly looks: readonly DeviceLook[];
  readonly events: readonly EventInput[];
}

/**
 * Forgets what the range has left on a device to which no trunk leads any more and that cannot be seen, where a person gives that up by
 * `force-remove=<name>/trunk/<trunk>`, of the range or of its site for all of its ranges. Where it can be seen it is removed.
 */
export function withoutGivenUp(
  range: NumberRange,
  site: SiteLocation,
  places: readonly Placement[],
  looks: readonly DeviceLook[],
): Remainder {
  const isLost = ({ device, seen }: DeviceLook): boolean =>
    seen.state === 'failed' && !places.some((place) => place.device === device) && isGivenUp([range, site], trunkPart(range, device));
  const lost = new Set<string>(looks.filter(isLost).map(({ device }) => device));
  if (lost.size === 0) return { range, looks, events: [] };
  const { footprint = [], trunks = [], ...status } = range.status ?? {};
  const left = footprint.filter(({ system, target }) => system === 'sbc' && lost.has(target));
  return {
    range: {
      ...range,
      status: {
        ...status,
        footprint: footprint.filter((entry) => !left.includes(entry)),
        trunks: trunks.filter(({ device }) => !lost.has(device ?? '')),
      },
    },
    looks: looks.filter(({ device }) => !lost.has(device)),
    events: [{ type: 'Warning', reason: 'ForceRemoved', note: leftoverOf(left) }],
  };
}
