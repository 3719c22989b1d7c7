import { describe, expect, it } from 'vitest';
import { customer, device, range, site, TENANT } from '../../test/support/controllers/objects.ts';
import { house } from '../../test/support/controllers/story.ts';

describe('what a person corrects where nobody watches', () => {
  it('[S178] a ConfigMap of prefixes that could not be used is read again within a minute', async () => {
    const built = await house();
    built.putConfigMap('numbers', { list: '+4144555010x\n' });
    built.apply(customer(), device(), site());
    const { prefixes: _, ...spec } = range().spec;
    built.apply({ ...range(), spec: { ...spec, prefixesFrom: { name: 'numbers', key: 'list' } } });
    await built.run(10_000);
    expect(built.ready('NumberRange', 'office')).toBe('False/PrefixSyntax');
    built.putConfigMap('numbers', { list: '+414455501[00-49]\n' });
    await built.run(70_000);
    expect(built.ready('NumberRange', 'office')).toBe('True/Deployed');
  });

  it('limits of a device hold from the next write on', async () => {
    const built = await house();
    built.apply(customer(), device('sbc1', { limits: { dialPlanRules: 10 } }));
    await built.run(10_000);
    built.edit('SBCDevice', 'sbc1', { limits: { dialPlanRules: 20 } });
    await built.run(10_000);
    expect(built.outside.limitsOf('acme/sbc1')).toEqual({ dialPlanRules: 20 });
  });

  it('[S074] a right that is granted is seen at the next look, although the token of the hour does not tell', async () => {
    const built = await house();
    const tenant = built.outside.tenants.get(TENANT);
    const granted = [...(tenant?.roles ?? [])];
    if (tenant !== undefined) tenant.roles = granted.filter((role) => role !== 'User.Read.All');
    built.apply(customer(), device(), site());
    await built.run(10_000);
    expect(built.ready('Customer', 'contoso')).toBe('False/PermissionMissing');
    if (tenant !== undefined) tenant.roles = granted;
    await built.run(700_000);
    expect(built.condition('Customer', 'contoso', 'Authorized')).toBe('True/RightsSufficient');
  });
});
