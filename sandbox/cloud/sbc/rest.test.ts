import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStandIn } from '../server.ts';
import { sbcStandIn } from './stand-in.ts';
import { addRuleScript, BOUNDARY, multipart, startTestDevice, type TestDevice } from './test-device.ts';

const RULE = addRuleScript('nested', 1, 17, { name: 'acme', prefix: '+41430009', tag: 'acme.teams.carrier.example' });
const hasRule = (): boolean => sbc.person.rules('CustDialPlan').some(({ index }) => index === 17);

let sbc: TestDevice;
beforeEach(async () => {
  sbc = await startTestDevice();
});
afterEach(async () => sbc.close());

describe('who may do what (audiocodes-sbc §1)', () => {
  it.each([
    ['no user', 'none' as const],
    ['unknown user', { username: 'nobody', password: 'x' }],
    ['factory user', { username: 'Admin', password: 'Admin' }],
    ['wrong password', { username: 'trunkline', password: 'wrong' }],
  ])('401 for %s', async (_, user) => {
    const answer = await sbc.call('GET', '/api/v1/status', { user });
    expect(answer).toMatchObject({ status: 401, json: { description: 'Unauthorized' } });
    expect(answer.headers['www-authenticate']).toMatch(/^Basic/);
  });

  it.each([
    ['Monitor', 'GET', '/status', 200],
    ['Monitor', 'GET', '/alarms', 200],
    ['Monitor', 'GET', '/kpi', 200],
    ['Monitor', 'GET', '/files/ini', 403],
    ['Monitor', 'GET', '/license', 403],
    ['Monitor', 'POST', '/actions/saveConfiguration', 403],
    ['Administrator', 'GET', '/files/cliScript', 200],
    ['Administrator', 'GET', '/license', 200],
    ['Administrator', 'POST', '/actions/saveConfiguration', 200],
    ['Administrator', 'PUT', '/license', 403],
  ] as const)('%s %s %s is %i', async (user, method, path, status) => {
    expect((await sbc.call(method, `/api/v1${path}`, { user })).status).toBe(status);
  });

  it('lets an Administrator upload scripts, or not (switch)', async () => {
    expect((await sbc.script(RULE, { user: 'Administrator' })).status).toBe(200);
    sbc.base.switches.set('sbc.administratorUploads', 'forbidden');
    expect((await sbc.script(RULE, { user: 'Administrator' })).status).toBe(403);
    expect((await sbc.script(RULE, { user: 'SecurityAdministrator' })).status).toBe(200);
  });

  it('blocks a user for a minute after three wrong passwords, the right one included', async () => {
    for (let attempt = 0; attempt < 3; attempt += 1)
      await sbc.call('GET', '/api/v1/status', { user: { username: 'trunkline', password: 'no' } });
    expect((await sbc.call('GET', '/api/v1/status')).status).toBe(401);
    expect((await sbc.call('GET', '/api/v1/status', { user: 'Monitor' })).status).toBe(200);
    sbc.base.clock.advance(60_000);
    expect((await sbc.call('GET', '/api/v1/status')).status).toBe(200);
    expect(sbc.device.login.refused).toBe(4);
  });

  it('serves five sessions at a time (switch)', async () => {
    const opened = await openUploads(5);
    expect((await sbc.call('GET', '/api/v1/status')).status).toBe(503);
    sbc.base.switches.set('sbc.sessionLimit', 'unlimited');
    expect((await sbc.call('GET', '/api/v1/status')).status).toBe(200);
    for (const end of opened) end();
  });
});

