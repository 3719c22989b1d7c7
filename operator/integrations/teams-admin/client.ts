import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Change } from '../../domain/change/change-set.ts';
import type { Clock } from '../../runtime/clock.ts';
import { sendAuthorized, type TokenSource } from '../entra/tokens.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../http/client.ts';
import { readJson } from '../http/read-json.ts';
import { saysAlreadyExists, translateTeamsAdminFailure, warningOf } from './translate.ts';
import {
  changedProperties,
  creationBody,
  GatewayWire,
  GROUP_ASSIGNMENTS,
  GroupAssignmentWire,
  instancePath,
  PolicyWire,
  RouteWire,
  TEAMS_ADMIN,
  typePath,
  UsagesWire,
  UsersPageWire,
  UserWire,
  usageListBody,
  userPath,
  usersPath,
  type WrittenKind,
} from './wire.ts';

export type TeamsUser = z.infer<typeof UserWire>;
export type GroupAssignment = z.infer<typeof GroupAssignmentWire>;
export type WrittenChange = Change & { readonly kind: WrittenKind };

/** What the service had to say beside an answer; for the log (teams-admin-api §3.1). */
export interface TeamsWarning {
  readonly tenantId: string;
  readonly operation: string;
  readonly text: string;
}

export interface TeamsAdminClientDeps {
  readonly http: HttpClient;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly onWarning: (warning: TeamsWarning) => void;
}

/** One method for each call. The tenant is told by the token alone (teams-admin-api §2.2). All throw OperatorError. */
export class TeamsAdminClient {
  readonly #deps: TeamsAdminClientDeps;

  constructor(deps: TeamsAdminClientDeps) {
    this.#deps = deps;
  }

  async listGateways(tenantId: string, signal: AbortSignal): Promise<z.infer<typeof GatewayWire>[]> {
    return this.#read(tenantId, typePath('PstnGateway'), z.array(GatewayWire), signal);
  }

  async listRoutes(tenantId: string, signal: AbortSignal): Promise<z.infer<typeof RouteWire>[]> {
    return this.#read(tenantId, typePath('VoiceRoute'), z.array(RouteWire), signal);
  }

  async listPolicies(tenantId: string, signal: AbortSignal): Promise<z.infer<typeof PolicyWire>[]> {
    return this.#read(tenantId, typePath('VoiceRoutingPolicy'), z.array(PolicyWire), signal);
  }

  /** The one list of labels, in its order. */
  async listUsages(tenantId: string, signal: AbortSignal): Promise<readonly string[]> {
    const instances = await this.#read(tenantId, typePath('PstnUsage'), z.array(UsagesWire).min(1), signal);
    return (instances.find(({ Identity }) => Identity.toLowerCase() === 'global') ?? instances[0])?.Usage ?? [];
  }

  /** Every user that Teams knows, or undefined when there are more than `maxPages` pages of them. */
  async listUsers(tenantId: string, maxPages: number, signal: AbortSignal): Promise<readonly TeamsUser[] | undefined> {
    const found: TeamsUser[] = [];
    let url: string | undefined = usersPath();
    for (let page = 0; url !== undefined; page++) {
      if (page >= maxPages) return undefined;
      const answer: z.infer<typeof UsersPageWire> = await this.#read(tenantId, url, UsersPageWire, signal);
      found.push(...answer.users);
      url = nextPage(answer);
    }
    return found;
  }

  /** Policies that are granted to groups, whatever their type. */
  async listGroupAssignments(tenantId: string, signal: AbortSignal): Promise<readonly GroupAssignment[]> {
    return this.#read(tenantId, GROUP_ASSIGNMENTS, z.array(GroupAssignmentWire), signal);
  }

