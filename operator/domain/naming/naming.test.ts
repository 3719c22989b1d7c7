import { describe, expect, it } from 'vitest';
import { derivedTrunkName } from '../routing/trunk-names.ts';
import { formatMarker, parseMarker } from './marker.ts';
import { ruleName, ruleSuffix } from './rule-name.ts';

const rule = { plan: 'TeamsTenants', prefix: '+44587996[01-20]', tag: 'ams.voice.example.net' };

describe('names outside', () => {
  it('[S173] gives rules of one customer distinct names of at most 15 characters', () => {
    const names = Array.from({ length: 500 }, (_, index) => ruleName('Contoso-Ltd+++', { ...rule, prefix: `+4458799${index}` }));
    expect(names.every((name) => name.length <= 15 && name.startsWith('Contoso-Lt-'))).toBe(true);
    expect(new Set(names).size).toBe(names.length);
  });

  it('[S173] derives the next name of the same rule when the first is taken, and the same name every time', () => {
    expect(ruleSuffix(rule, 0)).toBe(ruleSuffix({ ...rule, tag: rule.tag.toUpperCase() }, 0));
    expect(new Set(Array.from({ length: 16 }, (_, n) => ruleSuffix(rule, n))).size).toBe(16);
  });

  it('[S004] a short name of special characters only still gives a rule name', () => {
    expect(ruleName('+&+', rule)).toMatch(/^rule-[a-z2-7]{4}$/);
  });

  it('markers survive a round trip and nothing else is taken for one', () => {
    const parts = { installation: 'nl1', kind: 'SiteLocation', key: 'acme/ams' } as const;
    expect(parseMarker(formatMarker(parts))).toEqual(parts);
    expect(parseMarker('Managed by hand')).toBeUndefined();
    expect(parseMarker('trunkline:nl1/tenant/0000')).toBeUndefined();
  });
});

describe('[S012] trunk names: one label under the carrier trunk', () => {
  it.each([
    [{ carrierTrunk: 'voice.example.net' }, 'AMS', { fqdn: 'ams.voice.example.net' }],
    [{ carrierTrunk: 'voice.example.net', label: 'rd' }, 'R&D', { fqdn: 'rd.voice.example.net' }],
    [{ carrierTrunk: 'voice.example.net' }, 'R&D', { problem: 'LabelRequired', value: 'r&d' }],
    [{ carrierTrunk: `${'x'.repeat(40)}.example.net` }, 'ams', { problem: 'FqdnTooLong', value: `ams.${'x'.repeat(40)}.example.net` }],
  ])('%j of site %s gives %j', (trunk, site, expected) => {
    expect(derivedTrunkName(trunk, site)).toEqual(expected);
  });
});
