import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestDevice, type TestDevice } from './test-device.ts';

let sbc: TestDevice;
beforeEach(async () => {
  sbc = await startTestDevice();
});
afterEach(async () => sbc.close());

const raise = (description: string) =>
  sbc.device.alarms.raise({
    description,
    severity: 'Major',
    source: 'Board#1/ProxyConnection#3',
    oid: '1.3.6.1.4.1.5003.9.10.1.21.2.0.94',
  });

describe('status (audiocodes-sbc §3)', () => {
  it('has the documented fields', async () => {
    expect((await sbc.call('GET', '/api/v1/status')).json).toMatchObject({
      productType: 'Mediant VE SBC',
      versionID: '7.40A.250.754',
      operationalState: 'UNLOCKED',
      highAvailability: 'Not Operational',
      saveNeeded: false,
      upgradeStatus: 'None',
    });
  });

  it('sends strings for booleans, or leaves the fields out (switches)', async () => {
    sbc.base.switches.set('sbc.statusBooleans', 'string');
    expect((await sbc.call('GET', '/api/v1/status')).json).toMatchObject({ saveNeeded: 'false', resetNeeded: 'false' });
    sbc.base.switches.set('sbc.saveNeededField', 'absent');
    expect((await sbc.call('GET', '/api/v1/status')).json).not.toHaveProperty('saveNeeded');
  });

  it('counts the uptime in the unit of the switch', async () => {
    sbc.base.clock.advance(10_000);
    expect((await sbc.call('GET', '/api/v1/status')).json).toMatchObject({ systemUpTime: 1000 });
    sbc.base.switches.set('sbc.uptimeUnit', 'seconds');
    expect((await sbc.call('GET', '/api/v1/status')).json).toMatchObject({ systemUpTime: 10 });
  });
});

describe('alarms (§4)', () => {
  it('answers 204 when there are none', async () => {
    expect(await sbc.call('GET', '/api/v1/alarms/active')).toMatchObject({ status: 204, text: '' });
  });

  it('pages with a cursor and tells the severity in the detail only', async () => {
    for (const description of ['one', 'two', 'three']) raise(description);
    const first = await sbc.call('GET', '/api/v1/alarms/active?limit=2');
    expect(first.json).toEqual({
      alarms: [
        { id: '1', description: 'one', url: '/api/v1/alarms/active/1' },
        { id: '2', description: 'two', url: '/api/v1/alarms/active/2' },
      ],
      cursor: { after: '2', before: '-1' },
    });
    expect((await sbc.call('GET', '/api/v1/alarms/active?limit=2&after=2')).json).toMatchObject({
      alarms: [{ id: '3' }],
      cursor: { after: '-1', before: '3' },
    });
    expect((await sbc.call('GET', '/api/v1/alarms/active/2')).json).toMatchObject({ severity: 'Major' });
    expect((await sbc.call('GET', '/api/v1/alarms/active/2')).json).not.toHaveProperty('oid');
    expect((await sbc.call('GET', '/api/v1/alarms/active/2?oid=1')).json).toMatchObject({ oid: expect.stringMatching(/94$/) });
  });

  it('answers 404 for one cleared meanwhile, and keeps it in the history until a restart', async () => {
    sbc.device.alarms.clear(raise('gone').id);
    expect((await sbc.call('GET', '/api/v1/alarms/active/1')).status).toBe(404);
    expect((await sbc.call('GET', '/api/v1/alarms/history')).json).toMatchObject({ alarms: [{ id: '1' }, { id: '2' }] });
    sbc.device.restart();
    expect((await sbc.call('GET', '/api/v1/alarms/history')).status).toBe(204);
  });

  it('refuses bad parameters, and on old firmware every parameter (switch)', async () => {
    raise('one');
    expect((await sbc.call('GET', '/api/v1/alarms/active?limit=none')).status).toBe(400);
    expect((await sbc.call('GET', '/api/v1/alarms/active?colour=red')).status).toBe(400);
    sbc.base.switches.set('sbc.alarmQuery', 'refused');
    expect((await sbc.call('GET', '/api/v1/alarms/active?limit=2')).status).toBe(400);
    expect((await sbc.call('GET', '/api/v1/alarms/active')).status).toBe(200);
  });

  it('counts ids on after a restart, or from one again (switch)', () => {
    raise('one');
    sbc.device.restart();
    expect(raise('two').id).toBe('2');
    sbc.base.switches.set('sbc.alarmIdsAfterRestart', 'startAgain');
    sbc.device.alarms.clear('1');
    sbc.device.restart();
    expect(sbc.device.alarms.active().map(({ id }) => id)).toEqual(['1']);
  });
});

