import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOperator } from '../../operator/cli/operator.ts';
import { FastClock } from '../support/fast-clock.ts';
import { type House, openHouse } from './house.ts';
import { adjust } from './manifests.ts';

/** Ten times faster than real: a round of 30 seconds takes three. Faster still, the operator's own deadlines would pass before an answer can come. */
const FACTOR = 10;
const ROUND_SECONDS = 30;
const ROUNDS = 10;

let house: House;
let running: Promise<number>;
const stop = new AbortController();
beforeAll(async () => {
  house = await openHouse({ subject: 'steady', examples: ['quickstart', 'essentials'] });
  const config = join(house.folder, 'fast.yaml');
  await writeFile(config, `${await house.configText()}logLevel: error\n`);
  running = runOperator({ config, kubeconfig: house.kubeconfigPath }, stop.signal, new FastClock(FACTOR));
  // Each round looks at everything: at the tenants by the settings, at the devices by this.
  const objects = ['sbc1', 'sbc2'].reduce(
    (all, name) => adjust(all, 'SBCDevice', name, (spec) => ({ ...spec, verifyInterval: `${ROUND_SECONDS}s` })),
    house.manifests,
  );
  await house.apply(objects);
  await house.untilReady();
});
afterAll(async () => {
  stop.abort();
  await running;
  await house.close();
});

/** How often each tenant and device was read as a whole. */
function looks(): Record<string, number> {
  const { log } = house.cloud.base;
  const counts: Record<string, number> = {};
  for (const { standIn, target = '' } of [
    ...log.list({ standIn: 'teams-admin', method: 'GET', path: 'OnlineVoiceRoute$' }),
    ...log.list({ method: 'GET', path: 'files/ini$' }),
  ]) {
    const what = `${standIn} ${target}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}

function since(before: Readonly<Record<string, number>>): number[] {
  return Object.entries(looks()).map(([what, count]) => count - (before[what] ?? 0));
}

/** A whole round long: looks come all the time, each target's at a time of its own. */
async function untilNothingIsWritten(): Promise<void> {
  let [position, seq, quietSince] = [await house.audit.position(), house.lastExchange, performance.now()];
  await house.until('a round without a write', async () => {
    const written = house.outsideWritesSince(seq).length + (await house.audit.writesSince(position)).length;
    if (written > 0) [position, seq, quietSince] = [await house.audit.position(), house.lastExchange, performance.now()];
    return (performance.now() - quietSince) * FACTOR >= ROUND_SECONDS * 1000;
  });
}

describe('steady state', () => {
  it(`makes no write in ${ROUNDS} rounds, outside or in the cluster, Leases excepted`, async () => {
    await untilNothingIsWritten();
    const [position, seq, before] = [await house.audit.position(), house.lastExchange, looks()];
    const startedAt = performance.now();
    await house.until(`${ROUNDS} rounds of looks`, () => Math.min(...since(before)) >= ROUNDS);
    const rounds = ((performance.now() - startedAt) / 1000 / ROUND_SECONDS) * FACTOR;
    expect(house.outsideWritesSince(seq)).toEqual([]);
    expect(await house.audit.writesSince(position)).toEqual([]);
    // Each tenant and device once a round, however many sites and ranges it has: never sooner, and up to a tenth later with what a look takes.
    expect(Math.max(...since(before))).toBeLessThanOrEqual(Math.ceil(rounds) + 1);
    expect(rounds).toBeLessThanOrEqual(1.4 * ROUNDS);
  });

  it('ends when asked to, with exit code 0', async () => {
    stop.abort();
    expect(await running).toBe(0);
  });

  it('holds the condition rules, and a second pass writes nothing', () => house.finish());
});
