import type { SbcDevice } from '../api/kinds.ts';
import { keyOf } from '../api/meta.ts';
import { managementAddress } from '../domain/naming/management-address.ts';
import { INDEX, type Stores } from './stores.ts';

type Devices = Pick<Stores, 'devices'>;

/** Made once for each object of a cache: every pass of a site or range asks. */
const addresses = new WeakMap<SbcDevice, string>();

/** The place at which the SBC of this object is managed; one SBC has one SBCDevice. */
export function addressOf(device: SbcDevice): string {
  const known = addresses.get(device) ?? managementAddress(device.spec.address, device.spec.https ?? true);
  addresses.set(device, known);
  return known;
}

/** The SBCDevice that has the address instead of this one; undefined: this one has it. */
function addressHolder(mine: SbcDevice, { devices }: Devices): SbcDevice | undefined {
  const address = addressOf(mine);
  const rivals = devices.byIndex(INDEX.address, address);
  if (rivals.length < 2) return undefined;
  const byRank = [...rivals].sort((left, right) => (rankOf(left, address) < rankOf(right, address) ? -1 : 1));
  const [first] = byRank;
  return first === undefined || keyOf(first) === keyOf(mine) ? undefined : first;
}

/** Whoever *has* it first, which is who has reached the SBC there; then the older, then the name (design §2 Claims). */
function rankOf(device: SbcDevice, address: string): string {
  const { creationTimestamp = '' } = device.metadata;
  return [device.status?.address === address ? 0 : 1, creationTimestamp, keyOf(device)].join('|');
}

/**
 * Why an SBCDevice is not connected at all; undefined: it may be. Numbers, scripts and unsaved changes are judged by SBCDevice: a second one for the same
 * SBC would send its scripts beside the first one's, save what is not its own, and give numbers away a second time (telephony 5.3, 6.1).
 */
export function addressRefusal(device: SbcDevice, stores: Devices): string | undefined {
  const holder = addressHolder(device, stores);
  if (holder === undefined) return undefined;
  const isNear = holder.metadata.namespace === device.metadata.namespace;
  const who = isNear ? `SBCDevice ${holder.metadata.name}` : 'an SBCDevice of another namespace';
  const grant = isNear ? 'it' : 'that one; its owner grants this namespace in its spec.allowedNamespaces';
  return `spec.address ${device.spec.address} is already in use by ${who}, and one SBC has one SBCDevice: let spec.trunks[].sbcRef of the sites name ${grant}, and delete this one, or correct the address`;
}
