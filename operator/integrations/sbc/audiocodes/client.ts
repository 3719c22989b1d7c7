import { OperatorError } from '../../../errors/operator-error.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { AllowList, type CallRule } from '../../http/allow-list.ts';
import { createHttpClient, type HttpBody, type HttpClient, type HttpResponse, type HttpRuntime } from '../../http/client.ts';
import { readJson } from '../../http/read-json.ts';
import type { SystemName } from '../../http/translate.ts';
import type { SbcConnection } from '../port.ts';
import { failureOfAnswer, failureOfCall, mayHaveActed } from './translate.ts';
import { AlarmDetail, AlarmPage, DeviceStatus, KpiList, License, ScriptAnswer } from './wire.ts';

/**
 * Every call that this client can make (audiocodes-sbc §19.1). The full uploads, the restart and the licence upload are not among them,
 * and the factory refuses to send anything that is not here.
 * @internal Exported for its own tests.
 */
export const SBC_CALLS: readonly CallRule[] = [
  { operation: 'read status', method: 'GET', path: '/api/v1/status' },
  { operation: 'list alarms', method: 'GET', path: '/api/v1/alarms/active' },
  { operation: 'read alarm', method: 'GET', path: '/api/v1/alarms/active/{id}' },
  { operation: 'read licence', method: 'GET', path: '/api/v1/license' },
  { operation: 'read user counters', method: 'GET', path: '/api/v1/kpi/current/sbc/otherStats/global' },
  { operation: 'read ini file', method: 'GET', path: '/api/v1/files/ini' },
  { operation: 'read CLI script', method: 'GET', path: '/api/v1/files/cliScript' },
  { operation: 'send incremental CLI script', method: 'PUT', path: '/api/v1/files/cliScript/incremental' },
  { operation: 'save configuration', method: 'POST', path: '/api/v1/actions/saveConfiguration' },
];

const TIMEOUT_MS = { status: 10_000, file: 120_000, save: 60_000 };
const MAX_FILE_BYTES = 64 * 1_048_576;
const BOUNDARY = 'trunkline-script-boundary';

/** What became of a script. Only reading back says what it did (audiocodes-sbc §10.2). */
export type ScriptOutcome =
  | { readonly state: 'answered'; readonly answer: ScriptAnswer }
  /** Refused before anything was run. */
  | { readonly state: 'refused'; readonly error: OperatorError }
  /** No whole answer: it may have run, in part or not at all. */
  | { readonly state: 'unknown'; readonly error: OperatorError };

/** The REST interface of one device. Basic authentication on each call; at most two calls at a time (audiocodes-sbc §1). */
export class AudioCodesClient {
  readonly name: SystemName;
  readonly #http: HttpClient;
  readonly #clock: Clock;
  readonly #authorization: string;

