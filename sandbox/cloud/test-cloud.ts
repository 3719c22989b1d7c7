import { Agent } from 'node:https';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { SandboxClock } from './clock.ts';
import type { ConsistencyProfile } from './consistency.ts';
import { createMicrosoft, type Microsoft } from './microsoft.ts';
import { QUICKSTART, seedQuickstart } from './seed.ts';
import { type RunningStandIn, startStandIn } from './server.ts';
import { type CloudBase, createCloudBase } from './stand-in.ts';

/** The quickstart's Microsoft side behind real TLS sockets on a standing clock, for tests. Close it. */
export interface TestCloud {
  readonly base: CloudBase;
  readonly microsoft: Microsoft;
  readonly customer: typeof QUICKSTART.customer;
  readonly provider: typeof QUICKSTART.provider;
  /** An access token by client credentials, as an app gets it. */
  token(resource: 'graph' | 'teams', who?: 'customer' | 'provider'): Promise<string>;
  /** A client with the customer's (or provider's) token for one service. */
  client(service: 'graph' | 'teams', who?: 'customer' | 'provider'): Promise<AxiosInstance>;
  /** Without any token. */
  bare(service: 'graph' | 'teams' | 'entra', headers?: Record<string, string>): AxiosInstance;
  url(service: 'graph' | 'teams' | 'entra'): string;
  close(): Promise<void>;
}

const SCOPES = { graph: 'https://graph.microsoft.com/.default', teams: '48ac35b8-9aa8-4d74-927d-1f4a14a0b239/.default' } as const;

export async function startTestCloud({ profile = 'zero' as ConsistencyProfile } = {}): Promise<TestCloud> {
  const base = await createCloudBase({ clock: new SandboxClock({ mode: 'manual' }), profile });
  const microsoft = await createMicrosoft(base);
  seedQuickstart(microsoft);
  const { entra, graph, teamsAdmin } = microsoft.standIns;
  const running: Record<'entra' | 'graph' | 'teams', RunningStandIn> = {
    entra: await startStandIn(entra, base),
    graph: await startStandIn(graph, base),
    teams: await startStandIn(teamsAdmin, base),
  };
  const httpsAgent = new Agent({ ca: base.ca.certPem, keepAlive: true });
  const bare: TestCloud['bare'] = (service, headers = {}) =>
    axios.create({ baseURL: running[service].url, httpsAgent, headers, validateStatus: () => true, timeout: 5_000 });
  const token: TestCloud['token'] = async (resource, who = 'customer') => {
    const { tenantId, clientId, clientSecret } = QUICKSTART[who];
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: SCOPES[resource] };
    const answer: AxiosResponse<{ access_token?: string }> = await bare('entra').post(
      `/${tenantId}/oauth2/v2.0/token`,
      new URLSearchParams(form).toString(),
    );
    if (answer.data.access_token === undefined) throw new Error(`no token: ${JSON.stringify(answer.data)}`);
    return answer.data.access_token;
  };
  return {
    base,
    microsoft,
    customer: QUICKSTART.customer,
    provider: QUICKSTART.provider,
    token,
    client: async (service, who) => bare(service, { Authorization: `Bearer ${await token(service, who)}` }),
    bare,
    url: (service) => running[service].url,
    close: async () => {
      httpsAgent.destroy();
      await Promise.all(Object.values(running).map((one) => one.close()));
    },
  };
}
