import { request as httpsRequest } from 'node:https';
import { SandboxClock } from '../clock.ts';
import { startStandIn } from '../server.ts';
import { type CloudBase, createCloudBase } from '../stand-in.ts';
import type { SbcDevice } from './device.ts';
import { DEFAULT_USERS } from './device.ts';
import type { DialectName } from './dialect.ts';
import { PersonAtDevice } from './person.ts';
import { type SeedOptions, seedQuickstartSbc } from './seed.ts';
import { sbcStandIn } from './stand-in.ts';

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
  /** Undefined when the body is no JSON. */
  readonly json: unknown;
}

interface CallOptions {
  readonly user?: 'Monitor' | 'Administrator' | 'SecurityAdministrator' | { readonly username: string; readonly password: string } | 'none';
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A seeded device behind a real TLS socket, for tests. Close it. */
export interface TestDevice {
  readonly base: CloudBase;
  readonly device: SbcDevice;
  readonly person: PersonAtDevice;
  readonly port: number;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Uploads one file as §7.1 wants it. */
  upload(path: string, text: string, options?: CallOptions): Promise<Answer>;
  /** Uploads an incremental script. */
  script(text: string, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface TestOptions extends SeedOptions {
  readonly profile?: 'zero' | 'realistic';
  /** False: requests reach the device before their body is complete. */
  readonly bodies?: boolean;
}

export async function startTestDevice(options: TestOptions = {}): Promise<TestDevice> {
  const { profile = 'zero', bodies = true, ...seed } = options;
  const base = await createCloudBase({ clock: new SandboxClock({ mode: 'manual' }), profile, bodies });
  const device = await seedQuickstartSbc(base, seed);
  const running = await startStandIn(sbcStandIn(device), base);
  const call: TestDevice['call'] = (method, path, callOptions) => exchange(running.port, base.ca.certPem, method, path, callOptions ?? {});
  const upload: TestDevice['upload'] = (path, text, callOptions = {}) => {
    const { body, type } = multipart(text);
    return call('PUT', path, { ...callOptions, body, headers: { 'Content-Type': type, ...callOptions.headers } });
  };
  return {
    base,
    device,
    person: new PersonAtDevice(device),
    port: running.port,
    call,
    upload,
    script: (text, callOptions) => upload('/api/v1/files/cliScript/incremental', text, callOptions),
    close: () => running.close(),
  };
}

/** Base64 has no hyphen: no certificate can hold it. Node's reader looks for these letters alone, without the line before them. */
export const BOUNDARY = 'sandbox-upload-boundary';

export function multipart(
  text: string,
  part = { field: 'file', name: 'script.txt', type: 'application/octet-stream' },
): { body: string; type: string } {
  const head = `Content-Disposition: form-data; name="${part.field}"; filename="${part.name}"\r\nContent-Type: ${part.type}`;
  return { body: `--${BOUNDARY}\r\n${head}\r\n\r\n${text}\r\n--${BOUNDARY}--\r\n`, type: `multipart/form-data; boundary=${BOUNDARY}` };
}

function exchange(port: number, ca: string, method: string, path: string, { user, body, headers }: CallOptions): Promise<Answer> {
  const chunked = headers?.['Transfer-Encoding'] === 'chunked';
  const length: Record<string, string> = chunked ? {} : { 'Content-Length': String(Buffer.byteLength(body ?? '')) };
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        ca,
        servername: 'localhost',
        agent: false,
        headers: { ...authorization(user), ...length, ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function authorization(user: CallOptions['user'] = 'SecurityAdministrator'): Record<string, string> {
  if (user === 'none') return {};
  const known = typeof user === 'string' ? DEFAULT_USERS.find(({ level }) => level === user) : user;
  return { Authorization: `Basic ${Buffer.from(`${known?.username}:${known?.password}`).toString('base64')}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // downloads and empty answers are no JSON
  }
}

/** A script that adds one rule, in each dialect that can be learned. */
export function addRuleScript(
  dialect: DialectName,
  plan: number,
  index: number,
  rule: { name: string; prefix: string; tag: string },
): string {
  const { name, prefix, tag } = rule;
  const lines: Record<DialectName, readonly string[]> = {
    nested: [
      'configure voip',
      `sbc dial-plan ${plan}`,
      `dial-plan-rule ${index}`,
      `name "${name}"`,
      `prefix "${prefix}"`,
      `tag "${tag}"`,
      'activate',
      'exit',
      'exit',
      'exit',
    ],
    sectioned: [
      'configure voip',
      'sbc',
      `dial-plan ${plan}`,
      `rule ${index}`,
      `rule-name "${name}"`,
      `prefix-pattern "${prefix}"`,
      `result-tag "${tag}"`,
      'activate',
      'exit',
      'exit',
      'exit',
      'exit',
    ],
    unlearnable: [
      'configure voip',
      'number-routing',
      `plan ${plan}`,
      'entries',
      `entry ${index}`,
      `label "${name}"`,
      `match "${prefix}"`,
      `yields "${tag}"`,
      'activate',
      'exit',
      'exit',
      'exit',
      'exit',
      'exit',
    ],
  };
  return `${lines[dialect].join('\n')}\n`;
}
