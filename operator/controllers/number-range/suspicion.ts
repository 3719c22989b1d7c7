import { ANNOTATIONS } from '../../api/group.ts';
import type { SbcDevice } from '../../api/kinds.ts';
import { keyOf, type ObjectKey } from '../../api/meta.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import { INDEX, type Stores } from '../deps.ts';
import type { RangeMemory } from './claims.ts';
import { recordsAt } from './footprint.ts';

/** Below this many owned rules a loss is no evidence against the observation (telephony 6.4). */
const FEWEST = 20;
const TOLERATED_SHARE = 0.2;

/** Why an observation of a device is not trusted for writing; undefined: it is. */
export interface Suspicion {
  readonly hash: string;
  readonly message: string;
}

/** Judges each picture of a device once, over all ranges that own rules there. */
export class DeviceSuspicions {
  readonly #stores: Stores;
  readonly #memory: RangeMemory;
  readonly #judged = new Map<ObjectKey, { readonly seq: number; readonly suspicion: Suspicion | undefined }>();

  constructor(stores: Stores, memory: RangeMemory) {
    this.#stores = stores;
    this.#memory = memory;
  }

  of(device: SbcDevice, view: SbcView, seq: number): Suspicion | undefined {
    const key = keyOf(device);
    const known = this.#judged.get(key);
    const suspicion = known?.seq === seq ? known.suspicion : this.#judge(device, view);
    this.#judged.set(key, { seq, suspicion });
    if (suspicion === undefined || device.metadata.annotations?.[ANNOTATIONS.approve] === suspicion.hash) return undefined;
    return suspicion;
  }

  #judge(device: SbcDevice, view: SbcView): Suspicion | undefined {
    const key = keyOf(device);
    const how = `approve it with annotation ${ANNOTATIONS.approve}=${view.hash} on SBCDevice ${device.metadata.name} if it is right`;
    if (view.gaps.length > 0) {
      return {
        hash: view.hash,
        message: `The configuration of SBCDevice ${key} was read incompletely (${view.gaps.join('; ')}); nothing is written; ${how}`,
      };
    }
    const { owned, missing } = this.#compare(key, view.objects);
    if (owned < FEWEST || missing <= owned * TOLERATED_SHARE) return undefined;
    return { hash: view.hash, message: `SBCDevice ${key} misses ${missing} of ${owned} rules of ours at once; nothing is written; ${how}` };
  }

  /** Only settled rules count: announced ones are not there yet, removed ones no longer ours. */
  #compare(device: ObjectKey, observed: readonly OutsideObject[]): { owned: number; missing: number } {
    const seen = new Set(observed.map(identityOf));
    let owned = 0;
    let missing = 0;
    for (const site of this.#stores.sites.byIndex(INDEX.device, device)) {
      for (const range of this.#stores.ranges.byIndex(INDEX.site, keyOf(site))) {
        const settled = recordsAt(range, device, new Set(this.#memory.heldOf(range))).filter(
          ({ state }) => state === 'Applied' || state === 'Adopted',
        );
        owned += settled.length;
        missing += settled.filter(
          ({ plan, pattern }) => !seen.has(identityOf({ system: 'sbc', target: device, kind: 'DialPlanRule', name: `${plan}/${pattern}` })),
        ).length;
      }
    }
    return { owned, missing };
  }
}
