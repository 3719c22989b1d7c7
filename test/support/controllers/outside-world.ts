import { isDeepStrictEqual } from 'node:util';
import { contentHash } from '../../../operator/domain/change/canonical.ts';
import type { Change } from '../../../operator/domain/change/change-set.ts';
import type { Driver, Verdict } from '../../../operator/domain/change/driver.ts';
import { identityOf, type Json, type OutsideObject } from '../../../operator/domain/change/object.ts';
import { type FailureKind, OperatorError } from '../../../operator/errors/operator-error.ts';
import { DnsEndpointDriver } from '../../../operator/integrations/dns/driver.ts';
import {
  type AppCredential,
  connectionId,
  type IdentityView,
  partyOf,
  type TenantConnections,
  tenantOf,
} from '../../../operator/integrations/entra/port.ts';
import type { DirectoryView, NumberAssignment, NumbersView } from '../../../operator/integrations/graph/port.ts';
import type { MailView } from '../../../operator/integrations/mail/port.ts';
import type { SbcConnection, SbcConnections, SbcStatus, SbcView } from '../../../operator/integrations/sbc/port.ts';
import type { VoiceView } from '../../../operator/integrations/teams-admin/port.ts';
import type { FakeClock } from '../fake-clock.ts';
import { InMemorySystem, type SystemView } from '../in-memory-system.ts';
import type { MemoryKube } from '../memory-kube.ts';
import { ViewedSystem } from './viewed-system.ts';

/** Every permission and role that any step of this release needs. */
const ALL_ROLES = [
  'Organization.Read.All',
  'Domain.Read.All',
  'User.Read.All',
  'TeamsUserConfiguration.Read.All',
  'TeamsTelephoneNumber.Read.All',
];
const TEAMS_ADMINISTRATOR = '69091246-20e8-4a56-aa4d-066075b2a7a8';

/** A Microsoft tenant with what people may change in it. */
export interface Tenant {
  readonly id: string;
  clientId: string;
  secret: string;
  /** Client ids and secrets of further apps that the tenant lets in. */
  otherApps: Record<string, string>;
  /** False: Entra does not know the tenant. */
  exists: boolean;
  roles: string[];
  directoryRoles: string[];
  verifiedDomains: string[];
  /** Undefined: users may not be read. */
  voiceDomains: string[] | undefined;
  assignments: NumberAssignment[];
  /** Policy name → users that have it granted; undefined: may not be read. */
  grants: Record<string, number> | undefined;
  /** What answers about its voice configuration lack. */
  gaps: string[];
}

/** A session border controller with what people may change on it. */
export interface Device {
  readonly key: string;
  username: string;
  password: string;
  dialPlans: string[];
  status: SbcStatus;
  gaps: string[];
  /** What the device says to every write. */
  refuses: OperatorError | undefined;
  /** What it says when it is to save; each look at unsaved work asks it again. */
  savesNot: OperatorError | undefined;
  /** Of the operator, in the running configuration only. */
  unsavedOurs: boolean;
}

export interface Mailbox {
  settingsProblem: string | undefined;
  /** What the server says to a recipient instead of taking the mail. */
  refuses: Map<string, OperatorError>;
}

const ANSWER_MS = 20;
const GROUP = { windowMs: 250, maxChanges: 200, maxBytes: 65_536 };

/** Everything outside the cluster, with state, faults and the refusals that decide behaviour; shared by every life of the operator. */
export class OutsideWorld {
  readonly #clock: FakeClock;
  readonly tenants = new Map<string, Tenant>();
  readonly devices = new Map<string, Device>();
  /** Every time that an app came to a tenant: `<client id>@<tenant>`, with the connection it used and the secret it showed. */
  readonly visits: { readonly who: string; readonly connection: string; readonly how: string }[] = [];
  /** The device of each login, whatever came of it. */
  readonly logins: string[] = [];
  readonly mailbox: Mailbox = { settingsProblem: undefined, refuses: new Map() };
  readonly entra: InMemorySystem;
  readonly graph: InMemorySystem;
  readonly numbers: InMemorySystem;
  readonly teams: InMemorySystem;
  readonly sbc: InMemorySystem;
  readonly mail: InMemorySystem;
  #sbcs: MemorySbcs | undefined;

