import { describe, expect, it } from 'vitest';
import { range } from '../../../test/support/controllers/objects.ts';
import { DEVICE, PATTERN, PLACE, recorded, rule } from '../../../test/support/controllers/rules.ts';
import { type DevicePlanInput, planDevice } from './plan.ts';

/** Changes of one device as `<action> <name>`. */
function changes(input: Partial<DevicePlanInput>): string[] {
  const plan = planDevice({
    range: recorded('Applied'),
    shortName: 'contoso',
    device: DEVICE,
    place: PLACE,
    granted: [],
    yielded: new Set(),
    held: new Set([PATTERN]),
    observed: [rule(PLACE.tag)],
    policy: 'Enforce',
    adopts: () => false,
    keepsRemovals: false,
    isReplaced: () => true,
    hasHeir: () => false,
    isLeaving: () => false,
    ...input,
  });
  return plan.changes.map(({ action, name }) => `${action} ${name}`);
}

const REMOVED = [`remove TeamsTenants/${PATTERN}`];

describe('what leaves a device', () => {
  it.each<{ readonly why: string; readonly input: Partial<DevicePlanInput>; readonly is: readonly string[] }>([
    { why: 'a rule of ours that is not wanted', input: {}, is: REMOVED },
    { why: 'nothing of which status says nothing', input: { range: range() }, is: [] },
    { why: 'nothing while it waits for a confirmation', input: { keepsRemovals: true }, is: [] },
    { why: 'nothing while its number would have no rule', input: { isReplaced: () => false }, is: [] },
    { why: 'not what another range has taken over', input: { hasHeir: () => true }, is: [] },
    { why: 'not what another range holds all the same', input: { yielded: new Set([PATTERN]) }, is: [] },
    { why: "not a stranger's rule of that name", input: { observed: [rule('else')] }, is: [] },
    { why: 'what status tells the tag of, though it is not the wanted one', input: { place: { ...PLACE, tag: 'new' } }, is: REMOVED },
    { why: 'not what was adopted', input: { range: recorded('Adopted', { members: [PATTERN] }) }, is: [] },
    { why: 'what was announced and stands there as announced', input: { range: recorded('Pending', { members: [PATTERN] }) }, is: REMOVED },
    { why: 'nothing in Observe', input: { policy: 'Observe' }, is: [] },
    { why: 'everything, where no trunk leads any more', input: { place: undefined }, is: REMOVED },
  ])('$why', ({ input, is }) => {
    expect(changes(input)).toEqual(is);
  });

  it('a yielded pattern keeps its rule in the plan of today only: in another plan the range still cleans up', () => {
    const old = { range: recorded('Applied', { name: 'OldPlan', members: [PATTERN] }), observed: [rule(PLACE.tag, PATTERN, 'OldPlan')] };
    expect(changes({ ...old, yielded: new Set([PATTERN]) })).toEqual([`remove OldPlan/${PATTERN}`]);
  });

  it('adopted rules go where the user says so', () => {
    const made = recorded('Adopted', { members: [PATTERN] });
    expect(changes({ range: { ...made, spec: { ...made.spec, deletionPolicy: 'Cleanup' } } })).toEqual(REMOVED);
  });
});
