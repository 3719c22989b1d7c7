import type { Conclusion } from './conclusion.ts';
import { conditionOf, type Finding, lastWord, type Spoken } from './finding.ts';
import type { Work } from './work.ts';

/** A device that does not save is asked again after so long at first, then after half as long as it has refused already. */
export const FIRST_SAVE_RETRY_MS = 30_000;

/**
 * What is in place but was not saved would be gone after a restart of the device, so it is not deployed (audiocodes-sbc §11.3). Undefined: this
 * object has nothing of that kind. A try of this process tells it by itself (`Work.failures`); of one of an earlier process, the last word.
 */
export function unsaved(object: Spoken, type: string, works: readonly Work[]): Finding | undefined {
  const before = lastWord(object, type);
  return before?.reason === 'SaveFailed' && works.some(({ isUnsaved }) => isUnsaved) ? before : undefined;
}

/** Ms until a device that has not saved is asked again, which every look at it does, by what the object said last; undefined: it said no such thing. */
export function saveRetryMs(object: Spoken, type: string, now: string): number | undefined {
  const condition = conditionOf(object, type);
  if (condition?.reason !== 'SaveFailed') return undefined;
  return Math.max(FIRST_SAVE_RETRY_MS, (Date.parse(now) - Date.parse(condition.lastTransitionTime)) / 2);
}

/** As saveRetryMs, by what a pass says now. */
export function nextSaveMs(object: Spoken, type: string, { conditions }: Pick<Conclusion, 'conditions'>, now: string): number {
  const isUnsaved = conditions.some((condition) => condition.type === type && condition.reason === 'SaveFailed');
  return isUnsaved ? (saveRetryMs(object, type, now) ?? FIRST_SAVE_RETRY_MS) : Number.POSITIVE_INFINITY;
}
