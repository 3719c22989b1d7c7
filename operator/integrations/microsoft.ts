import { ENTRA, ENTRA_CALLS, ENTRA_RECORDABLE } from './entra/calls.ts';
import { EntraClient } from './entra/client.ts';
import { Connections } from './entra/connections.ts';
import { createEntraDriver } from './entra/driver.ts';
import type { EntraDriver, TenantConnections } from './entra/port.ts';
import { createGraphDriver, createNumbersDriver } from './graph/driver.ts';
import type { GraphDriver, NumbersDriver } from './graph/port.ts';
import { GRAPH, GRAPH_CALLS, GRAPH_RECORDABLE } from './graph/wire.ts';
import { createHttpClient, type HttpClient, type HttpClientOptions, type HttpRuntime } from './http/client.ts';
import type { CloudEndpoints } from './http/clouds.ts';
import { TeamsAdminClient, type TeamsWarning } from './teams-admin/client.ts';
import { createTeamsAdminDriver } from './teams-admin/driver.ts';
import type { TeamsAdminDriver } from './teams-admin/port.ts';
import type { UsageLost } from './teams-admin/usage-list.ts';
import { TEAMS_ADMIN, TEAMS_ADMIN_CALLS, TEAMS_ADMIN_RECORDABLE } from './teams-admin/wire.ts';

export interface MicrosoftOptions {
  readonly runtime: HttpRuntime;
  readonly cloud: CloudEndpoints;
  /** Default 30 s a call. */
  readonly timeoutMs?: number;
  readonly onUsageLost: (loss: UsageLost) => void;
  /** Told what the Teams admin API warns of beside an answer; for the log. */
  readonly onWarning: (warning: TeamsWarning) => void;
}

/** Microsoft's side of one cloud, for a composition root: the credentials in use and a driver for each system. */
export interface MicrosoftSystems {
  readonly connections: TenantConnections;
  readonly drivers: {
    readonly entra: EntraDriver;
    readonly graph: GraphDriver;
    readonly 'graph-numbers': NumbersDriver;
    readonly 'teams-admin': TeamsAdminDriver;
  };
  /** Drops idle connections. */
  close(): void;
}

export function createMicrosoftSystems({ runtime, cloud, timeoutMs, onUsageLost, onWarning }: MicrosoftOptions): MicrosoftSystems {
  const { clock } = runtime;
  const clients: HttpClient[] = [];
  const client = (origin: string, options: Pick<HttpClientOptions, 'system' | 'displayName' | 'allow' | 'recordable'>): HttpClient => {
    const trust = cloud.caPem === undefined ? {} : { trust: { caPem: cloud.caPem } };
    const made = createHttpClient(runtime, { ...options, origin, ...trust, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    clients.push(made);
    return made;
  };
  const entra = new EntraClient({
    http: client(cloud.login, { ...ENTRA, allow: ENTRA_CALLS, recordable: ENTRA_RECORDABLE }),
    cloud,
    clock,
  });
  const connections = new Connections(entra, clock);
  const teamsHttp = client(cloud.teamsAdmin, { ...TEAMS_ADMIN, allow: TEAMS_ADMIN_CALLS, recordable: TEAMS_ADMIN_RECORDABLE });
  const teamsAdmin = new TeamsAdminClient({ http: teamsHttp, tokens: connections, clock, onWarning });
  const graphHttp = client(cloud.graph, { ...GRAPH, allow: GRAPH_CALLS, recordable: GRAPH_RECORDABLE });
  const graph = { http: graphHttp, tokens: connections, cloud, clock };
  return {
    connections,
    drivers: {
      entra: createEntraDriver({ client: entra, connections }),
      graph: createGraphDriver({ ...graph, findVoiceUser: teamsAdmin.findVoiceUser.bind(teamsAdmin) }),
      'graph-numbers': createNumbersDriver(graph),
      'teams-admin': createTeamsAdminDriver({ client: teamsAdmin, clock, onUsageLost }),
    },
    close: () => {
      for (const one of clients) one.close();
    },
  };
}
