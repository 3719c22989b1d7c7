import type { NationalCloud } from '../tenant.ts';

/** Well-known application ids (microsoft-graph §2.7, teams-admin-api §2.2). */
export const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';
export const TEAMS_APP_ID = '48ac35b8-9aa8-4d74-927d-1f4a14a0b239';

/** Roles that the Teams backend looks for (microsoft-graph §2.8). */
export const TEAMS_ADMINISTRATOR = '69091246-20e8-4a56-aa4d-066075b2a7a8';
export const TEAMS_COMMUNICATIONS_ADMINISTRATOR = 'baf37b3a-610e-45da-9e62-d9d1e5e8914b';
export const TEAMS_TELEPHONY_ADMINISTRATOR = 'aa38014f-0993-46e9-9b45-30501a20909d';

/** Permission names and app role ids on Graph (microsoft-graph §5.2). */
export const GRAPH_APP_ROLES: Readonly<Record<string, string>> = {
  'Organization.Read.All': '498476ce-e0fe-48b0-b801-37ba7e2685c6',
  'Domain.Read.All': 'dbb9058a-0e50-45d7-ae91-66909b5d4664',
  'Domain.ReadWrite.All': '7e05723c-0bb0-42da-be95-ae9f08a6e53c',
  'User.ReadBasic.All': '97235f07-e226-4f63-ace3-39588e11d3a1',
  'User.Read.All': 'df021288-bdef-4463-88db-98f22de89214',
  'User.ReadWrite.All': '741f803b-c850-494e-b5df-cde7c675a1ca',
  'User.DeleteRestore.All': 'eccc023d-eccf-4e7b-9683-8813ab36cecc',
  'LicenseAssignment.Read.All': 'e2f98668-2877-4f38-a2f4-8202e0717aa1',
  'LicenseAssignment.ReadWrite.All': '5facf0c1-8979-4e95-abcf-ff3d079771c0',
  'GroupMember.Read.All': '98830695-27a2-44f7-8c18-0c3ebc9698f6',
  'Application.Read.All': '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30',
  'RoleManagement.Read.Directory': '483bed4a-2ad3-4361-a73b-c83ccdbdc53c',
  'Directory.Read.All': '7ab1d382-f21e-4acd-a863-ba3e13f7da61',
  'Directory.ReadWrite.All': '19dbc75e-c2e2-444c-a770-ec69d8559fc7',
  'TeamsUserConfiguration.Read.All': 'a91eadaf-2c3c-4362-908b-fb172d208fc6',
  'TeamsTelephoneNumber.Read.All': '39b17d18-680c-41f4-b9c2-5f30629e7cb6',
  'TeamsTelephoneNumber.ReadWrite.All': '0a42382f-155c-4eb1-9bdc-21548ccaa387',
  'TeamsPolicyUserAssign.ReadWrite.All': '1801e8f4-cf09-4c4e-a1b5-036dfcca6c90',
  'CallRecords.Read.All': '45bbb07e-7321-4fd7-a8f6-3ff27e6a81c8',
  'CallRecord-PstnCalls.Read.All': 'a2611786-80b3-417e-adaa-707d4261a5f0',
};

const GRAPH_URIS: Readonly<Record<NationalCloud, string>> = {
  global: 'https://graph.microsoft.com',
  usgov: 'https://graph.microsoft.us',
  china: 'https://microsoftgraph.chinacloudapi.cn',
};

/** A resource as the scope names it: by URI (of this cloud only) or application id. `aud` is what tokens for it carry. */
export function resourceOf(identifier: string, cloud: NationalCloud): { appId: string; aud: string } | undefined {
  const name = identifier.toLowerCase().replace(/\/$/, '');
  if (name === TEAMS_APP_ID) return { appId: TEAMS_APP_ID, aud: TEAMS_APP_ID };
  if (name === GRAPH_APP_ID || name === GRAPH_URIS[cloud]) return { appId: GRAPH_APP_ID, aud: GRAPH_URIS[cloud] };
  return undefined;
}

export function graphAudience(cloud: NationalCloud): string {
  return GRAPH_URIS[cloud];
}
