import { describe, expect, it } from 'vitest';
import { range } from '../../test/support/controllers/objects.ts';
import type { NumberRange } from '../api/kinds.ts';
import { adoption, isConfirmed, isForceRemoved } from './governance.ts';

function annotated(name: string, value: string | undefined): NumberRange {
  return range('office', {}, value === undefined ? {} : { annotations: { [`trunkline.dev/${name}`]: value } });
}

describe('annotation adopt', () => {
  const rule = { kind: 'DialPlanRule', name: 'TeamsTenants/+41445550100' };
  it.each([
    [undefined, false],
    ['', false],
    ['true', true],
    [' true ', true],
    ['false', false],
    ['DialPlanRule/TeamsTenants/+41445550100', true],
    ['dialplanrule/teamstenants/+41445550100', true],
    ['VoiceRoute/x, DialPlanRule/TeamsTenants/+41445550100', true],
    ['VoiceRoute/x DialPlanRule/TeamsTenants/+41445550100', true],
    ['VoiceRoute/TeamsTenants/+41445550100', false],
    ['TeamsTenants/+41445550100', false],
    ['DialPlanRule', false],
    ['DialPlanRule/TeamsTenants/+414455501001', false],
    ['true, VoiceRoute/x', false],
  ])('"%s" takes the rule over: %s', (value, isAdopted) => {
    expect(adoption(annotated('adopt', value))(rule)).toBe(isAdopted);
  });
});

describe('annotation confirm-delete', () => {
  it.each([
    [undefined, undefined, false],
    ['office', undefined, true],
    ['true', undefined, false],
    ['Office', undefined, false],
    ['office2', undefined, false],
    ['other, office', undefined, true],
    ['office/patterns', undefined, false],
    ['office/patterns', 'patterns', true],
    ['office/trunk/a', 'trunk/a', true],
    ['office/trunk/a', 'trunk/b', false],
    ['other/patterns', 'patterns', false],
  ])('"%s" confirms part %s: %s', (value, part, confirmed) => {
    expect(isConfirmed(annotated('confirm-delete', value), part)).toBe(confirmed);
  });
});

describe('annotation force-remove', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['false', false],
    ['true', true],
    ['office', true],
    ['other', false],
  ])('"%s" gives up on what is left: %s', (value, isForced) => {
    expect(isForceRemoved(annotated('force-remove', value))).toBe(isForced);
  });
});
