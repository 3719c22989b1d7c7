import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callFromCarrier } from '../../sandbox/cloud/sbc/seed.ts';
import { type House, openHouse } from './house.ts';

/** What Microsoft, DNS and SBCs need before they show a thing, as the references tell it; their time runs fast, the operator's does not. */
const STEP_MS = 5_000;

let house: House;
let stop: () => void;

beforeAll(async () => {
  house = await openHouse({ subject: 'realistic', cloud: { profile: 'realistic' } });
  const { clock } = house.cloud.base;
  clock.advance(15 * 60_000); // what the tenant was made of is old news: users are in the index, roles are effective
  const ticking = setInterval(() => clock.advance(STEP_MS), 1_000);
  stop = () => clearInterval(ticking);
  await house.start();
  await house.apply();
  await house.untilReady();
});

afterAll(async () => {
  stop();
  await house.close();
});

describe('the quickstart with the delays of the real systems', () => {
  it('becomes Ready, each object outside was made once, and calls are carried', () => {
    const made = house.cloud.base.log
      .list({ standIn: 'teams-admin', method: 'POST' })
      .map(({ path, requestBody = '' }) => `${path} ${requestBody}`);
    expect([made.length, new Set(made).size]).toEqual([4, 4]); // a route and a policy of two sites
    expect(house.cloud.sbc.sbc1.routeInvite(callFromCarrier('+41445550107'))).toMatchObject({
      outcome: 'routed',
      leg: { contactHost: 'zurich.teams.carrier.example' },
    });
  });

  it('holds the condition rules, and a second pass by a process that remembers nothing writes nothing', () => house.finish());
});
