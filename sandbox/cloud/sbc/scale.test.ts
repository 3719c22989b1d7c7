import { expect, it } from 'vitest';
import { callFromCarrier } from './seed.ts';
import { startTestDevice } from './test-device.ts';

/** Client and device are this process: what they cost it does not depend on what else the machine does, as seconds on the wall do. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

it('holds 100,000 rules: seed, download, script and call each within a generous bound', async () => {
  const rules = Array.from({ length: 100_000 }, (_, at) => {
    const prefix = `+41${String(300_000_000 + at)}`;
    return { plan: 'TeamsTenants', name: 'many', prefix, tag: `c${at % 500}.teams.carrier.example` };
  });
  const sbc = await startTestDevice({ rules, limits: { dialPlanRules: 150_000 }, bodies: false });
  const started = cpuMs();
  const { text } = await sbc.call('GET', '/api/v1/files/ini');
  const downloaded = cpuMs();
  await sbc.script(
    'configure voip\nsbc dial-plan 0\ndial-plan-rule 100000\nname "x"\nprefix "+49"\ntag "x.teams.carrier.example"\nactivate\n',
  );
  await sbc.call('POST', '/api/v1/actions/saveConfiguration');
  const saved = cpuMs();
  expect(text.match(/^DialPlanRule /gm)).toHaveLength(100_000);
  expect(sbc.device.routeInvite(callFromCarrier('+41300099999'))).toMatchObject({ leg: { contactHost: 'c499.teams.carrier.example' } });
  expect(downloaded - started).toBeLessThan(5000);
  expect(saved - downloaded).toBeLessThan(2000);
  await sbc.close();
});
