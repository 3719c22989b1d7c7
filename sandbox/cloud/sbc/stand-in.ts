import type { StandIn } from '../stand-in.ts';
import { sbcAdmin } from './admin.ts';
import { sbcApp } from './app.ts';
import type { SbcDevice } from './device.ts';

/** `hosts`: names in the certificate. `tls`: a certificate of one's own (a factory-made one, to be pinned), or `plain` for old devices. */
type SbcStandInOptions = Pick<StandIn, 'hosts' | 'tls'>;

/** A device as the base serves it: start it with `startStandIn(sbcStandIn(device), base, { port })`. */
export function sbcStandIn(device: SbcDevice, options: SbcStandInOptions = {}): StandIn {
  return {
    ...options,
    name: device.name,
    app: sbcApp(device),
    targetOf: () => device.name,
    failure: (status) => Response.json({ description: `injected failure ${status}` }, { status }),
    admin: sbcAdmin(device),
    snapshot: () => device.snapshot(),
  };
}
