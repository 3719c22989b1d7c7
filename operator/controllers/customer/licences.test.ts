import { describe, expect, it } from 'vitest';
import { customer, device, range, site } from '../../../test/support/controllers/objects.ts';
import { house } from '../../../test/support/controllers/story.ts';
import type { Customer } from '../../api/kinds.ts';

type LicenceType = NonNullable<Customer['spec']['services'][number]['licenseType']>;

const holding = (licenseType: LicenceType): Partial<Customer['spec']> => ({
  services: [{ type: licenseType.startsWith('OC') ? 'OperatorConnect' : 'DirectRouting', licenseType, licensedUsers: 10 }],
});

describe('a service whose licence type changes', () => {
  it.each<[string, LicenceType, LicenceType, string]>([
    ['S022', 'HostedEssentials', 'HostedEssentialsPlus', 'LicenseUpgraded'],
    ['S022', 'HostedEssentials', 'HostedPro', 'LicenseUpgraded'],
    ['S023', 'OCEssentials', 'OCEssentialsPlus', 'LicenseUpgraded'],
    ['S023', 'OCEssentials', 'OCPro', 'LicenseUpgraded'],
    ['S024', 'OCEssentialsPlus', 'OCPro', 'LicenseUpgraded'],
    ['S024', 'OCPro', 'OCEssentialsPlus', 'LicenseDowngraded'],
  ])('[%s] %s to %s: one event %s, and status has what was applied', async (_row, from, to, event) => {
    const built = await house();
    built.apply(customer('contoso', holding(from)));
    await built.run(10_000);
    expect(await built.events('contoso')).not.toContain(event);
    built.edit('Customer', 'contoso', holding(to));
    await built.run(10_000);
    built.edit('Customer', 'contoso', { fullName: 'Contoso AG' });
    await built.run(10_000);
    expect((await built.events('contoso')).filter((reason) => reason.startsWith('License'))).toEqual([event]);
    expect(built.get('Customer', 'contoso').status?.services).toMatchObject([{ licenseType: to }]);
  });

  it('[S023] [S025] an upgraded customer has to let us in before anything is made in its tenant', async () => {
    const built = await house();
    const { authentication: _none, ...spec } = customer('contoso', holding('HostedEssentials')).spec;
    built.apply({ ...customer(), spec }, device(), site());
    await built.run(10_000);
    expect(built.condition('Customer', 'contoso', 'Authenticated')).toBe('Unknown/NotApplicable');
    built.edit('Customer', 'contoso', { ...holding('HostedPro'), authentication: { method: 'AppRegistration' } });
    await built.run(30_000);
    expect(built.condition('Customer', 'contoso', 'Authenticated')).toBe('False/ConsentRequired');
    expect(built.ready('SiteLocation', 'zurich')).toBe('False/CustomerNotReady');
    expect(built.outside.writes.filter(({ system }) => system === 'teams-admin')).toEqual([]);
  });

  it('[S028] after an upgrade shows the new type, deploys the Microsoft part and is deployed again', async () => {
    const built = await house();
    const { authentication, ...spec } = customer('contoso', holding('HostedEssentials')).spec;
    built.apply({ ...customer(), spec }, device(), site(), range());
    await built.run(30_000);
    expect(built.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('Unknown/NotApplicable');
    built.edit('Customer', 'contoso', { ...holding('HostedPro'), authentication });
    await built.run(30_000);
    expect(built.condition('SiteLocation', 'zurich', 'M365Deployed')).toBe('True/Deployed');
    expect(built.condition('Customer', 'contoso', 'Deployed')).toBe('True/Deployed');
    expect(built.get('Customer', 'contoso').status?.services).toEqual([{ type: 'DirectRouting', licenseType: 'HostedPro' }]);
  });

  it('[S038] a change that came past the API server is refused, and what was applied stays recorded', async () => {
    const built = await house();
    built.apply(customer('contoso', holding('HostedPro')));
    await built.run(10_000);
    built.edit('Customer', 'contoso', holding('HostedEssentialsPlus'));
    await built.run(10_000);
    expect(built.ready('Customer', 'contoso')).toBe('False/LicenseTransitionNotAllowed');
    expect(built.message('Customer', 'contoso', 'Ready')).toBe(
      'spec.services[DirectRouting].licenseType cannot change from HostedPro to HostedEssentialsPlus; allowed from there: none',
    );
    expect(built.get('Customer', 'contoso').status?.services).toMatchObject([{ licenseType: 'HostedPro' }]);
    built.edit('Customer', 'contoso', holding('HostedPro'));
    await built.run(10_000);
    expect(built.condition('Customer', 'contoso', 'Accepted')).toBe('True/Accepted');
  });
});

describe('a short name that is older than the rules of the API server', () => {
  it.each([
    ['S001', 'ab', 'ShortNameLength'],
    ['S002', 'ab|cd', 'ShortNameForbiddenCharacter'],
    ['S003', 'Audit', 'ShortNameReserved'],
    ['S004', 'ab.cd', 'ShortNameDotOrBlank'],
  ])('[%s] %s is not accepted: %s', async (_row, shortName, reason) => {
    const built = await house();
    const old = customer();
    built.kube.put('customers', { ...old, metadata: { ...old.metadata, uid: 'old' }, spec: { ...old.spec, shortName } });
    await built.run(10_000);
    expect(built.ready('Customer', 'contoso')).toBe(`False/${reason}`);
    expect(built.message('Customer', 'contoso', 'Ready')).toContain(`spec.shortName: ${shortName} `);
    expect(built.outside.visits).toEqual([]);
  });
});

describe('what an Essentials customer is counted by', () => {
  const essentials = () => {
    const { authentication: _none, ...spec } = customer('contoso', holding('HostedEssentials')).spec;
    return { ...customer(), spec };
  };

  it('[S258] the distinct numbers of the patterns that its ranges have, extensions out', async () => {
    const built = await house();
    built.apply(essentials(), device(), site(), range('office', { prefixes: ['+414455501[00-49]'] }));
    built.apply(range('desks', { prefixes: ['57[00-19]'], usage: 'Extension' }), range('lobby', { prefixes: ['+41445550200'] }));
    await built.run(30_000);
    expect(built.get('Customer', 'contoso').status?.licenses).toEqual({ acquired: 10, essentialsNumbers: 51 });
  });

  it('is not told while a list stands in a ConfigMap, nor for Plus and Pro', async () => {
    const built = await house();
    built.putConfigMap('numbers', { list: '+414455501[00-49]\n' });
    const { prefixes: _, ...listed } = range().spec;
    built.apply(essentials(), device(), site(), { ...range(), spec: { ...listed, prefixesFrom: { name: 'numbers', key: 'list' } } });
    await built.run(30_000);
    expect(built.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(built.get('Customer', 'contoso').status?.licenses).toEqual({ acquired: 10 });
  });

  it('[S243] what was bought is the sum of the services', async () => {
    const built = await house();
    const services = [...(holding('HostedPro').services ?? []), ...(holding('OCPro').services ?? [])];
    built.apply(customer('contoso', { services }));
    await built.run(10_000);
    expect(built.get('Customer', 'contoso').status?.licenses).toEqual({ acquired: 20 });
  });
});
