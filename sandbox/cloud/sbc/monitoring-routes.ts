import type { Hono } from 'hono';
import type { StandInEnv } from '../stand-in.ts';
import { type Alarm, pageOf } from './alarms.ts';
import { busy, failed, type SbcContext } from './answers.ts';
import type { SbcDevice } from './device.ts';

/** Status, alarms and licence (audiocodes-sbc §3, §4, §5). */
export function addMonitoringRoutes(api: Hono<StandInEnv>, device: SbcDevice): void {
  api.get('/status', (c) => c.json(statusOf(device)));
  api.get('/alarms', (c) =>
    c.json({ alarms: ['active', 'history'].map((id) => ({ id, description: `${id} alarms`, url: `/api/v1/alarms/${id}` })) }),
  );
  api.get('/alarms/active', (c) => alarmList(c, device, device.alarms.active(), 'active'));
  api.get('/alarms/history', (c) => alarmList(c, device, device.alarms.history(), 'history'));
  api.get('/alarms/active/:id', (c) => alarmDetail(c, device, device.alarms.active(), 'active'));
  api.get('/alarms/history/:id', (c) => alarmDetail(c, device, device.alarms.history(), 'history'));
  api.get('/license', (c) => c.json(licenseOf(device)));
  api.put('/license', async (c) => busy(device, c) ?? putLicense(c, device));
}

function statusOf(device: SbcDevice): Record<string, unknown> {
  const flag = (value: boolean): boolean | string => (device.switches.booleans() === 'string' ? String(value) : value);
  return {
    localTimeStamp: device.localTime,
    ipAddress: '192.0.2.20',
    subnetMask: '255.255.255.0',
    defaultGateway: '192.0.2.1',
    productType: 'Mediant VE SBC',
    versionID: device.versionId,
    protocolType: 'SIP',
    operationalState: device.isLocked ? 'LOCKED' : 'UNLOCKED',
    highAvailability: device.highAvailability ? 'Operational' : 'Not Operational',
    serialNumber: device.serialNumber,
    macAddress: '0200c0000201',
    osType: 'Linux',
    acceleratedNetworking: 'Disabled',
    systemUpTime: Math.floor(device.uptimeMs / (device.switches.uptimeUnit() === 'seconds' ? 1000 : 10)),
    ...(device.switches.saveNeededField() === 'present'
      ? { saveNeeded: flag(device.saveNeeded), resetNeeded: flag(device.resetNeeded) }
      : {}),
    upgradeStatus: device.upgradeStatus,
    mcUpgradeStatus: 'None',
  };
}

type AlarmFolder = 'active' | 'history';

/** 204 when there are none; the list has no severity (§4.1). */
function alarmList(c: SbcContext, device: SbcDevice, alarms: readonly Alarm[], folder: AlarmFolder): Response {
  const query = c.req.query();
  if (device.switches.alarmQuery() === 'refused' && Object.keys(query).length > 0) return failed(c, 400, 'Bad query parameter');
  const page = pageOf(alarms, query);
  if (page === undefined || Object.keys(query).some((name) => !['limit', 'after', 'before'].includes(name))) {
    return failed(c, 400, 'Bad query parameter');
  }
  if (page.items.length === 0) return c.body(null, 204);
  const items = page.items.map(({ id, description }) => ({ id, description, url: `/api/v1/alarms/${folder}/${id}` }));
  return c.json({ alarms: items, cursor: page.cursor });
}

/** 404 = cleared between list and detail. */
function alarmDetail(c: SbcContext, device: SbcDevice, alarms: readonly Alarm[], folder: AlarmFolder): Response {
  const alarm = alarms.find(({ id }) => id === c.req.param('id'));
  if (alarm === undefined) return failed(c, 404, 'Alarm not found');
  const withOid = c.req.query('oid') === '1' && device.switches.alarmQuery() === 'supported';
  const { id, description, severity, source, raisedAt, oid } = alarm;
  const detail = { id, description, severity, source, date: new Date(raisedAt).toISOString(), url: `/api/v1/alarms/${folder}/${id}` };
  return c.json(withOid && oid !== undefined ? { ...detail, oid } : detail);
}

function licenseOf(device: SbcDevice): Record<string, unknown> {
  return {
    licenseVersion: 1,
    serialNumber: device.serialNumber,
    serialNumberRedundant: device.highAvailability ? `${device.serialNumber.slice(0, -1)}9` : '',
    key: device.license.key,
    keyRedundant: '',
    keyDescription: device.license.keyDescription,
    keyDescriptionRedundant: '',
    macAddress: '0200c0000201',
    macAddressRedundant: '',
  };
}

/** Exists, and a driver must not call it (§19.1): it is counted as forbidden. */
async function putLicense(c: SbcContext, device: SbcDevice): Promise<Response> {
  device.counters.forbidden.push('PUT /license');
  if (device.highAvailability) return failed(c, 409, 'A single key cannot be loaded on an HA pair');
  const body: unknown = await c.req.json().catch(() => undefined);
  const key = typeof body === 'object' && body !== null && 'key' in body ? body.key : undefined;
  if (typeof key !== 'string' || key === '') return failed(c, 400, 'Bad license key');
  device.license = { ...device.license, key };
  return c.json({ description: 'License key was loaded' });
}