  constructor(runtime: HttpRuntime, device: string, connection: SbcConnection) {
    const { caPem, fingerprint } = connection.tls;
    this.name = { system: 'sbc', displayName: `SBC ${device}` };
    this.#clock = runtime.clock;
    this.#authorization = `Basic ${Buffer.from(`${connection.username}:${connection.password}`, 'utf8').toString('base64')}`;
    this.#http = createHttpClient(runtime, {
      ...this.name,
      origin: `${connection.https ? 'https' : 'http'}://${connection.address}`,
      allow: new AllowList(SBC_CALLS),
      recordable: { fields: RECORDED_FIELDS, text: maskFile },
      trust: { ...(caPem === undefined ? {} : { caPem }), ...(fingerprint === undefined ? {} : { fingerprint }) },
      maxResponseBytes: MAX_FILE_BYTES,
      maxSockets: 2,
    });
  }

  async status(signal: AbortSignal): Promise<DeviceStatus> {
    return readJson(this.name, await this.#get('/api/v1/status', TIMEOUT_MS.status, signal), DeviceStatus);
  }

  /** One page of active alarms; an empty one when there are none. `query` empty asks without parameters, which old firmware needs. */
  async alarms(query: string, signal: AbortSignal): Promise<AlarmPage> {
    const response = await this.#get(`/api/v1/alarms/active${query}`, TIMEOUT_MS.status, signal);
    return response.status === 204 ? { alarms: [], cursor: { after: '-1' } } : readJson(this.name, response, AlarmPage);
  }

  /** Severity of an active alarm; undefined when it has been cleared meanwhile. */
  async severity(id: string, signal: AbortSignal): Promise<string | undefined> {
    const response = await this.#try({
      method: 'GET',
      url: `/api/v1/alarms/active/${encodeURIComponent(id)}`,
      signal,
      timeoutMs: TIMEOUT_MS.status,
    });
    if (response.status === 404) return undefined;
    return readJson(this.name, this.#checked(response), AlarmDetail).severity;
  }

  /** Undefined when this user may not see it or the firmware has none. */
  async license(signal: AbortSignal): Promise<License | undefined> {
    const response = await this.#try({ method: 'GET', url: '/api/v1/license', signal, timeoutMs: TIMEOUT_MS.status });
    if (response.status === 403 || response.status === 404) return undefined;
    return readJson(this.name, this.#checked(response), License);
  }

  /** Registered SIP users; undefined when the device does not report them (S164). */
  async registeredUsers(signal: AbortSignal): Promise<number | undefined> {
    const response = await this.#try({
      method: 'GET',
      url: '/api/v1/kpi/current/sbc/otherStats/global',
      signal,
      timeoutMs: TIMEOUT_MS.status,
    });
    if (response.status !== 200) return undefined;
    const item = readJson(this.name, response, KpiList).items.find(({ id }) => id.toLowerCase() === 'registeredusers');
    return item?.value ?? undefined;
  }

  async ini(signal: AbortSignal): Promise<string> {
    return (await this.#get('/api/v1/files/ini', TIMEOUT_MS.file, signal)).text;
  }

  async cliScript(signal: AbortSignal): Promise<string> {
    return (await this.#get('/api/v1/files/cliScript', TIMEOUT_MS.file, signal)).text;
  }

  /** Sends one incremental script. Never throws for what the device answers or fails to answer; an aborted signal throws. */
  async sendScript(script: string, signal: AbortSignal): Promise<ScriptOutcome> {
    try {
      const url = '/api/v1/files/cliScript/incremental';
      const response = await this.#try({ method: 'PUT', url, signal, timeoutMs: TIMEOUT_MS.file, body: scriptBody(script) });
      return { state: 'answered', answer: readJson(this.name, this.#checked(response), ScriptAnswer) };
    } catch (thrown) {
      if (!(thrown instanceof OperatorError)) throw thrown;
      return { state: mayHaveActed(thrown) ? 'unknown' : 'refused', error: thrown };
    }
  }

  /** Running configuration to flash. */
  async save(signal: AbortSignal): Promise<void> {
    this.#checked(await this.#try({ method: 'POST', url: '/api/v1/actions/saveConfiguration', signal, timeoutMs: TIMEOUT_MS.save }));
  }

  close(): void {
    this.#http.close();
  }

  async #get(url: string, timeoutMs: number, signal: AbortSignal): Promise<HttpResponse> {
    return this.#checked(await this.#try({ method: 'GET', url, signal, timeoutMs }));
  }

  async #try(request: {
    method: 'GET' | 'PUT' | 'POST';
    url: string;
    signal: AbortSignal;
    timeoutMs: number;
    body?: HttpBody;
  }): Promise<HttpResponse> {
    try {
      return await this.#http.send({ ...request, headers: { Authorization: this.#authorization } });
    } catch (thrown) {
      throw failureOfCall(thrown);
    }
  }

  #checked(response: HttpResponse): HttpResponse {
    if (response.status >= 200 && response.status < 300) return response;
    throw failureOfAnswer(this.name, response, this.#clock.now());
  }
}

/** Exactly one part, field and file name without blanks or hyphens, binary type, a length that is known (audiocodes-sbc §7.1). */
function scriptBody(script: string): HttpBody {
  const head = [
    `--${BOUNDARY}`,
    'Content-Disposition: form-data; name="file"; filename="cli.txt"',
    'Content-Type: application/octet-stream',
  ];
  const text = `${head.join('\r\n')}\r\n\r\n${script}\r\n--${BOUNDARY}--\r\n`;
  return { bytes: Buffer.from(text, 'utf8'), contentType: `multipart/form-data; boundary=${BOUNDARY}` };
}

const RECORDED_FIELDS = [
  'productType',
  'versionID',
  'operationalState',
  'highAvailability',
  'saveNeeded',
  'resetNeeded',
  'upgradeStatus',
  'mcUpgradeStatus',
  'severity',
  'status',
  'description',
  'output',
];

/** Of a file only what cannot hold a secret is recorded: our own scripts, and the dial plans of an ini file. */
function maskFile(text: string): string {
  if (text.startsWith(`--${BOUNDARY}`)) return text;
  const lines = text.split('\n').map((line) => (/^(\[|FORMAT |DialPlan(Rule)? \d)/.test(line) ? line : line.trim() === '' ? '' : '***'));
  return lines.join('\n');
}