  constructor(clock: FakeClock) {
    this.#clock = clock;
    const simple = { clock, latencyMs: ANSWER_MS };
    this.entra = new InMemorySystem(simple);
    this.graph = new InMemorySystem(simple);
    this.numbers = new InMemorySystem(simple);
    this.teams = new InMemorySystem({
      ...simple,
      overlayMs: 120_000,
      readsBack: 'part',
      settles: numberRoute,
      refuses: (state, change) => this.#teamsRefuses(state, change),
    });
    this.sbc = new InMemorySystem({
      ...simple,
      group: GROUP,
      readsBack: true,
      stopsAtFailure: true,
      refuses: (_state, change) => this.#deviceRefuses(change),
    });
    this.mail = new InMemorySystem({ ...simple, refuses: (_state, change) => this.mailbox.refuses.get(String(fieldOf(change, 'to'))) });
  }

  addTenant(id: string, facts: Partial<Tenant> = {}): Tenant {
    const tenant: Tenant = {
      id,
      clientId: 'app',
      secret: 'right',
      otherApps: {},
      exists: true,
      roles: [...ALL_ROLES],
      directoryRoles: [TEAMS_ADMINISTRATOR],
      verifiedDomains: [],
      voiceDomains: [],
      assignments: [],
      grants: {},
      gaps: [],
      ...facts,
    };
    this.tenants.set(id.toLowerCase(), tenant);
    return tenant;
  }

  addDevice(key: string, facts: Partial<Device> = {}): Device {
    const device: Device = {
      key,
      username: 'Admin',
      password: 'right',
      dialPlans: ['TeamsTenants', 'CustDialPlan', 'OCDialPlan'],
      gaps: [],
      refuses: undefined,
      savesNot: undefined,
      unsavedOurs: false,
      status: {
        product: 'Mediant VE',
        version: '7.60A',
        serialNumber: '1',
        ha: undefined,
        locked: false,
        saveNeeded: false,
        resetNeeded: false,
        alarms: { critical: 0, major: 0, minor: 0, warning: 0 },
        license: { state: 'Valid', summary: '' },
        sipUsers: 0,
      },
      ...facts,
    };
    this.devices.set(key, device);
    return device;
  }

  /** Limits by which the present process writes to a device. */
  limitsOf(key: string): SbcConnection['limits'] {
    return this.#sbcs?.of(key)?.limits;
  }

  /** Objects of one kind at a target, by name. */
  stateOf(system: 'teams' | 'sbc', id: string): Map<string, OutsideObject> {
    return this[system].stateOf({ system: system === 'teams' ? 'teams-admin' : 'sbc', id, lane: '' });
  }

  /** Puts an object there as somebody else would. */
  put(system: 'teams' | 'sbc', object: OutsideObject): void {
    this.stateOf(system, object.target).set(identityOf(object), object);
  }

  drop(system: 'teams' | 'sbc', object: Pick<OutsideObject, 'system' | 'target' | 'kind' | 'name'>): void {
    this.stateOf(system, object.target).delete(identityOf(object));
  }

  /** Everything that is outside now, as comparable text. */
  picture(): string[] {
    const places = [...this.tenants.keys()]
      .flatMap((id) => [...this.stateOf('teams', id).values()])
      .concat([...this.devices.keys()].flatMap((id) => [...this.stateOf('sbc', id).values()]));
    return places.map((object) => `${identityOf(object)} ${JSON.stringify(object.fields)} ${object.marker ?? ''}`).sort();
  }

  /** Changes that reached any system so far. */
  get writes(): Change[] {
    return [this.teams, this.sbc, this.mail].flatMap(({ batches }) => batches.flatMap(({ changes }) => [...changes]));
  }

