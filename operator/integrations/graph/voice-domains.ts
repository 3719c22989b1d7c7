import type { z } from 'zod';
import type { HttpResponse } from '../http/client.ts';
import { type BatchItem, type GraphSession, readItem } from './session.ts';
import {
  ADVANCED_HEADERS,
  type DomainWire,
  USERS_ASKED_FOR,
  UserConfigurationWire,
  UserWire,
  userConfigurationPath,
  usersOfDomainPath,
} from './wire.ts';

/** What the Teams admin API says of a user that Graph's Teams part does not show: resource accounts, and every user outside the global cloud. */
export type FindVoiceUser = (
  tenantId: string,
  userId: string,
  signal: AbortSignal,
) => Promise<{ readonly userPrincipalName: string; readonly isEnterpriseVoiceEnabled: boolean } | undefined>;

export interface VoiceDomainsRequest {
  readonly session: GraphSession;
  readonly tenantId: string;
  readonly domains: readonly z.infer<typeof DomainWire>[];
  readonly hasTeamsInGraph: boolean;
  readonly findVoiceUser: FindVoiceUser;
  readonly signal: AbortSignal;
}

/** Plans that can become enterprise voice (telephony 3.3): MCOEV, MCOEV_GOV, MCOEVSMB, MCOEV_VIRTUALUSER, MCOEV_VIRTUALUSER_GOV. */
const VOICE_PLANS = new Set([
  '4828c8ec-dc2e-4779-b502-87ac9ce28ab7',
  'db23fce2-a974-42ef-9002-d78dd42a0f22',
  'ed777b71-af04-42ca-9798-84344c66f7c6',
  'f47330e9-c134-43b3-9993-e7f004506889',
  '0628a73f-3b4a-4989-bd7b-0f8823144313',
]);

/** Licensed users looked at in each domain. Trunk domains hold one or two; a large main domain is no trunk domain. */
const USERS_PER_DOMAIN = 20;

type User = z.infer<typeof UserWire>;

/**
 * Domains in which a licensed user is enterprise-voice enabled. Two batches for up to 20 domains, however many users the tenant has: the users
 * of each domain, then what Teams says of the licensed ones.
 */
export async function voiceDomains(request: VoiceDomainsRequest): Promise<string[]> {
  const names = request.domains
    .filter(({ isVerified, isInitial }) => isVerified === true && isInitial !== true)
    .map(({ id }) => id.toLowerCase());
  const lists = await request.session.batch(names.map((name): BatchItem => ({ url: usersOfDomainPath(name), headers: ADVANCED_HEADERS })));
  const candidates: User[] = [];
  for (const answer of lists) if (answer !== undefined) candidates.push(...(await licensedUsers(request.session, answer)));
  const enabled = await enabledUsers(request, candidates);
  const found = new Set(enabled.map((upn) => domainOf(upn)));
  return names.filter((name) => found.has(name)).sort();
}

/** A page may hold fewer than asked for, even none, and not be the last (microsoft-graph §4.2). */
async function licensedUsers(session: GraphSession, first: HttpResponse): Promise<User[]> {
  const users = await session.rest(first, UserWire, { headers: ADVANCED_HEADERS, enough: USERS_ASKED_FOR });
  return users.filter(isLicensed).slice(0, USERS_PER_DOMAIN);
}

function isLicensed({ assignedPlans }: User): boolean {
  return assignedPlans.some(
    ({ servicePlanId, capabilityStatus }) =>
      VOICE_PLANS.has(servicePlanId) && (capabilityStatus === 'Enabled' || capabilityStatus === 'Warning'),
  );
}

/** UPNs of those who have enterprise voice. */
async function enabledUsers(request: VoiceDomainsRequest, users: readonly User[]): Promise<string[]> {
  const items = request.hasTeamsInGraph ? users.map(({ id }): BatchItem => ({ url: userConfigurationPath(id) })) : [];
  const answers = await request.session.batch(items);
  const enabled: string[] = [];
  for (const [index, { id, userPrincipalName }] of users.entries()) {
    const answer = answers[index];
    const isEnabled =
      answer === undefined
        ? (await request.findVoiceUser(request.tenantId, id, request.signal))?.isEnterpriseVoiceEnabled
        : readItem(answer, UserConfigurationWire).isEnterpriseVoiceEnabled;
    if (isEnabled === true) enabled.push(userPrincipalName);
  }
  return enabled;
}

function domainOf(userPrincipalName: string): string {
  return userPrincipalName.slice(userPrincipalName.lastIndexOf('@') + 1).toLowerCase();
}
