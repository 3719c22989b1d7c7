import type { SbcDevice } from '../../api/kinds.ts';
import type { ObjectKey } from '../../api/meta.ts';
import type { Freshness, Seen } from '../../delivery/delivery.ts';
import type { OwnedObject } from '../../domain/change/suspicion.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import { INDEX, type Stores } from '../stores.ts';
import { type Suspicion, Suspicions } from '../suspicion.ts';
import { deviceTarget } from '../targets.ts';
import type { RangeMemory } from './claims.ts';
import { recordsAt } from './footprint.ts';
import { ruleFor } from './going.ts';

/** Whether what devices show may be believed, judged over the rules of all ranges (telephony 6.4). */
export class DeviceSuspicions {
  readonly #stores: Stores;
  readonly #all: Suspicions;

  constructor(stores: Stores, memory: RangeMemory) {
    this.#stores = stores;
    this.#all = new Suspicions(({ id }) => settledRules(id as ObjectKey, stores, memory));
  }

  /** A device that does not exist as an object any more can be approved by nobody and is judged all the same. */
  of(device: ObjectKey, seen: Seen<SbcView>): Suspicion | undefined {
    const approver: SbcDevice | undefined = this.#stores.devices.get(device);
    return this.#all.of(deviceTarget(device), seen, ({ objects, gaps, hash }) => ({ objects, gaps, hash: () => hash }), approver);
  }

  freshness(device: ObjectKey, wanted: Freshness): Freshness {
    return this.#all.freshness(deviceTarget(device), wanted);
  }
}

/** Only settled rules count: announced ones are not there yet, removed ones no longer ours. */
function* settledRules(device: ObjectKey, stores: Stores, memory: RangeMemory): Generator<OwnedObject> {
  for (const range of stores.ranges.byIndex(INDEX.device, device)) {
    for (const { plan, pattern, state } of recordsAt(range, device, new Set(memory.heldOf(range))))
      if (state === 'Applied' || state === 'Adopted') yield ruleFor({ device, plan }, pattern);
  }
}