  /** What one process of the operator works with: drivers, and connections that live in its memory. */
  connect(kube: MemoryKube): { drivers: Record<string, Driver<unknown>>; tenants: TenantConnections; sbcs: SbcConnections } {
    const tenants = new MemoryTenants();
    const sbcs = new MemorySbcs();
    this.#sbcs = sbcs;
    const signedIn = (id: string): void => this.#signIn(id, tenants);
    const drivers = {
      entra: new ViewedSystem<IdentityView>({ inner: this.entra, viewOf: ({ id }) => this.#identity(id, tenants) }),
      graph: new ViewedSystem<DirectoryView>({
        inner: this.graph,
        admit: ({ id }) => signedIn(id),
        viewOf: ({ id }) => this.#directory(id),
      }),
      'graph-numbers': new ViewedSystem<NumbersView>({
        inner: this.numbers,
        admit: ({ id }) => signedIn(id),
        viewOf: ({ id }) => ({ assignments: [...this.#tenant(id).assignments] }),
      }),
      'teams-admin': new ViewedSystem<VoiceView>({
        inner: this.teams,
        admit: ({ id }) => signedIn(id),
        placeOf: (target) => ({ ...target, id: tenantOf(target.id) }),
        viewOf: ({ id }, objects) => this.#voiceView(id, objects),
      }),
      sbc: new ViewedSystem<SbcView>({
        inner: this.sbc,
        admit: ({ id }) => this.#logIn(id, sbcs),
        viewOf: ({ id }, objects) => this.#sbcView(id, objects),
        settle: ({ id }, verdicts) => this.#save(id, verdicts),
      }),
      mail: new ViewedSystem<MailView>({
        inner: this.mail,
        viewOf: () => ({ templates: {}, settingsProblem: this.mailbox.settingsProblem }),
      }),
      dns: new DnsEndpointDriver({ kube, fieldManager: 'trunkline' }),
    };
    return { drivers: drivers as unknown as Record<string, Driver<unknown>>, tenants, sbcs };
  }

  #tenant(id: string): Tenant {
    const tenant = this.tenants.get(tenantOf(id));
    if (tenant === undefined) throw failure('Terminal', 'TenantNotFound', `Microsoft knows no tenant ${id}`);
    return tenant;
  }

  #identity(id: string, connections: MemoryTenants): IdentityView {
    const name = tenantOf(id);
    const known = this.tenants.get(name) ?? [...this.tenants.values()].find(({ verifiedDomains }) => verifiedDomains.includes(name));
    if (known?.exists !== true)
      return { tenant: { state: 'notFound', error: failure('Terminal', 'TenantNotFound', `Microsoft knows no tenant ${id}`) } };
    const tenant = { state: 'found', tenantId: known.id } as const;
    const credential = connections.of(connectionId(known.id, partyOf(id)));
    if (credential === undefined) return { tenant };
    this.visits.push({ who: `${credential.clientId}@${known.id}`, connection: id, how: secretOf(credential) });
    const error = refusalOf(credential, known);
    const expiresAt = new Date(this.#clock.now() + 3_600_000).toISOString();
    const signIn =
      error === undefined
        ? ({
            state: 'signedIn',
            ...connections.rightsOf(connectionId(known.id, partyOf(id)), known, this.#clock.now()),
            expiresAt,
          } as const)
        : ({ state: 'refused', error } as const);
    return { tenant, signIns: { graph: signIn, 'teams-admin': signIn } };
  }

  #signIn(id: string, connections: MemoryTenants): void {
    const credential = connections.of(id);
    if (credential === undefined) throw failure('Auth', 'CredentialsGone', 'No credential for the tenant is known');
    this.visits.push({ who: `${credential.clientId}@${tenantOf(id)}`, connection: id, how: secretOf(credential) });
    const refusal = refusalOf(credential, this.#tenant(id));
    if (refusal !== undefined) throw refusal;
  }

  #directory(id: string): DirectoryView {
    const { verifiedDomains, voiceDomains } = this.#tenant(id);
    return {
      organization: { tenantId: tenantOf(id), displayName: tenantOf(id), country: 'CH' },
      domains: verifiedDomains.map((name) => ({ name, isVerified: true, supportedServices: [] })),
      skus: [{ skuId: 'sku', skuPartNumber: 'MCOEV', total: 10, used: 2, servicePlans: ['MCOEV'] }],
      voiceDomains: voiceDomains && [...voiceDomains],
    };
  }

  #logIn(id: string, connections: MemorySbcs): void {
    const connection = connections.of(id);
    const device = this.devices.get(id);
    if (connection === undefined) throw failure('DependencyNotReady', 'SBCDeviceNotReady', `SBCDevice ${id} has no connection yet`);
    this.logins.push(id);
    if (device === undefined) throw failure('Retryable', 'Unreachable', `SBC ${id} does not answer`);
    if (connection.password !== device.password) throw failure('Auth', 'AuthenticationFailed', `SBC ${id} refuses the credential`);
    if (device.savesNot === undefined) device.unsavedOurs = false;
  }

  #save(id: string, verdicts: readonly Verdict[]): readonly Verdict[] {
    const device = this.devices.get(id);
    const error = device?.savesNot;
    if (device === undefined || error === undefined) return verdicts;
    device.unsavedOurs = true;
    return verdicts.map(
      (verdict): Verdict => (verdict.result === 'applied' ? { change: verdict.change, result: 'failed', error } : verdict),
    );
  }

  #sbcView(id: string, objects: readonly OutsideObject[]): SbcView {
    const device = this.devices.get(id);
    if (device === undefined) throw failure('Retryable', 'Unreachable', `SBC ${id} does not answer`);
    const content = objects.map(({ name, fields }) => [name, fields as Json]).sort();
    return {
      status: device.unsavedOurs ? { ...device.status, saveNeeded: true } : device.status,
      ...(device.unsavedOurs ? { unsavedOurs: true } : {}),
      dialect: { name: '7.60A', tables: { DialPlanRule: 'configure voip > sbc dial-plan > dial-plan-rule' } },
      dialPlans: [...device.dialPlans],
      ipGroups: [],
      objects,
      gaps: [...device.gaps],
      hash: contentHash([content, device.gaps]),
    };
  }

  #voiceView(id: string, objects: readonly OutsideObject[]): VoiceView {
    const { grants, gaps } = this.#tenant(id);
    return { objects, gaps: [...gaps], grants: grants && { ...grants } };
  }

