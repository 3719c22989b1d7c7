import type { ObjectKey } from '../../api/meta.ts';
import type { SiteScope } from '../site-scope.ts';
import type { Work } from '../work.ts';
import type { RangeFindings } from './findings.ts';
import { isRecordedTag, recordsIn } from './footprint.ts';
import { isLeftAlone } from './going.ts';

/** An SBC to which a trunk leads and that cannot be read, with what it lacks by what is known of it. */
export interface LostDevice {
  readonly device: ObjectKey;
  readonly why: string;
  readonly misses: number;
  /** Calls come by a trunk to it: SBCDeployed needs it (telephony 2.1). */
  readonly isActive: boolean;
  /** Rules of the range have been seen there. */
  readonly hasStood: boolean;
  readonly toWrite: number;
  readonly toRemove: number;
}

/** Whether a trunk of the site leads to the SBC of a piece of work. */
export function isLedTo({ target }: Pick<Work, 'target'>, { places }: Pick<RangeFindings, 'places'>): boolean {
  return places.some(({ device }) => device === target.id);
}

/** Every SBC that is lost; one that is only being read is none. */
export function lostDevices(found: RangeFindings): LostDevice[] {
  const { range, scope, places, works, wanted, held, grants, undeployed } = found;
  return places.flatMap((place): LostDevice[] => {
    const { device } = place;
    const seen = works.find(({ target }) => target.id === device)?.seen;
    if (seen?.state !== 'failed') return [];
    const records = new Map([...recordsIn(range, place, held)].filter(([, { state }]) => state !== 'Pending'));
    const asked = undeployed ? [] : wanted.filter(({ text }) => grants.byDevice.get(device)?.refused.has(text) !== true);
    const texts = new Set(asked.map(({ text }) => text));
    const lacks = [...texts].filter((text) => {
      const record = records.get(text);
      return record === undefined || (record.tagHash !== undefined && !isRecordedTag(record, place.tag));
    });
    const leaves = [...records.values()].filter((record) => !texts.has(record.pattern) && !isLeftAlone(record, range));
    return [
      {
        device,
        why: seen.error.message,
        misses: seen.misses,
        isActive: isActive(device, scope),
        hasStood: records.size > 0,
        toWrite: lacks.length,
        toRemove: leaves.length,
      },
    ];
  });
}

/**
 * Whether the range is told by the SBCs that are seen, although others are not: one of those by which calls come is seen, and none of the lost ones is
 * still to get its first rules.
 */
export function goesOnWithout(lost: readonly LostDevice[], found: RangeFindings): boolean {
  const { works, scope } = found;
  const unseen = works.filter((work) => isLedTo(work, found) && work.seen.state !== 'seen');
  const serves = works.some(({ target, plan }) => plan !== undefined && isActive(target.id, scope));
  return serves && unseen.length === lost.length && lost.every(({ isActive, hasStood }) => hasStood || !isActive);
}

function isActive(device: string, { trunks }: SiteScope): boolean {
  return trunks.some(({ deviceKey, state }) => deviceKey === device && state === 'Active');
}
