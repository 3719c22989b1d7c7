import { Hono } from 'hono';
import type { VoiceRules } from '../voice.ts';
import { type CallerEnv, refuseQuery } from './call.ts';
import { badRequest, ConfigApiError } from './errors.ts';

/** Applications that the number surface answers: header `x-ms-tnm-applicationid` (teams-admin-api §3.1). */
const NUMBER_APPLICATION = '045268c0-445e-4ac1-9157-d58f67b167d9';
const NO_TARGET = '00000000-0000-0000-0000-000000000000';

/** Tenant and SIP domains: teams-admin-api §18; discovery: §3.2. */
export function tenantRoutes(rules: VoiceRules): Hono<CallerEnv> {
  const app = new Hono<CallerEnv>();
  const discovery = (url: string) => {
    const { host } = new URL(url);
    return { Endpoints: { ConfigApiEndpoint: host, AdminServiceEndpoint: host }, Headers: { 'X-MS-Forest': '0a' } };
  };
  app.get('/serviceDiscovery', (c) => {
    refuseQuery(c);
    return c.json(discovery(c.req.url));
  });
  app.get('/tenants', (c) => {
    refuseQuery(c, ['select']);
    const { tenant } = c.var;
    return c.json({
      tenantId: tenant.id,
      displayName: tenant.displayName,
      countryAbbreviation: tenant.countryLetterCode,
      verifiedDomains: rules.sipDomains(tenant).map((domain) => ({ name: domain.id, status: domain.sipStatus })),
      serviceDiscovery: discovery(c.req.url),
    });
  });
  app.get('/VerifiedSipDomains', (c) => {
    refuseQuery(c, ['domain', 'domainstatus']);
    const { Domain: name, DomainStatus: status } = c.req.query();
    const domains = rules.sipDomains(c.var.tenant).map((domain) => ({ Name: domain.id, Status: domain.sipStatus }));
    return c.json(
      domains.filter(
        (domain) => (name === undefined || domain.Name === name.toLowerCase()) && (status === undefined || domain.Status === status),
      ),
    );
  });
  return app;
}

/** The admin-centre number surface, read only: teams-admin-api §22.2. */
export function numberRoutes(): Hono<CallerEnv> {
  const app = new Hono<CallerEnv>();
  app.get('/Tenants/:tenantId/telephone-numbers', (c) => {
    refuseQuery(c, ['skip', 'top', 'locale']);
    const { tenant } = c.var;
    if (c.req.header('x-ms-tnm-applicationid') !== NUMBER_APPLICATION)
      throw new ConfigApiError(403, 'Forbidden', 'The application is not allowed to call this API.');
    if (c.req.param('tenantId') !== tenant.id) throw new ConfigApiError(403, 'Forbidden', 'The token is of another tenant.');
    const { skip = '0', top = '999' } = c.req.query();
    if (!/^\d+$/.test(skip) || !/^\d+$/.test(top) || Number(top) > 999) throw badRequest('skip and top must be numbers, top at most 999.');
    const sorted = tenant.numbers.seenValues().sort((a, b) => a.telephoneNumber.localeCompare(b.telephoneNumber));
    const TelephoneNumbers = sorted.slice(Number(skip), Number(skip) + Number(top)).map((number) => ({
      TelephoneNumber: number.telephoneNumber,
      TargetId: number.targetId ?? NO_TARGET,
      NumberType: { directRouting: 'DirectRouting', callingPlan: 'CallingPlan', operatorConnect: 'OperatorConnect' }[number.numberType],
      LocationId: NO_TARGET,
      CivicAddressId: NO_TARGET,
    }));
    return c.json({ TelephoneNumbers });
  });
  return app;
}