  /** The dependencies that the Teams admin API enforces (teams-admin-api §30, §31). */
  #teamsRefuses(state: SystemView, change: Change): OperatorError | undefined {
    const tenant = this.tenants.get(change.target);
    const names = (kind: string, field: string): Set<string> =>
      new Set([...state.values()].filter((object) => object.kind === kind).flatMap((object) => textsOf(object.fields[field])));
    if (change.action === 'remove') {
      if (change.kind === 'VoiceRoutingPolicy' && (tenant?.grants?.[change.name.toLowerCase()] ?? 0) > 0)
        return failure('Terminal', 'PolicyStillGranted', `Users still have policy ${change.name}`);
      const isUsed = names('VoiceRoute', 'usages').has(change.name) || names('VoiceRoutingPolicy', 'usages').has(change.name);
      return change.kind === 'PstnUsage' && isUsed ? failure('Retryable', 'UsageInUse', `Usage ${change.name} is in use`) : undefined;
    }
    const idle = textsOf(fieldOf(change, 'gateways')).find((gateway) => tenant?.voiceDomains?.includes(gateway) !== true);
    if (idle !== undefined) return failure('DependencyNotReady', 'GatewayNotFound', `Teams does not know the trunk ${idle}`);
    const known = new Set([...state.values()].filter(({ kind }) => kind === 'PstnUsage').map(({ name }) => name));
    const missing = textsOf(fieldOf(change, 'usages')).find((usage) => !known.has(usage));
    return missing === undefined ? undefined : failure('Retryable', 'UsageNotFound', `Teams does not know usage ${missing}`);
  }

  #deviceRefuses(change: Change): OperatorError | undefined {
    const device = this.devices.get(change.target);
    const refusal = device?.refuses;
    if (refusal !== undefined) return refusal;
    const plan = change.name.slice(0, change.name.indexOf('/'));
    const isKnown = device?.dialPlans.includes(plan) === true;
    return isKnown ? undefined : failure('Terminal', 'ScriptRejected', `SBC ${change.target} has no dial plan ${plan}`);
  }
}

