import 'reflect-metadata'; // must come before @peculiar/x509, which reads decorators at import
import { webcrypto } from 'node:crypto';
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509';
import { ENTRA, ENTRA_CALLS, ENTRA_RECORDABLE } from '../../operator/integrations/entra/calls.ts';
import { EntraClient } from '../../operator/integrations/entra/client.ts';
import { Connections } from '../../operator/integrations/entra/connections.ts';
import type { AppCredential } from '../../operator/integrations/entra/port.ts';
import { createHttpClient, type HttpClient, type HttpRuntime } from '../../operator/integrations/http/client.ts';
import { type CloudEndpoints, customCloud } from '../../operator/integrations/http/clouds.ts';
import type { RecordedExchange } from '../../operator/integrations/http/recording.ts';
import type { Clock } from '../../operator/runtime/clock.ts';
import { SystemClock } from '../../operator/runtime/system-clock.ts';
import { SandboxClock } from '../../sandbox/cloud/clock.ts';
import { Directory } from '../../sandbox/cloud/directory.ts';
import { entraStandIn } from '../../sandbox/cloud/entra/app.ts';
import { TokenService } from '../../sandbox/cloud/entra/tokens.ts';
import { type RunningStandIn, startStandIn } from '../../sandbox/cloud/server.ts';
import { type CloudBase, createCloudBase, type StandIn } from '../../sandbox/cloud/stand-in.ts';
import { type AppRegistration, CloudState, type Tenant } from '../../sandbox/cloud/tenant.ts';

/** The Microsoft stand-ins on real sockets, one seeded tenant with a consented app, and our clients against them. */
export interface MicrosoftCloud {
  readonly base: CloudBase;
  readonly state: CloudState;
  readonly directory: Directory;
  readonly tenant: Tenant;
  readonly app: AppRegistration;
  readonly secret: string;
  readonly cloud: CloudEndpoints;
  readonly runtime: HttpRuntime;
  readonly recorded: RecordedExchange[];
  readonly entra: EntraClient;
  readonly connections: Connections;
  readonly credential: AppCredential;
  close(): Promise<void>;
}

export interface MicrosoftCloudOptions {
  readonly permissions?: readonly string[];
  /** Stand-ins beside Entra, made over the same state. */
  readonly standIns?: (deps: { state: CloudState; base: CloudBase; tokens: TokenService; directory: Directory }) => readonly StandIn[];
}

/** Wall time follows the sandbox clock, so that tests expire tokens by moving it; deadlines stay real, as sockets are. */
class SharedClock implements Clock {
  readonly #sandbox: SandboxClock;
  readonly #real = new SystemClock();

  constructor(sandbox: SandboxClock) {
    this.#sandbox = sandbox;
  }

  now(): number {
    return this.#sandbox.now();
  }

  monotonic(): number {
    return this.#real.monotonic();
  }

  setTimer(delayMs: number, fire: () => void): () => void {
    return this.#real.setTimer(delayMs, fire);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return this.#real.sleep(delayMs, signal);
  }
}

export async function startMicrosoftCloud({ permissions = [], standIns }: MicrosoftCloudOptions = {}): Promise<MicrosoftCloud> {
  const sandboxClock = new SandboxClock({ mode: 'manual', startAt: Date.now() });
  const base = await createCloudBase({ clock: sandboxClock });
  const state = new CloudState(base.clock);
  const directory = new Directory(state, base);
  const tokens = await TokenService.create(base.clock);
  const deps = { state, base, tokens, directory };
  const running: RunningStandIn[] = [];
  for (const standIn of [entraStandIn(deps), ...(standIns?.(deps) ?? [])]) running.push(await startStandIn(standIn, base));
  const urlOf = (name: string): string => running.find((one) => one.name === name)?.url ?? 'https://127.0.0.1:1';

  const tenant = state.addTenant({ displayName: 'Acme' });
  directory.verifyDomain(directory.addDomain(tenant, 'acme.example', { default: true }), { settled: true });
  const app = directory.registerApp({ displayName: 'Trunkline', homeTenantId: tenant.id });
  const secret = directory.addSecret(app).text;
  directory.consent(tenant, app, permissions);

  const cloud = customCloud({ login: urlOf('entra'), graph: urlOf('graph'), teamsAdmin: urlOf('teams-admin'), caPem: base.ca.certPem });
  const recorded: RecordedExchange[] = [];
  const clock = new SharedClock(sandboxClock);
  const runtime: HttpRuntime = { clock, userAgent: 'trunkline/test', recorder: { record: (exchange) => recorded.push(exchange) } };
  const http: HttpClient = createHttpClient(runtime, {
    ...ENTRA,
    origin: cloud.login,
    allow: ENTRA_CALLS,
    recordable: ENTRA_RECORDABLE,
    trust: { caPem: base.ca.certPem },
    timeoutMs: 5_000,
  });
  const entra = new EntraClient({ http, cloud, clock });
  const credential: AppCredential = { clientId: app.appId, proof: { kind: 'secret', secret } };
  return {
    base,
    state,
    directory,
    tenant,
    app,
    secret,
    cloud,
    runtime,
    recorded,
    entra,
    connections: new Connections(entra, clock),
    credential,
    close: async () => {
      http.close();
      for (const one of running) await one.close();
    },
  };
}

/** A self-signed certificate with its RSA key, as an app registration takes it. */
export async function appCertificate(): Promise<{ readonly certificatePem: string; readonly privateKeyPem: string }> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=operator',
    signingAlgorithm: algorithm,
    keys,
  });
  const privateKeyPem = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { certificatePem: certificate.toString('pem'), privateKeyPem };
}