  /** Undefined while Teams has not provisioned the user. */
  async findUser(tenantId: string, objectId: string, signal: AbortSignal): Promise<TeamsUser | undefined> {
    const answer = await this.#send(tenantId, { method: 'GET', url: userPath(objectId), signal });
    if (answer.status === 404) return undefined;
    return readJson(TEAMS_ADMIN, this.#successful(answer), UserWire);
  }

  /** What the directory asks of a user that Graph does not show. */
  async findVoiceUser(
    tenantId: string,
    objectId: string,
    signal: AbortSignal,
  ): Promise<{ readonly userPrincipalName: string; readonly isEnterpriseVoiceEnabled: boolean } | undefined> {
    const user = await this.findUser(tenantId, objectId, signal);
    if (user === undefined) return undefined;
    return { userPrincipalName: user.userPrincipalName, isEnterpriseVoiceEnabled: user.enterpriseVoiceEnabled === true };
  }

  /** `exists`: the identity was taken already, by whomever. */
  async create(tenantId: string, change: WrittenChange, signal: AbortSignal): Promise<'created' | 'exists'> {
    const answer = await this.#send(tenantId, { method: 'POST', url: typePath(change.kind), body: { json: creationBody(change) }, signal });
    if (saysAlreadyExists(answer)) return 'exists';
    this.#successful(answer);
    return 'created';
  }

  /** Success says only that the request was understood as JSON: read back (teams-admin-api §4 rule 5). `absent`: there is no such instance. */
  async update(tenantId: string, change: WrittenChange, signal: AbortSignal): Promise<'accepted' | 'absent'> {
    return this.#onInstance(tenantId, change, { method: 'PUT', body: { json: changedProperties(change) }, signal });
  }

  async remove(tenantId: string, change: WrittenChange, signal: AbortSignal): Promise<'accepted' | 'absent'> {
    return this.#onInstance(tenantId, change, { method: 'DELETE', signal });
  }

  /** Replaces the list. Callers are usage-list.ts only, which knows what the list may leave out. */
  async replaceUsages(tenantId: string, labels: readonly string[], signal: AbortSignal): Promise<void> {
    const url = instancePath('PstnUsage', 'Global');
    this.#successful(await this.#send(tenantId, { method: 'PUT', url, body: { json: usageListBody(labels) }, signal }));
  }

  /** Policies are addressed by bare name and, where that is not found, in the form in which lists show them: no source settles it. */
  async #onInstance(tenantId: string, { kind, name }: WrittenChange, request: Omit<HttpRequest, 'url'>): Promise<'accepted' | 'absent'> {
    const identities = kind === 'VoiceRoutingPolicy' ? [name, `Tag:${name}`] : [name];
    for (const identity of identities) {
      const answer = await this.#send(tenantId, { ...request, url: instancePath(kind, identity) });
      if (answer.status === 404) continue;
      this.#successful(answer);
      return 'accepted';
    }
    return 'absent';
  }

  async #read<T>(tenantId: string, url: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    return readJson(TEAMS_ADMIN, this.#successful(await this.#send(tenantId, { method: 'GET', url, signal })), schema);
  }

  async #send(tenantId: string, request: HttpRequest & { readonly signal?: AbortSignal }): Promise<HttpResponse> {
    const signal = request.signal ?? new AbortController().signal;
    const answer = await sendAuthorized(this.#deps.tokens, { tenantId, resource: 'teams-admin', signal }, (token) =>
      this.#deps.http.send({ ...request, headers: { Authorization: `Bearer ${token}`, 'X-MS-Correlation-Id': randomUUID() } }),
    );
    const text = warningOf(answer);
    if (text !== undefined) this.#deps.onWarning({ tenantId, operation: answer.operation, text });
    return answer;
  }

  #successful(answer: HttpResponse): HttpResponse {
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw translateTeamsAdminFailure(answer, this.#deps.clock.now());
  }
}

/** Which of the two the service uses is not certain (teams-admin-api §5.3). */
function nextPage(page: z.infer<typeof UsersPageWire>): string | undefined {
  if (page.skipToken) return usersPath(page.skipToken);
  return page.nextLink ?? page['@odata.nextLink'] ?? undefined;
}
