import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callFromCarrier, callFromTeams } from '../../sandbox/cloud/sbc/seed.ts';
import { QUICKSTART } from '../../sandbox/cloud/seed.ts';
import { countsOf } from './audit-log.ts';
import { type House, openHouse } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse({ subject: 'quickstart', examples: ['quickstart', 'essentials'], leaderElection: true });
  await house.start();
  await house.apply();
  await house.untilReady();
});
afterAll(() => house.close());

describe('the quickstart, from kubectl apply to Ready', () => {
  it('deploys usage, route and policy of each site and leaves what was there', () => {
    const { tenantId } = QUICKSTART.customer;
    const { config } = house.cloud.microsoft.snapshot(tenantId) as {
      config: Record<string, { identity: string; properties: Record<string, unknown> }[]>;
    };
    expect(config['OnlinePstnUsages']?.[0]?.properties['Usage']).toEqual(
      expect.arrayContaining(['Reception', 'Unrestricted-Zurich', 'Unrestricted-Geneva']),
    );
    const route = config['OnlineVoiceRoute']?.find(({ identity }) => identity === 'Unrestricted-Zurich');
    expect(route?.properties).toMatchObject({
      NumberPattern: '.*',
      OnlinePstnGatewayList: ['zurich.teams.carrier.example'],
      OnlinePstnUsages: ['Unrestricted-Zurich'],
    });
    expect(config['OnlineVoiceRoutingPolicy']?.map(({ identity }) => identity)).toEqual(
      expect.arrayContaining(['Tag:Receptionists', 'Tag:Unrestricted-Zurich', 'Tag:Unrestricted-Geneva']),
    );
  });

  it('[S194] carries calls, with routing in Microsoft 365 and with the SBC alone: the SBC sends an INVITE for a number to Teams under the name of its trunk, and one from Teams to the carrier', () => {
    const { sbc1, sbc2 } = house.cloud.sbc;
    const toTeams = (contactHost: string) => ({ outcome: 'routed', leg: { ipGroup: 'Teams', contactHost } });
    expect(sbc1.routeInvite(callFromCarrier('+41445550107'))).toMatchObject(toTeams('zurich.teams.carrier.example'));
    expect(sbc1.routeInvite(callFromCarrier('+41225550250'))).toMatchObject(toTeams('geneva.teams.carrier.example'));
    expect(sbc2.routeInvite(callFromCarrier('+41335550042'))).toMatchObject(toTeams('bergblick.teams.carrier.example'));
    const outward = sbc1.routeInvite(callFromTeams('+41445550107', '+41791112233', 'zurich.teams.carrier.example'));
    expect(outward).toMatchObject({ outcome: 'routed', leg: { ipGroup: 'Carrier', calledUser: '+41791112233' } });
  });

  it('publishes the address of each trunk, and no TXT record', () => {
    const { zones } = house.cloud.dns;
    for (const name of ['zurich', 'geneva']) {
      expect(zones.lookup(`${name}.teams.carrier.example`, 'A')).toMatchObject({ outcome: 'found' });
    }
    expect(zones.records().filter(({ type }) => type === 'TXT')).toEqual([]);
  });

  it('saves the configuration of both SBCs', () => {
    expect(house.cloud.sbc.sbc1.saveNeeded).toBe(false);
    expect(house.cloud.sbc.sbc2.saveNeeded).toBe(false);
    expect(house.cloud.sbc.sbc1.counters).toMatchObject({ failedScripts: 0, forbidden: [], restarts: 0 });
  });

  it('tells the truth in status: counts, names, owners', async () => {
    expect((await house.get('SBCDevice', 'sbc1'))?.status).toMatchObject({ sitesCount: 2, prefixesCount: 11 });
    expect((await house.get('Customer', 'nordwind'))?.status).toMatchObject({
      deployStatus: 'Deployed',
      indicator: 'OK',
      sitesCount: 2,
      didCount: 200 + 50 + 11,
    });
    expect((await house.get('Customer', 'bergblick'))?.status).toMatchObject({ didCount: 100 });
    expect((await house.get('SiteLocation', 'zurich'))?.status).toMatchObject({ usageName: 'Unrestricted-Zurich', trunksReady: '1/1' });
    expect((await house.get('NumberRange', 'geneva-office'))?.status).toMatchObject({ counts: { numbers: 200 } });
  });

  it('tells who took on emergency calls, as the API server knows it, and when', async () => {
    const site = (await house.get('SiteLocation', 'zurich')) as unknown as {
      readonly metadata: {
        readonly managedFields: readonly { readonly manager: string; readonly time: string; readonly fieldsV1: object }[];
      };
      readonly status: { readonly emergency: unknown };
    };
    const declared = site.metadata.managedFields.filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('f:emergency":{"f:mode'));
    expect(declared.map(({ manager }) => manager)).not.toContain('trunkline-status');
    expect(site.status.emergency).toEqual({ mode: 'CustomerManaged', declaredBy: declared[0]?.manager, declaredAt: declared[0]?.time });
  });

  it('is refused nothing: the chart grants its service account what it needs', async () => {
    const writes = await house.audit.writesSince(0);
    expect(writes.filter(({ code }) => code === 401 || code === 403)).toEqual([]);
    expect(countsOf(writes)).toMatchObject({ 'patch dnsendpoints': 2 });
  });

  it('holds the condition rules, and a second pass by a process that remembers nothing writes nothing', () => house.finish());
});
