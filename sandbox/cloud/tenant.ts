import { randomUUID } from 'node:crypto';
import type { SandboxClock } from './clock.ts';
import { EventualMap } from './eventual.ts';

/** Tenants live in exactly one cloud; a derived trunk never crosses (teams-admin-api §27.1). */
export type NationalCloud = 'global' | 'usgov' | 'china';

export interface Domain {
  /** Lower case. */
  readonly id: string;
  readonly isInitial: boolean;
  isDefault: boolean;
  isVerified: boolean;
  supportedServices: string[];
  /** `ms########`: the challenge of this tenant and domain. */
  readonly challenge: string;
  /** From when a UPN may end in it, epoch ms (microsoft-graph §4.5). */
  usableFrom: number;
  /** From when Teams lists it among the verified SIP domains. */
  sipVisibleFrom: number;
  sipStatus: 'Enabled' | 'Disabled';
  /** Set once the domain has been active: a voice-enabled licensed user was in it and the delay had passed. */
  everActive: boolean;
}

interface LicenceAssignment {
  readonly skuId: string;
  readonly disabledPlans: readonly string[];
  readonly assignedAt: number;
  /** From when Teams acts on it. */
  readonly teamsFrom: number;
}

export interface User {
  readonly id: string;
  readonly kind: 'User' | 'ResourceAccount';
  userPrincipalName: string;
  displayName: string;
  mailNickname: string;
  accountEnabled: boolean;
  usageLocation: string | null;
  readonly createdAt: number;
  licences: LicenceAssignment[];
  /** From when Teams shows the user at all; 404 before. */
  teamsVisibleFrom: number;
  enterpriseVoice: boolean;
  /** When enterprise voice was switched on; the domain's activation counts from here. */
  enterpriseVoiceSince: number;
  onPremLineUri: string | null;
}

export interface NumberRecord {
  /** E.164 with `+`. */
  readonly telephoneNumber: string;
  readonly numberType: 'directRouting' | 'callingPlan' | 'operatorConnect';
  targetId: string | null;
  category: 'primary' | 'private' | 'alternate';
  readonly source: 'online' | 'onPremises';
}

export interface Subscription {
  readonly skuId: string;
  enabled: number;
  warning: number;
  suspended: number;
  capabilityStatus: 'Enabled' | 'Warning' | 'Suspended' | 'Deleted' | 'LockedOut';
}

interface AppRoleGrant {
  readonly id: string;
  /** Application id of the resource: Graph or the Teams backend. */
  readonly resourceAppId: string;
  readonly role: string;
  /** From when new tokens carry it. */
  readonly from: number;
}

interface DirectoryRole {
  readonly templateId: string;
  /** From when the Teams admin API honours it: up to an hour (teams-admin-api §32). */
  readonly from: number;
}

/** The app as one tenant knows it: consent made it. */
export interface ServicePrincipal {
  readonly id: string;
  readonly appId: string;
  enabled: boolean;
  readonly from: number;
  grants: AppRoleGrant[];
  roles: DirectoryRole[];
}

/** A direct policy grant, by policy type. `name` is bare. */
export interface Grant {
  readonly userId: string;
  readonly policyType: string;
  readonly name: string;
}

/** A policy granted to a group. Members are direct ones: Teams knows no nesting here (teams-admin-api §20). */
export interface GroupGrant {
  readonly groupId: string;
  readonly memberIds: readonly string[];
  readonly policyType: string;
  readonly name: string;
  readonly rank: number;
  readonly createdAt: number;
}

/** One instance of a Teams configuration type. `identity` as lists show it, `Tag:` included. */
export interface ConfigItem {
  readonly identity: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly policyId?: string;
  /** From when a policy may be granted. */
  readonly grantableFrom: number;
}

