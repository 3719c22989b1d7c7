/** Where one Microsoft cloud answers and what its tokens are asked for (microsoft-graph §1.1, teams-admin-api §2.1). */
export interface CloudEndpoints {
  readonly name: 'Public' | 'USGovernment' | 'USGovernmentDoD' | 'China' | 'Custom';
  /** Origins, without path or trailing slash. */
  readonly login: string;
  readonly graph: string;
  readonly teamsAdmin: string;
  /** Scopes of the two resources, each ending in `/.default`. */
  readonly scopes: Readonly<Record<'graph' | 'teams-admin', string>>;
  /** Teams administration in Graph (numbers, user configuration) exists only in the global service. */
  readonly hasTeamsInGraph: boolean;
  /** Certificate authority of a custom cloud, PEM. Absent: the system's. */
  readonly caPem?: string;
}

/** The Teams administration resource has one application id in all clouds. */
const TEAMS_ADMIN_SCOPE = '48ac35b8-9aa8-4d74-927d-1f4a14a0b239/.default';

type Addresses = Pick<CloudEndpoints, 'name' | 'login' | 'graph' | 'teamsAdmin'>;

/** Tokens for Graph are asked for by its own address; Teams administration is in Graph in the global service only (microsoft-graph §1.1). */
function microsoftCloud(addresses: Addresses): CloudEndpoints {
  const scopes = { graph: `${addresses.graph}/.default`, 'teams-admin': TEAMS_ADMIN_SCOPE };
  return { ...addresses, scopes, hasTeamsInGraph: addresses.name === 'Public' };
}

const PUBLIC = microsoftCloud({
  name: 'Public',
  login: 'https://login.microsoftonline.com',
  graph: 'https://graph.microsoft.com',
  teamsAdmin: 'https://api.interfaces.records.teams.microsoft.com',
});

const US_GOVERNMENT = microsoftCloud({
  name: 'USGovernment',
  login: 'https://login.microsoftonline.us',
  graph: 'https://graph.microsoft.us',
  teamsAdmin: 'https://api.interfaces.records.gov.teams.microsoft.us',
});

const US_GOVERNMENT_DOD = microsoftCloud({
  name: 'USGovernmentDoD',
  login: 'https://login.microsoftonline.us',
  graph: 'https://dod-graph.microsoft.us',
  teamsAdmin: 'https://api.interfaces.records.dod.teams.microsoft.us',
});

const CHINA = microsoftCloud({
  name: 'China',
  login: 'https://login.partner.microsoftonline.cn',
  graph: 'https://microsoftgraph.chinacloudapi.cn',
  teamsAdmin: 'https://api.interfaces.records.teams.microsoftonline.cn',
});

/** The addresses of a cloud that is not Microsoft's own, such as the sandbox. */
export interface CustomCloud {
  readonly login: string;
  readonly graph: string;
  readonly teamsAdmin: string;
  readonly caPem?: string;
  /** Default: the scopes and services of the public cloud. */
  readonly graphScope?: string;
  readonly hasTeamsInGraph?: boolean;
}

export const CLOUDS = { Public: PUBLIC, USGovernment: US_GOVERNMENT, USGovernmentDoD: US_GOVERNMENT_DOD, China: CHINA } as const;

/** Addresses are reduced to their origins. Throws TypeError for what is not an HTTPS URL: tokens go to these. */
export function customCloud({ login, graph, teamsAdmin, caPem, graphScope, hasTeamsInGraph = true }: CustomCloud): CloudEndpoints {
  return {
    name: 'Custom',
    login: httpsOrigin(login),
    graph: httpsOrigin(graph),
    teamsAdmin: httpsOrigin(teamsAdmin),
    scopes: { ...PUBLIC.scopes, ...(graphScope === undefined ? {} : { graph: graphScope }) },
    hasTeamsInGraph,
    ...(caPem === undefined ? {} : { caPem }),
  };
}

function httpsOrigin(address: string): string {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:') throw new TypeError('addresses of a custom cloud are HTTPS URLs');
  return url.origin;
}
