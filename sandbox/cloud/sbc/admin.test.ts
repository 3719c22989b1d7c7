import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sbcAdmin } from './admin.ts';
import { callFromCarrier } from './seed.ts';
import { addRuleScript, startTestDevice, type TestDevice } from './test-device.ts';

let sbc: TestDevice;
beforeEach(async () => {
  sbc = await startTestDevice();
});
afterEach(async () => sbc.close());

const admin = async (method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }> => {
  const response = await sbcAdmin(sbc.device).request(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  return { status: response.status, json: text === '' ? undefined : JSON.parse(text) };
};

describe('another person at the device (telephony 10)', () => {
  it('adds, changes and removes rules and leaves them unsaved; our counters do not move', async () => {
    expect((await admin('POST', '/rules', { plan: 'CustDialPlan', prefix: '+49', tag: 'a.example' })).status).toBe(201);
    expect((await admin('PATCH', '/rules', { plan: 'CustDialPlan', prefix: '+49', tag: 'b.example' })).status).toBe(204);
    expect((await admin('GET', '/rules/CustDialPlan')).json).toContainEqual({ index: 2, Name: 'by-hand', Prefix: '+49', Tag: 'b.example' });
    expect((await admin('DELETE', '/rules', { plan: 'CustDialPlan', prefix: '+49' })).status).toBe(204);
    expect((await admin('GET', '/')).json).toMatchObject({ saveNeeded: true, counters: { scripts: 0, saves: 0, rowsChanged: 0 } });
    expect((await admin('POST', '/save')).status).toBe(204);
    expect((await admin('GET', '/')).json).toMatchObject({ saveNeeded: false, counters: { saves: 0 } });
  });

  it('types a script', async () => {
    const script = addRuleScript('nested', 1, 17, { name: 'x', prefix: '+49', tag: 'y' });
    const response = await sbcAdmin(sbc.device).request('/script', { method: 'POST', body: script });
    expect(await response.json()).toMatchObject({ errors: [], rowsChanged: 1 });
    expect(sbc.device.counters).toMatchObject({ scripts: 0, rowsChanged: 0 });
  });

  it('does not get more than the device allows', async () => {
    expect((await admin('POST', '/rules', { plan: 'Nope', prefix: '+49', tag: 'a' })).status).toBe(400);
    expect((await admin('POST', '/rules', { plan: 'CustDialPlan', prefix: '+4[9', tag: 'a' })).status).toBe(400);
    expect((await admin('DELETE', '/rules', { plan: 'CustDialPlan', prefix: '+0' })).status).toBe(400);
    expect((await admin('POST', '/rules', { plan: 'CustDialPlan' })).status).toBe(400);
  });
});

it('shows alarms, offline proxy sets, a locked device, damage and a restart', async () => {
  expect((await admin('POST', '/alarms', { description: 'x', severity: 'Critical' })).status).toBe(201);
  expect((await admin('DELETE', '/alarms/1')).status).toBe(204);
  expect((await admin('DELETE', '/alarms/1')).status).toBe(404);
  await admin('PATCH', '/state', { locked: true, resetNeeded: true, upgradeStatus: 'In Progress', keyDescription: 'none' });
  const status = (await sbc.call('GET', '/api/v1/status')).json;
  expect(status).toMatchObject({ operationalState: 'LOCKED', resetNeeded: true, upgradeStatus: 'In Progress' });
  await admin('PUT', '/proxy-sets/1', { online: false });
  expect((await admin('POST', '/invite', callFromCarrier('+41'))).json).toMatchObject({ outcome: 'refused', code: 503 });
  await admin('PUT', '/proxy-sets/1', { online: true });
  expect((await admin('POST', '/invite', callFromCarrier('+41'))).json).toMatchObject({ outcome: 'routed' });
  await admin('PUT', '/ini-damage', { cutAfter: 100 });
  expect((await sbc.call('GET', '/api/v1/files/ini')).text).toHaveLength(100);
  await admin('POST', '/synchronise', { ms: 1000 });
  expect((await sbc.script('configure voip\n')).status).toBe(409);
  sbc.base.clock.advance(1000);
  await admin('POST', '/restart');
  expect(sbc.device.counters.restarts).toBe(1);
});

it('snapshots are equal after the same work in another order, and differ while unsaved', async () => {
  const rules = ['+49', '+43'].map((prefix, at) => addRuleScript('nested', 1, 20 + at, { name: 'x', prefix, tag: 'y' }));
  const before = sbc.device.snapshot();
  await sbc.script(rules.join(''));
  expect(sbc.device.snapshot()).not.toEqual(before);
  await sbc.script('configure voip\nsbc dial-plan 1\nno dial-plan-rule 21\nno dial-plan-rule 20\n');
  expect(sbc.device.snapshot()).toMatchObject({ running: before.running, saveNeeded: true });
  await sbc.call('POST', '/api/v1/actions/saveConfiguration');
  expect(sbc.device.snapshot()).toEqual(before);
});