export interface Tenant {
  readonly id: string;
  readonly cloud: NationalCloud;
  readonly displayName: string;
  readonly countryLetterCode: string;
  readonly createdAt: number;
  readonly domains: EventualMap<Domain>;
  readonly users: EventualMap<User>;
  /** Soft-deleted, by id. */
  readonly deletedUsers: Map<string, User>;
  readonly subscriptions: Map<string, Subscription>;
  readonly servicePrincipals: Map<string, ServicePrincipal>;
  readonly numbers: EventualMap<NumberRecord>;
  /** By configuration type. */
  readonly config: Map<string, EventualMap<ConfigItem>>;
  /** By `userId/policyType`. */
  readonly grants: EventualMap<Grant>;
  /** By `groupId/policyType`. */
  readonly groupGrants: EventualMap<GroupGrant>;
  /** Whether the Teams backend has a service principal here; without one its token is refused (microsoft-graph §1.9, 500011). */
  hasTeams: boolean;
}

export interface AppSecret {
  readonly keyId: string;
  /** SHA-256 hex: the text itself is not kept. */
  readonly sha256: string;
  readonly usableFrom: number;
  readonly endsAt: number;
}

export interface AppCertificate {
  readonly keyId: string;
  readonly certPem: string;
  readonly endsAt: number;
}

export interface AppRegistration {
  readonly appId: string;
  readonly objectId: string;
  readonly displayName: string;
  readonly homeTenantId: string;
  readonly multiTenant: boolean;
  secrets: AppSecret[];
  certificates: AppCertificate[];
}

/** Everything Microsoft's side of the sandbox knows. Each tenant stands alone; apps belong to a home tenant and may serve others. */
export class CloudState {
  readonly clock: SandboxClock;
  readonly tenants = new Map<string, Tenant>();
  readonly apps = new Map<string, AppRegistration>();
  /** Calls that the operator must never make and that came all the same, as `METHOD path`. */
  readonly forbidden: string[] = [];
  /** How a TXT record looks to the public: set by whoever runs the DNS stand-in. */
  lookupTxt: (name: string) => Promise<readonly string[]> = async () => [];

  constructor(clock: SandboxClock) {
    this.clock = clock;
  }

  addTenant(input: Pick<Tenant, 'displayName'> & Partial<Pick<Tenant, 'id' | 'cloud' | 'countryLetterCode'>>): Tenant {
    const tenant: Tenant = {
      id: input.id ?? randomUUID(),
      cloud: input.cloud ?? 'global',
      displayName: input.displayName,
      countryLetterCode: input.countryLetterCode ?? 'NL',
      createdAt: this.clock.now(),
      domains: new EventualMap(this.clock),
      users: new EventualMap(this.clock),
      deletedUsers: new Map(),
      subscriptions: new Map(),
      servicePrincipals: new Map(),
      numbers: new EventualMap(this.clock),
      config: new Map(),
      grants: new EventualMap(this.clock),
      groupGrants: new EventualMap(this.clock),
      hasTeams: true,
    };
    if (this.tenants.has(tenant.id)) throw new RangeError(`tenant ${tenant.id} exists`);
    this.tenants.set(tenant.id, tenant);
    return tenant;
  }

  tenant(id: string): Tenant {
    const tenant = this.tenants.get(id.toLowerCase());
    if (tenant === undefined) throw new RangeError(`no such tenant: ${id}`);
    return tenant;
  }

  /** By GUID or any verified domain, as the login host takes it in the path (microsoft-graph §1.1). */
  findTenant(idOrDomain: string): Tenant | undefined {
    const wanted = idOrDomain.toLowerCase();
    return this.tenants.get(wanted) ?? this.tenantOfDomain(wanted);
  }

  /** A domain name can be verified in only one tenant (teams-admin-api §27.3). */
  tenantOfDomain(name: string): Tenant | undefined {
    const wanted = name.toLowerCase();
    return [...this.tenants.values()].find((tenant) => tenant.domains.latest(wanted)?.isVerified === true);
  }
}
