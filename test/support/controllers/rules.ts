import type { NumberRange } from '../../../operator/api/kinds.ts';
import type { Placement } from '../../../operator/controllers/number-range/placement.ts';
import { contentHash } from '../../../operator/domain/change/canonical.ts';
import type { OutsideObject } from '../../../operator/domain/change/object.ts';
import { range } from './objects.ts';

/** Where range office has its rules. */
export const DEVICE = 'acme/sbc1';
export const PLACE: Placement = {
  trunk: 'main',
  device: DEVICE,
  fqdn: 'zurich.voice.example.net',
  plan: 'TeamsTenants',
  tag: 'zurich.voice.example.net',
};
export const PATTERN = '+4144555010';

export function rule(tag: string, pattern = PATTERN, plan = PLACE.plan): OutsideObject {
  return { system: 'sbc', target: DEVICE, kind: 'DialPlanRule', name: `${plan}/${pattern}`, fields: { tag, ruleName: `${tag}-name` } };
}

/** The footprint's entry for the rules there. */
export const APPLIED = {
  system: 'sbc',
  target: DEVICE,
  kind: 'DialPlanRule',
  name: PLACE.plan,
  count: 1,
  hash: '',
  desiredHash: contentHash(PLACE.tag),
};

/** Range office with a footprint in this state. */
export function recorded(state: 'Applied' | 'Adopted' | 'Pending' | 'Removing', more: object = {}): NumberRange {
  const made = range('office', {}, { creationTimestamp: '2026-01-01T00:00:00Z' });
  return { ...made, status: { footprint: [{ ...APPLIED, state, ...more }] } };
}
