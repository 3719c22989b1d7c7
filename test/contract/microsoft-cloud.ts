import 'reflect-metadata'; // must come before @peculiar/x509, which reads decorators at import
import { webcrypto } from 'node:crypto';
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509';
import { expect } from 'vitest';
import { ENTRA, ENTRA_CALLS, ENTRA_RECORDABLE } from '../../operator/integrations/entra/calls.ts';
import { EntraClient } from '../../operator/integrations/entra/client.ts';
import { Connections } from '../../operator/integrations/entra/connections.ts';
import type { AppCredential } from '../../operator/integrations/entra/port.ts';
import { createHttpClient, type HttpRuntime } from '../../operator/integrations/http/client.ts';
import { type CloudEndpoints, customCloud } from '../../operator/integrations/http/clouds.ts';
import type { CallObservation } from '../../operator/integrations/http/metrics.ts';
import type { RecordedExchange } from '../../operator/integrations/http/recording.ts';
import { createMicrosoftSystems, type MicrosoftSystems } from '../../operator/integrations/microsoft.ts';
import type { TeamsWarning } from '../../operator/integrations/teams-admin/client.ts';
import type { UsageLost } from '../../operator/integrations/teams-admin/usage-list.ts';
import type { Clock } from '../../operator/runtime/clock.ts';
import { SystemClock } from '../../operator/runtime/system-clock.ts';
import { SandboxClock } from '../../sandbox/cloud/clock.ts';
import { createMicrosoft, type Microsoft } from '../../sandbox/cloud/microsoft.ts';
import { QUICKSTART, seedQuickstart } from '../../sandbox/cloud/seed.ts';
import { type RunningStandIn, startStandIn } from '../../sandbox/cloud/server.ts';
import { type CloudBase, createCloudBase } from '../../sandbox/cloud/stand-in.ts';
import type { AppRegistration, ServicePrincipal, Tenant } from '../../sandbox/cloud/tenant.ts';

/** The quickstart's Microsoft side on real sockets, and our clients against it. The tenant is the customer's. */
export interface MicrosoftCloud extends Omit<MicrosoftSystems, 'close'> {
  readonly base: CloudBase;
  readonly microsoft: Microsoft;
  readonly tenant: Tenant;
  readonly app: AppRegistration;
  readonly principal: ServicePrincipal;
  readonly endpoints: CloudEndpoints;
  readonly credential: AppCredential;
  readonly recorded: RecordedExchange[];
  readonly observed: CallObservation[];
  readonly losses: UsageLost[];
  readonly warnings: TeamsWarning[];
  /** Sign-ins apart from those of the drivers, to look at tokens. */
  readonly tokens: Connections;
  /** Further clients of ours, for a cloud that differs; closed with this one. */
  systemsOf(endpoints: CloudEndpoints): MicrosoftSystems;
  close(): Promise<void>;
}

/** Sandbox time for everything but deadlines, which are real, as sockets are. Waiting moves time on and takes none. */
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
    return this.#sandbox.now();
  }

  setTimer(delayMs: number, fire: () => void): () => void {
    return this.#real.setTimer(delayMs, fire);
  }

  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#sandbox.advance(delayMs);
  }
}

export async function startMicrosoftCloud(): Promise<MicrosoftCloud> {
  const sandboxClock = new SandboxClock({ mode: 'manual', startAt: Date.now() }); // MSAL dates its assertions by the real clock
  const base = await createCloudBase({ clock: sandboxClock });
  const microsoft = await createMicrosoft(base);
  seedQuickstart(microsoft);
  const running: RunningStandIn[] = [];
  for (const standIn of Object.values(microsoft.standIns)) running.push(await startStandIn(standIn, base));
  const urlOf = (name: string): string => running.find((one) => one.name === name)?.url ?? 'https://127.0.0.1:1';
  const endpoints = customCloud({ login: urlOf('entra'), graph: urlOf('graph'), teamsAdmin: urlOf('teams-admin'), caPem: base.ca.certPem });

  const recorded: RecordedExchange[] = [];
  const observed: CallObservation[] = [];
  const losses: UsageLost[] = [];
  const warnings: TeamsWarning[] = [];
  const runtime: HttpRuntime = {
    clock: new SharedClock(sandboxClock),
    userAgent: 'trunkline/test',
    recorder: { record: (exchange) => recorded.push(exchange) },
    metrics: { observe: (call) => observed.push(call) },
  };
  const made: MicrosoftSystems[] = [];
  const systemsOf: MicrosoftCloud['systemsOf'] = (cloud) => {
    const systems = createMicrosoftSystems({
      runtime,
      cloud,
      timeoutMs: 60_000,
      onUsageLost: (loss) => losses.push(loss),
      onWarning: (warning) => warnings.push(warning),
    });
    made.push(systems);
    return systems;
  };
  const entra = { ...ENTRA, origin: endpoints.login, allow: ENTRA_CALLS, recordable: ENTRA_RECORDABLE, trust: { caPem: base.ca.certPem } };
  const http = createHttpClient(runtime, entra);
  const tokens = new Connections(new EntraClient({ http, cloud: endpoints, clock: runtime.clock }), runtime.clock);
  const { tenantId, clientId, clientSecret } = QUICKSTART.customer;
  const tenant = microsoft.state.tenant(tenantId);
  return {
    ...systemsOf(endpoints),
    systemsOf,
    base,
    microsoft,
    tenant,
    app: known(microsoft.state.apps.get(clientId)),
    principal: known(tenant.servicePrincipals.get(clientId)),
    endpoints,
    credential: { clientId, proof: { kind: 'secret', secret: clientSecret } },
    recorded,
    observed,
    losses,
    warnings,
    tokens,
    close: async () => {
      for (const one of made) one.close();
      http.close();
      for (const one of running) await one.close();
      expect(microsoft.state.forbidden).toEqual([]); // telephony 7.4
    },
  };
}

export function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the seed lacks what this test is about');
  return value;
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