/** A route without priority gets the next free one; one that sets a priority in use moves the others down (teams-admin-api §8, UNVERIFIED). */
function numberRoute(state: Map<string, OutsideObject>, change: Change): void {
  if (change.kind !== 'VoiceRoute' || change.action === 'remove') return;
  const id = identityOf(change);
  const own = state.get(id);
  const others = [...state].filter(([key, { kind }]) => kind === 'VoiceRoute' && key !== id);
  const taken = others.flatMap(([, { fields }]) => (typeof fields['priority'] === 'number' ? [fields['priority']] : []));
  const given = fieldOf(change, 'priority');
  if (own !== undefined && typeof own.fields['priority'] !== 'number')
    state.set(id, { ...own, fields: { ...own.fields, priority: Math.max(-1, ...taken) + 1 } });
  if (typeof given !== 'number' || !taken.includes(given)) return;
  for (const [key, other] of others) {
    const priority = other.fields['priority'];
    if (typeof priority === 'number' && priority >= given)
      state.set(key, { ...other, fields: { ...other.fields, priority: priority + 1 } });
  }
}

class MemoryTenants implements TenantConnections {
  readonly #credentials = new Map<string, AppCredential>();
  readonly #tokens = new Map<string, { readonly rights: Pick<Tenant, 'roles' | 'directoryRoles'>; readonly until: number }>();

  /** A token says for an hour what was true when it was made. */
  rightsOf(connection: string, { roles, directoryRoles }: Tenant, now: number): Pick<Tenant, 'roles' | 'directoryRoles'> {
    const key = connection.toLowerCase();
    const held = this.#tokens.get(key);
    if (held !== undefined && held.until > now) return held.rights;
    const rights = { roles: [...roles], directoryRoles: [...directoryRoles] };
    this.#tokens.set(key, { rights, until: now + 3_600_000 });
    return rights;
  }

  of(tenantId: string): AppCredential | undefined {
    return this.#credentials.get(tenantId.toLowerCase());
  }

  connect(connection: string, credential: AppCredential): boolean {
    const before = this.of(connection);
    this.#credentials.set(connection.toLowerCase(), credential);
    const hasChanged = !isDeepStrictEqual(before, credential);
    if (hasChanged) this.refresh(connection);
    return hasChanged;
  }

  isConnected(tenantId: string): boolean {
    return this.#credentials.has(tenantId.toLowerCase());
  }

  refresh(tenantId: string): void {
    this.#tokens.delete(tenantId.toLowerCase());
  }

  disconnect(tenantId: string): void {
    this.#credentials.delete(tenantId.toLowerCase());
  }
}

class MemorySbcs implements SbcConnections {
  readonly #connections = new Map<string, SbcConnection>();

  of(device: string): SbcConnection | undefined {
    return this.#connections.get(device);
  }

  connect(device: string, connection: SbcConnection): boolean {
    const before = this.of(device);
    this.#connections.set(device, connection);
    return !isDeepStrictEqual({ ...before, dialect: undefined }, { ...connection, dialect: undefined });
  }

  isConnected(device: string): boolean {
    return this.#connections.has(device);
  }

  disconnect(device: string): void {
    this.#connections.delete(device);
  }
}

function secretOf({ proof }: AppCredential): string {
  return proof.kind === 'secret' ? proof.secret : proof.privateKeyPem;
}

function refusalOf(credential: AppCredential, tenant: Tenant): OperatorError | undefined {
  const { clientId } = credential;
  const secret = clientId === tenant.clientId ? tenant.secret : tenant.otherApps[clientId];
  if (secret === undefined) return failure('Auth', 'ApplicationNotFound', 'The tenant does not know the application');
  return secretOf(credential) === secret
    ? undefined
    : failure('Auth', 'ClientSecretInvalid', 'Microsoft Entra does not know the client secret');
}

function failure(kind: FailureKind, reason: string, message: string): OperatorError {
  return new OperatorError(message, { kind, reason });
}

function fieldOf(change: Change, path: string): Json | undefined {
  return change.fields.find((field) => field.path === path)?.after;
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
