import { describe, expect, it } from 'vitest';
import { range } from '../../test/support/controllers/objects.ts';
import type { NumberRange } from '../api/kinds.ts';
import { contentHash } from '../domain/change/canonical.ts';
import { confirmationOf, isDeletionConfirmed } from './confirmation.ts';
import { adoption, isForceRemoved } from './governance.ts';

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
    [undefined, false],
    ['office', true],
    ['true', false],
    ['Office', false],
    ['office2', false],
    ['other, office', true],
    ['office/patterns', false],
  ])('"%s" confirms the deletion of the object: %s', (value, confirmed) => {
    expect(isDeletionConfirmed(annotated('confirm-delete', value))).toBe(confirmed);
  });

  const asked = { wanted: ['office/patterns', 'office/trunk/a'] };
  it.each([
    ['office/patterns', 'patterns', asked, true],
    ['office/trunk/a', 'trunk/a', asked, true],
    ['other, office/trunk/a', 'trunk/a', asked, true],
    ['office/trunk/a', 'trunk/b', { wanted: ['office/trunk/b'] }, false],
    ['office/trunk/a2', 'trunk/a', asked, false],
    ['other/patterns', 'patterns', asked, false],
    ['office', 'patterns', asked, false],
    ['office/patterns', 'patterns', undefined, false],
    ['office/patterns', 'patterns', { wanted: ['office/undeploy'] }, false],
    ['office/patterns', 'patterns', { wanted: ['office/patterns'], what: 'another edit' }, false],
    ['office/patterns', 'patterns', { ...asked, given: contentHash('office/patterns') }, false],
    ['office/patterns', 'patterns', { ...asked, given: contentHash('office') }, true],
  ])('"%s" confirms part %s when %o was asked: %s', (value, part, before, confirmed) => {
    const confirmation = confirmationOf({ object: annotated('confirm-delete', value), parts: [part], asked: before });
    expect(confirmation.isGiven(part)).toBe(confirmed);
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
