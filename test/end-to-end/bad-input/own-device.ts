import type { Cloud } from '../../../sandbox/cloud/main.ts';
import type { SbcDevice } from '../../../sandbox/cloud/sbc/device.ts';
import { type SeedOptions, seedQuickstartSbc } from '../../../sandbox/cloud/sbc/seed.ts';
import { sbcStandIn } from '../../../sandbox/cloud/sbc/stand-in.ts';
import { type RunningStandIn, startStandIn } from '../../../sandbox/cloud/server.ts';

export type DeviceChoice = Pick<SeedOptions, 'dialect' | 'rules' | 'users' | 'limits'>;

const running: RunningStandIn[] = [];

/** A further SBC on loopback with a certificate of the cloud's authority. */
export async function ownDevice(cloud: Cloud, name: string, choice: DeviceChoice): Promise<{ device: SbcDevice; host: string }> {
  const device = await seedQuickstartSbc(cloud.base, { ...choice, name });
  const standIn = await startStandIn(sbcStandIn(device), cloud.base);
  running.push(standIn);
  return { device, host: new URL(standIn.url).host };
}

/** Ends every device that was started here. */
export async function closeOwnDevices(): Promise<void> {
  await Promise.all(running.splice(0).map((standIn) => standIn.close()));
}
