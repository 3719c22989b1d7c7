import type { SbcDevice } from '../../api/kinds.ts';
import type { Seen } from '../../delivery/delivery.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import type { Access } from '../credentials.ts';
import type { Governance } from '../governance.ts';
import type { CarrierLook } from './carrier.ts';

/** Everything one pass has found about an SBC. */
export interface DeviceFindings {
  readonly device: SbcDevice;
  readonly access: Access;
  readonly seen: Seen<SbcView> | undefined;
  readonly carriers: readonly CarrierLook[];
  readonly sites: number;
  readonly governance: Governance;
}
