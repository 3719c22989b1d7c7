import type { ControllerSettings } from '../../../operator/controllers/deps.ts';
import { ControllersHouse } from './house.ts';
import { CARRIER, customer, device, range, site, TENANT } from './objects.ts';

export const FQDN = `zurich.${CARRIER}`;

interface World {
  readonly settings?: Partial<ControllerSettings>;
  readonly random?: () => number;
}

/** A house with one tenant, one device and the Secrets for both; nothing is applied yet. */
export async function house({ settings, random }: World = {}): Promise<ControllersHouse> {
  const built = new ControllersHouse(settings, random);
  const domains = ['zurich', 'geneva', 'basel', 'bern'].map((label) => `${label}.${CARRIER}`);
  built.outside.addTenant(TENANT, { verifiedDomains: [...domains], voiceDomains: [...domains] });
  built.outside.addDevice('acme/sbc1');
  built.putSecret('app', { secret: 'right' });
  built.putSecret('sbc', { username: 'Admin', password: 'right' });
  return built.start();
}

/** As `house`, with Customer contoso, site zurich and range office deployed. */
export async function deployedHouse(world: World = {}): Promise<ControllersHouse> {
  const built = await house(world);
  built.apply(customer(), device(), site(), range());
  await built.run(10_000);
  for (const [kind, name] of [
    ['Customer', 'contoso'],
    ['SBCDevice', 'sbc1'],
    ['SiteLocation', 'zurich'],
    ['NumberRange', 'office'],
  ] as const) {
    const ready = built.ready(kind, name);
    if (!ready.startsWith('True/')) throw new Error(`${kind} ${name} is not ready: ${ready} ${built.message(kind, name, 'Ready')}`);
  }
  return built;
}

/** Changes nothing and lets hours pass: an operator that is content writes nothing at all. */
export async function writesWhileNothingHappens(built: ControllersHouse, ms = 2 * 3_600_000): Promise<string[]> {
  const inside = built.kube.writes.length;
  const outside = built.outside.writes.length;
  await built.run(ms);
  const changes = built.outside.writes.slice(outside).map(({ action, kind, name }) => `${action} ${kind} ${name}`);
  return [...built.kube.writes.slice(inside).filter((write) => !write.includes(' events/')), ...changes];
}
