import { describe, expect, it } from 'vitest';
import { range, site } from '../../test/support/controllers/objects.ts';
import type { NumberRange } from '../api/kinds.ts';
import { adoption } from './adoption.ts';
import { type Asked, confirmationOf, isDeletionConfirmed } from './confirmation.ts';
import { isForceRemoved } from './governance.ts';

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
    ['office/patterns', 'patterns', { ...asked, given: ['office/patterns'] }, false],
    ['office/patterns, office/trunk/a', 'patterns', { ...asked, given: ['office/patterns'] }, false],
    ['office/patterns, office/trunk/a', 'trunk/a', { ...asked, given: ['office/patterns'] }, true],
    ['office/patterns', 'patterns', { ...asked, given: ['office/trunk/a'] }, true],
  ])('"%s" confirms part %s when %o was asked: %s', (value, part, before, confirmed) => {
    const confirmation = confirmationOf({ object: annotated('confirm-delete', value), parts: [part], asked: before });
    expect(confirmation.isGiven(part)).toBe(confirmed);
  });

  it('remembers of what stands there only the words that are asked for, and each only as long as it stands', () => {
    const parts = ['trunk/b', 'patterns'];
    const at = (value: string | undefined, before?: Asked) =>
      confirmationOf({ object: annotated('confirm-delete', value), parts, asked: before }).record;
    const wanted = ['office/patterns', 'office/trunk/b'];
    const first = at('office/old office office/trunk/b, office/patterns');
    expect(first).toEqual({ wanted, given: wanted });
    const second = at('office/trunk/b', first);
    expect(second).toEqual({ wanted, given: ['office/trunk/b'] });
    expect(at('office/patterns office/trunk/b', second)).toEqual(second);
    expect(at(undefined, second)).toEqual({ wanted });
  });

  const [both, set] = ['office/trunk/a,office/trunk/b', 'annotate trunkline.dev/confirm-delete'];
  const stale =
    'annotation trunkline.dev/confirm-delete has office/trunk/b since before this was asked, which confirms nothing: take it away and';
  it.each([
    [undefined, {}, `${set}=${both} to go on`],
    ['office/trunk/a', {}, `${set}=${both} to go on`],
    [both, { given: ['office/trunk/b'] }, `${stale} ${set}=${both} to go on`],
  ])('where "%s" stands and %o stood before, a site names all that it needs at once', (value, before, how) => {
    const asked = { wanted: both.split(','), ...before };
    expect(confirmationOf({ object: annotated('confirm-delete', value), parts: ['trunk/a', 'trunk/b'], asked }).how).toBe(how);
  });

  it('a range that may be confirmed at its site names what is missing: it goes part by part', () => {
    const object = annotated('confirm-delete', 'office/trunk/a');
    const question = { object, parts: ['trunk/a', 'trunk/b'], asked: { wanted: both.split(',') }, site: site() };
    expect(confirmationOf(question).how).toBe(`${set}=office/trunk/b to go on`);
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
