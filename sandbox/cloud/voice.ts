import { PLANS, type PlanName, skuOf, VOICE_PLANS } from './licences.ts';
import type { CloudBase } from './stand-in.ts';
import type { CloudState, ConfigItem, Domain, Tenant, User } from './tenant.ts';

/** Rules that Graph and the Teams backend share: what a licence does, which user Teams knows, which FQDN carries calls. */
export class VoiceRules {
  readonly #state: CloudState;
  readonly #base: CloudBase;
  readonly #fqdnUsable;
  readonly #activationSurvives;

  constructor(state: CloudState, base: CloudBase) {
    this.#state = state;
    this.#base = base;
    this.#fqdnUsable = base.consistency.define(
      'teams.fqdnUsable',
      45 * 60_000,
      'teams-admin-api §32: after the voice-enabled user, up to 24 h',
    );
    this.#activationSurvives = base.switches.define(
      'teams.activationSurvivesItsUser',
      [true, false],
      'teams-admin-api §27.2: whether losing the last licensed user de-activates a domain',
    );
  }

  /** Plans that a user has, of those Teams has taken note of by now. */
  plansOf(user: User): Set<PlanName> {
    const now = this.#base.clock.now();
    return new Set(
      user.licences
        .filter((licence) => licence.teamsFrom <= now)
        .flatMap(({ skuId, disabledPlans }) => skuOf(skuId).plans.filter((plan) => !disabledPlans.includes(PLANS[plan].servicePlanId))),
    );
  }

  hasVoicePlan(user: User): boolean {
    return [...this.plansOf(user)].some((plan) => VOICE_PLANS.has(plan));
  }

  /** `FeatureTypes` of teams-admin-api §19.2. */
  featureTypes(user: User): string[] {
    const plans = this.plansOf(user);
    const phone = [...plans].some((plan) => VOICE_PLANS.has(plan) && plan !== 'MCOEV_VIRTUALUSER');
    return [
      ...(plans.has('TEAMS1') ? ['Teams'] : []),
      ...(phone ? ['PhoneSystem'] : []),
      ...(plans.has('MCOEV_VIRTUALUSER') ? ['VoiceApp', 'PhoneSystem'] : []),
      ...(plans.has('MCOPSTN1') ? ['CallingPlan'] : []),
      ...(plans.has('MCOMEETADV') ? ['AudioConferencing'] : []),
    ];
  }

  /** Users that Teams lists; others are 404 there although the directory has them. */
  teamsUsers(tenant: Tenant): User[] {
    const now = this.#base.clock.now();
    return tenant.users.seenValues().filter((user) => user.teamsVisibleFrom <= now);
  }

  accountType(user: User): 'User' | 'ResourceAccount' | 'IneligibleUser' {
    if (user.kind === 'ResourceAccount') return 'ResourceAccount';
    return this.featureTypes(user).length === 0 ? 'IneligibleUser' : 'User';
  }

  /** What Get-CsOnlineSipDomain lists: verified, and Teams has heard of it (teams-admin-api §18). */
  sipDomains(tenant: Tenant): Domain[] {
    const now = this.#base.clock.now();
    return tenant.domains.seenValues().filter((domain) => domain.isVerified && domain.sipVisibleFrom <= now);
  }

  /** Licensed users whose UPN lies in exactly this domain. */
  #usersIn(tenant: Tenant, name: string): User[] {
    return tenant.users
      .latestValues()
      .filter((user) => user.userPrincipalName.toLowerCase().endsWith(`@${name.toLowerCase()}`) && this.hasVoicePlan(user));
  }

  /** Verified, SIP-enabled and with a licensed user: enough for a gateway object (teams-admin-api §6). */
  domainServes(tenant: Tenant, name: string): boolean {
    const domain = this.sipDomains(tenant).find(({ id }) => id === name.toLowerCase());
    return domain?.sipStatus === 'Enabled' && (this.#usersIn(tenant, name).length > 0 || this.#survives(domain));
  }

  /** As `domainServes`, and a user in it has had enterprise voice for long enough: a derived trunk needs that (teams-admin-api §27.2). */
  domainActive(tenant: Tenant, name: string): boolean {
    const domain = this.sipDomains(tenant).find(({ id }) => id === name.toLowerCase());
    if (domain?.sipStatus !== 'Enabled') return false;
    const usableBy = this.#base.clock.now() - this.#fqdnUsable();
    if (this.#usersIn(tenant, name).some((user) => user.enterpriseVoice && user.enterpriseVoiceSince <= usableBy)) domain.everActive = true;
    else if (!this.#survives(domain)) return false;
    return domain.everActive;
  }

  #survives(domain: Domain): boolean {
    return domain.everActive && this.#activationSurvives();
  }

  /**
   * Whether a route of `tenant` may name `fqdn`: a gateway of its own, or a derived trunk, that is one label below an enabled gateway of
   * another tenant of the same cloud, with the domain activated here (telephony 10).
   */
  acceptsTrunk(tenant: Tenant, fqdn: string): boolean {
    const name = fqdn.toLowerCase();
    if (gatewayOf(tenant, name) !== undefined) return true;
    const base = name.slice(name.indexOf('.') + 1);
    if (!name.includes('.') || !base.includes('.')) return false;
    const carried = [...this.#state.tenants.values()].some(
      (other) => other.id !== tenant.id && other.cloud === tenant.cloud && gatewayOf(other, base)?.properties['Enabled'] === true,
    );
    return carried && this.domainActive(tenant, name);
  }
}

function gatewayOf(tenant: Tenant, fqdn: string): ConfigItem | undefined {
  return tenant.config.get('OnlinePSTNGateway')?.latest(fqdn);
}