describe('licence, KPIs, certificates', () => {
  it('shows the licence text (§5)', async () => {
    expect((await sbc.call('GET', '/api/v1/license')).json).toMatchObject({
      licenseVersion: 1,
      keyDescription: expect.stringContaining('SBC=500'),
    });
  });

  it('lists the IP groups in the KPI tree for a Monitor (§6.1)', async () => {
    const groups = await sbc.call('GET', '/api/v1/kpi/current/sbc/callStats/ipGroup', { user: 'Monitor' });
    expect(groups.json).toMatchObject({
      items: [
        { id: '0', name: 'Carrier' },
        { id: '1', name: 'Teams' },
      ],
    });
  });

  it.each([
    ['/kpi/current', 200],
    ['/kpi/current/sbc', 200],
    ['/kpi/current/sbc/callStats', 200],
    ['/kpi/current/sbc/callStats/ipGroup/1/activeSessions', 200],
    ['/kpi/current/sbc/callStats/ipGroup/99', 404],
    ['/kpi/current/nothing', 404],
    ['/kpi/current/sbc/nothing', 404],
    ['/kpi/current/sbc/callStats/global/nothing', 404],
    ['/kpi/current/sbc//global', 400],
    ['/kpi/history/sbc/callStats', 204],
    ['/kpi/history/nothing', 404],
    ['/kpi/interval', 200],
  ])('GET %s is %i', async (path, status) => {
    expect((await sbc.call('GET', `/api/v1${path}`)).status).toBe(status);
  });

  it('reports null for what is idle', async () => {
    sbc.device.kpis.set('sbc/otherStats/global/registeredUsers', 12);
    const { json } = await sbc.call('GET', '/api/v1/kpi/current/sbc/otherStats/global');
    expect(json).toMatchObject({
      items: [
        { id: 'registeredUsers', value: 12 },
        { id: 'transactionRate', value: null },
      ],
    });
  });

  it('gives out the certificate that covers the carrier trunk and its customers (§7.3)', async () => {
    expect((await sbc.call('GET', '/api/v1/files/tls')).json).toMatchObject({ tls: [{ id: '0' }, { id: '1', description: 'Teams' }] });
    const { text } = await sbc.call('GET', '/api/v1/files/tls/1/certificate');
    expect(new X509Certificate(text).subjectAltName).toBe('DNS:teams.carrier.example, DNS:*.teams.carrier.example');
    expect((await sbc.call('GET', '/api/v1/files/tls/0/certificate')).status).toBe(404);
    expect((await sbc.call('GET', '/api/v1/files/tls/7/certificate')).status).toBe(404);
  });

  it('takes certificate and key, and is broken when they do not match', async () => {
    const { certPem, keyPem } = await sbc.base.ca.issue({ names: ['other.example'] });
    expect((await sbc.upload('/api/v1/files/tls/1/certificate', 'nonsense')).status).toBe(400);
    expect((await sbc.upload('/api/v1/files/tls/1/privateKey', 'nonsense')).status).toBe(400);
    expect((await sbc.upload('/api/v1/files/tls/7/certificate', certPem)).status).toBe(404);
    expect((await sbc.upload('/api/v1/files/tls/1/certificate', certPem)).status).toBe(200);
    expect(sbc.device.tls.isBroken(1)).toBe(true);
    expect((await sbc.upload('/api/v1/files/tls/1/privateKey', keyPem)).status).toBe(200);
    expect(sbc.device.tls.isBroken(1)).toBe(false);
    expect((await sbc.upload('/api/v1/files/tls/1/trustedRoot', certPem)).status).toBe(200);
    expect((await sbc.upload('/api/v1/files/tls/1/trustedRoot/incremental', sbc.base.ca.certPem)).status).toBe(200);
    expect(sbc.device.tls.get(1)?.trustedRoots).toHaveLength(2);
  });
});