/** Starts uploads that never send their body. */
async function openUploads(count: number): Promise<(() => void)[]> {
  await sbc.close();
  sbc = await startTestDevice({ bodies: false });
  sbc.base.switches.set('sbc.chunkedUpload', 'accepted');
  sbc.base.switches.set('sbc.parallelUploads', count > 1 ? 'queued' : 'refused');
  const { request } = await import('node:https');
  const authorization = `Basic ${Buffer.from('trunkline:sandbox-sbc-password').toString('base64')}`;
  const requests = Array.from({ length: count }, () => {
    const headers = { authorization, 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`, 'Transfer-Encoding': 'chunked' };
    const options = { host: '127.0.0.1', port: sbc.port, method: 'PUT', path: '/api/v1/files/cliScript/incremental', headers };
    const sent = request({ ...options, ca: sbc.base.ca.certPem, servername: 'localhost', agent: false });
    sent.on('error', () => undefined); // ended by the test
    sent.write(`--${BOUNDARY}\r\n`);
    return sent;
  });
  await expect.poll(() => sbc.device.openRequests).toBe(count);
  return requests.map((sent) => () => sent.destroy());
}

describe('paths and methods', () => {
  it.each([
    ['GET', '/api', 200],
    ['GET', '/api/v1/', 200],
    ['GET', '/api/v1/versions', 200],
    ['GET', '/api/v1/files', 200],
    ['GET', '/api/v1/actions', 200],
    ['GET', '/api/v1/ipGroup/5', 404],
    ['GET', '/api/v1/performanceMonitoring', 404],
    ['POST', '/api/v1/sipTestCall/dial', 404],
    ['GET', '/', 404],
    ['DELETE', '/api/v1/files/ini', 405],
    ['POST', '/api/v1/status', 405],
    ['GET', '/api/v1/files/dialplan', 501],
    ['POST', '/api/v1/actions/authToken', 501],
  ])('%s %s is %i', async (method, path, status) => {
    expect((await sbc.call(method, path)).status).toBe(status);
  });

  it('speaks no plain HTTP', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(sbc.port, '127.0.0.1', () => socket.write('GET /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('error', () => resolve(text));
      socket.on('close', () => resolve(text));
    });
    expect(answer).not.toContain('200 OK');
  });
});

it('serves an old device over plain HTTP', async () => {
  const plain = await startStandIn(sbcStandIn(sbc.device, { tls: 'plain' }), sbc.base);
  expect((await fetch(`${plain.url}/api`)).status).toBe(200);
  expect((await fetch(`${plain.url}/api/v1/status`)).status).toBe(401);
  await plain.close();
});

describe('the upload form (§7.1)', () => {
  const part = { field: 'file', name: 'script.txt', type: 'application/octet-stream' };
  it.each([
    ['a part not named file', multipart(RULE, { ...part, field: 'data' }), 'must be named file'],
    ['a file name with a hyphen', multipart(RULE, { ...part, name: 'my-script.txt' }), 'no blanks or hyphens'],
    ['a file name with a blank', multipart(RULE, { ...part, name: 'my script.txt' }), 'no blanks or hyphens'],
    ['another part type', multipart(RULE, { ...part, type: 'text/plain' }), 'application/octet-stream'],
    ['two parts', { ...multipart(RULE), body: multipart(RULE).body.replace(`--${BOUNDARY}--`, multipart(RULE).body) }, 'exactly one part'],
    ['JSON', { body: JSON.stringify({ file: RULE }), type: 'application/json' }, 'multipart/form-data is expected'],
    ['a broken body', { body: 'nonsense', type: `multipart/form-data; boundary=${BOUNDARY}` }, 'cannot be read'],
  ])('refuses %s with 400', async (_, { body, type }, message) => {
    const answer = await sbc.call('PUT', '/api/v1/files/cliScript/incremental', { body, headers: { 'Content-Type': type } });
    expect(answer).toMatchObject({ status: 400, json: { description: expect.stringContaining(message) } });
    expect(hasRule()).toBe(false);
  });

  it('refuses chunked transfer, or takes it (switch)', async () => {
    const chunked = { headers: { 'Transfer-Encoding': 'chunked' } };
    expect((await sbc.script(RULE, chunked)).status).toBe(400);
    sbc.base.switches.set('sbc.chunkedUpload', 'accepted');
    expect((await sbc.script(RULE, chunked)).status).toBe(200);
  });

  it('refuses a second upload while one runs, or lets it wait (switch)', async () => {
    const [end] = await openUploads(1);
    expect(await sbc.script(RULE)).toMatchObject({ status: 409, json: { description: 'Another file is being loaded' } });
    sbc.base.switches.set('sbc.parallelUploads', 'queued');
    expect((await sbc.script(RULE)).status).toBe(200);
    end?.();
  });
});

describe('save, restart and HA (§11)', () => {
  it('saves with an empty body and no other', async () => {
    await sbc.script(RULE);
    expect((await sbc.call('POST', '/api/v1/actions/saveConfiguration', { body: '{}' })).status).toBe(400);
    expect(sbc.device.saveNeeded).toBe(true);
    expect(await sbc.call('POST', '/api/v1/actions/saveConfiguration')).toMatchObject({ status: 200, text: '' });
    expect(sbc.device.saveNeeded).toBe(false);
  });

  it('goes back to the last save at a restart and is away for a while', async () => {
    await sbc.script(RULE);
    sbc.base.consistency.setProfile('realistic');
    sbc.device.restart();
    expect((await sbc.call('GET', '/api/v1/status')).status).toBe(503);
    sbc.base.clock.advance(90_000);
    expect((await sbc.call('GET', '/api/v1/status')).json).toMatchObject({ saveNeeded: false, systemUpTime: 0 });
    expect(hasRule()).toBe(false);
  });

  it('answers 409 to every write while the pair synchronises, and to reads as before', async () => {
    sbc.device.startSync(20_000);
    const description = 'Device is currently performing HA synchronization';
    expect(await sbc.script(RULE)).toMatchObject({ status: 409, json: { description } });
    expect((await sbc.call('POST', '/api/v1/actions/saveConfiguration')).status).toBe(409);
    expect((await sbc.call('POST', '/api/v1/actions/reset', { body: '{}' })).status).toBe(409);
    expect((await sbc.call('GET', '/api/v1/status')).status).toBe(200);
    expect((await sbc.call('GET', '/api/v1/files/ini')).status).toBe(200);
    sbc.base.switches.set('sbc.iniWhileSyncing', 'refused');
    expect((await sbc.call('GET', '/api/v1/files/ini')).status).toBe(409);
    sbc.base.clock.advance(20_000);
    expect((await sbc.script(RULE)).status).toBe(200);
  });

  it('synchronises after each change of a pair', async () => {
    const pair = await startTestDevice({ highAvailability: true, profile: 'realistic' });
    await pair.script(RULE);
    expect((await pair.call('POST', '/api/v1/actions/saveConfiguration')).status).toBe(409);
    expect((await pair.call('GET', '/api/v1/status')).json).toMatchObject({ highAvailability: 'Operational' });
    await pair.close();
  });

  it('replaces everything and restarts on a full upload, and remembers that it was called', async () => {
    await sbc.upload('/api/v1/files/cliScript', RULE.replace('sbc dial-plan 1', 'sbc dial-plan 1\nname "Only"\nactivate'));
    expect(sbc.device.running.rows('DialPlan').map(({ values }) => values['Name'])).toEqual(['Only']);
    expect(sbc.device.running.count('IPGroup')).toBe(0);
    await sbc.upload('/api/v1/files/ini', '[ SRD ]\nFORMAT Index = Name;\nSRD 0 = "x";\n[ \\SRD ]\n');
    expect(sbc.device.running.count('DialPlan')).toBe(0);
    await sbc.call('POST', '/api/v1/actions/reset', { body: '{"saveConfiguration":false}' });
    await sbc.call('PUT', '/api/v1/license', { body: '{"key":"x"}' });
    expect(sbc.device.counters).toMatchObject({
      restarts: 3,
      forbidden: ['PUT /files/cliScript', 'PUT /files/ini', 'POST /actions/reset', 'PUT /license'],
    });
  });

  it('resets with or without saving, and refuses a bad body', async () => {
    await sbc.script(RULE);
    expect((await sbc.call('POST', '/api/v1/actions/reset', { body: '{"now":true}' })).status).toBe(400);
    await sbc.call('POST', '/api/v1/actions/reset', { body: '{}' });
    expect(hasRule()).toBe(true);
  });

  it('applies a script whose answer gets lost (fault of the base)', async () => {
    sbc.base.faults.add({ standIn: 'sbc1', path: 'cliScript/incremental', kind: 'lostAnswer', times: 1 });
    await expect(sbc.script(RULE)).rejects.toThrow();
    expect(hasRule()).toBe(true);
  });
});
