import { describe, expect, it } from 'vitest';
import type { Customer, CustomerStatus, SbcDevice, SbcDeviceStatus } from '../api/kinds.ts';
import type { Condition, ConditionStatus } from '../api/meta.ts';
import { PrometheusMeters } from './meters.ts';
import { type ObservedObjects, observeObjects } from './object-metrics.ts';

function condition(type: string, status: ConditionStatus): Condition {
  return { type, status, reason: 'Any', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
}

function customer(name: string, status?: CustomerStatus): Customer {
  return {
    apiVersion: 'trunkline.dev/v1alpha1',
    kind: 'Customer',
    metadata: { name, namespace: 'acme' },
    spec: {
      fullName: name,
      shortName: name.toUpperCase(),
      services: [],
      admin: { email: 'a@example.com' },
      authentication: { method: 'AppRegistration' },
    } as Customer['spec'],
    ...(status === undefined ? {} : { status }),
  };
}

function device(name: string, status?: SbcDeviceStatus): SbcDevice {
  const spec = { vendor: 'AudioCodes', address: '192.0.2.1', fqdn: `${name}.example.com`, credentialsSecretRef: { name } };
  return {
    apiVersion: 'trunkline.dev/v1alpha1',
    kind: 'SBCDevice',
    metadata: { name, namespace: 'carrier' },
    spec: spec as SbcDevice['spec'],
    ...(status === undefined ? {} : { status }),
  };
}

/** The exported lines whose metric has this name. */
async function exported(name: string, objects: Partial<Record<keyof ObservedObjects, unknown[]>>, perCustomer = true): Promise<string[]> {
  const meters = new PrometheusMeters();
  const none = { Customer: [], SiteLocation: [], SBCDevice: [], NumberRange: [], Invitation: [] };
  const caches = Object.fromEntries(Object.entries({ ...none, ...objects }).map(([kind, list]) => [kind, { values: () => list }]));
  observeObjects(meters, caches as unknown as ObservedObjects, { perCustomer });
  return (await meters.text()).split('\n').filter((line) => line.startsWith(`${name}{`));
}

describe('metrics of the fleet', () => {
  it('counts objects by kind and readiness, with every pair there at 0', async () => {
    const ready = customer('a', { conditions: [condition('Ready', 'True')] });
    const lines = await exported('trunkline_objects', { Customer: [ready, customer('b')] }, false);
    expect(lines).toHaveLength(15);
    expect(lines).toEqual(
      expect.arrayContaining([
        'trunkline_objects{kind="Customer",ready="True"} 1',
        'trunkline_objects{kind="Customer",ready="Unknown"} 1',
        'trunkline_objects{kind="SBCDevice",ready="False"} 0',
      ]),
    );
  });

  it('sums drift that is left as it is, by kind', async () => {
    const drifted = [2, 3].map((objects) => customer(`c${objects}`, { driftTotals: { objects, fields: 9 } }));
    const lines = await exported('trunkline_drift_objects', { Customer: drifted }, false);
    expect(lines).toContain('trunkline_drift_objects{kind="Customer"} 5');
    expect(lines).toContain('trunkline_drift_objects{kind="NumberRange"} 0');
  });

  it('[S042] counts customers by how they sign in', async () => {
    const { authentication: _, ...spec } = customer('b').spec;
    const lines = await exported('trunkline_customers_by_auth_method', { Customer: [customer('a'), { ...customer('b'), spec }] }, false);
    expect(lines).toEqual([
      'trunkline_customers_by_auth_method{method="AppRegistration"} 1',
      'trunkline_customers_by_auth_method{method="DelegatedToken"} 0',
      'trunkline_customers_by_auth_method{method="ProviderApp"} 0',
      'trunkline_customers_by_auth_method{method="Password"} 0',
      'trunkline_customers_by_auth_method{method="None"} 1',
    ]);
  });
});

describe('metrics of SBCs', () => {
  it('tells up and down, and nothing of a device that nobody has reached yet', async () => {
    const devices = (['True', 'False', 'Unknown'] as const).map((status) =>
      device(status.toLowerCase(), { conditions: [condition('Connected', status)] }),
    );
    expect(await exported('trunkline_sbc_up', { SBCDevice: [...devices, device('new')] }, false)).toEqual([
      'trunkline_sbc_up{namespace="carrier",sbc="true"} 1',
      'trunkline_sbc_up{namespace="carrier",sbc="false"} 0',
    ]);
  });

  it('[S152] counts active alarms as critical, major, minor and warning', async () => {
    const alarms = { total: 10, critical: 1, major: 2, minor: 3, warning: 4 };
    expect(await exported('trunkline_sbc_active_alarms', { SBCDevice: [device('sbc1', { alarms }), device('new')] })).toEqual([
      'trunkline_sbc_active_alarms{namespace="carrier",sbc="sbc1",severity="critical"} 1',
      'trunkline_sbc_active_alarms{namespace="carrier",sbc="sbc1",severity="major"} 2',
      'trunkline_sbc_active_alarms{namespace="carrier",sbc="sbc1",severity="minor"} 3',
      'trunkline_sbc_active_alarms{namespace="carrier",sbc="sbc1",severity="warning"} 4',
    ]);
  });

  it('[S164] has no count of SIP users where the device reports none, rather than 0', async () => {
    const devices = [device('sbc1', { sipUsersCount: 12 }), device('silent', {})];
    expect(await exported('trunkline_sbc_sip_users', { SBCDevice: devices })).toEqual([
      'trunkline_sbc_sip_users{namespace="carrier",sbc="sbc1"} 12',
    ]);
  });
});

describe('metrics of single customers', () => {
  it('names tenant and method, and the deploy status once there is one', async () => {
    const customers = [customer('a', { tenantId: 't-1', deployStatus: 'Deployed' }), customer('b')];
    expect(await exported('trunkline_customer_info', { Customer: customers })).toEqual([
      'trunkline_customer_info{namespace="acme",customer="a",short_name="A",tenant_id="t-1",auth_method="AppRegistration"} 1',
      'trunkline_customer_info{namespace="acme",customer="b",short_name="B",tenant_id="",auth_method="AppRegistration"} 1',
    ]);
    expect(await exported('trunkline_customer_deploy_status', { Customer: customers })).toEqual([
      'trunkline_customer_deploy_status{namespace="acme",customer="a",status="Deployed"} 1',
    ]);
  });

  it('[S055] tells whether signing in worked, and nothing before it was tried', async () => {
    const customers = (['Successful', 'TokenNotGenerated', 'NeverPerformed'] as const).map((lastVerificationStatus) =>
      customer(lastVerificationStatus.toLowerCase(), { authentication: { lastVerificationStatus } }),
    );
    expect(await exported('trunkline_authentication_verified', { Customer: customers })).toEqual([
      'trunkline_authentication_verified{namespace="acme",customer="successful"} 1',
      'trunkline_authentication_verified{namespace="acme",customer="tokennotgenerated"} 0',
    ]);
  });

  it('[S073] tells when a client secret expires, and nothing where that is not known', async () => {
    const known = customer('a', { authentication: { clientSecretExpiresAt: '2027-01-01T00:00:00Z' } });
    expect(
      await exported('trunkline_client_secret_expiry_timestamp_seconds', { Customer: [known, customer('b', { authentication: {} })] }),
    ).toEqual(['trunkline_client_secret_expiry_timestamp_seconds{namespace="acme",customer="a"} 1798761600']);
  });

  it('tells licences and checks as far as they are known, each check once', async () => {
    const checks = [
      { name: 'Certificate', status: 'False' as const },
      { name: 'Certificate', status: 'True' as const },
      { name: 'Dns', status: 'Unknown' as const },
    ];
    const found = customer('a', { licenses: { acquired: 30 }, verification: { checks } });
    expect(await exported('trunkline_license_acquired', { Customer: [found] })).toEqual([
      'trunkline_license_acquired{namespace="acme",customer="a"} 30',
    ]);
    expect(await exported('trunkline_license_licensed', { Customer: [found] })).toEqual([]);
    expect(await exported('trunkline_verification_check', { Customer: [found] })).toEqual([
      'trunkline_verification_check{namespace="acme",customer="a",check="Certificate"} 1',
    ]);
  });

  it('tells the status that each condition has, and can be switched off for all but SBCs', async () => {
    const objects = {
      Customer: [customer('a', { conditions: [condition('Ready', 'False')] })],
      SBCDevice: [device('sbc1', { conditions: [condition('Connected', 'True')] })],
    };
    const ofDevice = 'trunkline_condition{kind="SBCDevice",namespace="carrier",name="sbc1",type="Connected",status="True"} 1';
    expect(await exported('trunkline_condition', objects)).toEqual([
      'trunkline_condition{kind="Customer",namespace="acme",name="a",type="Ready",status="False"} 1',
      ofDevice,
    ]);
    expect(await exported('trunkline_condition', objects, false)).toEqual([ofDevice]);
    expect(await exported('trunkline_customer_info', objects, false)).toEqual([]);
  });
});
