import type { StandIn } from '../stand-in.ts';
import { sbcAdmin } from './admin.ts';
import { sbcApp } from './app.ts';
import type { SbcDevice } from './device.ts';

/** A device as the base serves it: start it with `startStandIn(sbcStandIn(device), base, { port })`. */
export function sbcStandIn(device: SbcDevice, hosts: readonly string[] = []): StandIn {
  return {
    name: device.name,
    hosts,
    app: sbcApp(device),
    targetOf: () => device.name,
    failure: (status) => Response.json({ description: `injected failure ${status}` }, { status }),
    admin: sbcAdmin(device),
    snapshot: () => device.snapshot(),
  };
}
