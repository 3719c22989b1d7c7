import type { Customer } from '../../api/kinds.ts';
import type { Freshness, Seen } from '../../delivery/delivery.ts';
import { byText, contentHash } from '../../domain/change/canonical.ts';
import type { Target } from '../../domain/change/driver.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import type { OwnedObject } from '../../domain/change/suspicion.ts';
import type { DnsView } from '../../integrations/dns/port.ts';
import type { VoiceView } from '../../integrations/teams-admin/port.ts';
import { placeKey } from '../indexes.ts';
import { INDEX, type Stores } from '../stores.ts';
import { type Suspicion, Suspicions } from '../suspicion.ts';

/** Whether what tenants and DNS show may be believed, judged over the objects of all sites (telephony 6.4). The Customer approves. */
export class SiteSuspicions {
  readonly #all: Suspicions;

  constructor(stores: Pick<Stores, 'sites'>) {
    this.#all = new Suspicions((target) => settledObjects(target, stores));
  }

  voice(target: Target, seen: Seen<VoiceView>, customer: Customer | undefined): Suspicion | undefined {
    const observe = ({ objects, gaps }: VoiceView) => ({ objects, gaps, hash: () => observationHash(objects) });
    return this.#all.of(target, seen, observe, customer);
  }

  /** A cluster without the kind shows nothing, and nothing can be written there: that is told as what it is. */
  dns(target: Target, seen: Seen<DnsView>, customer: Customer | undefined): Suspicion | undefined {
    if (seen.state === 'seen' && !seen.view.kindInstalled) return undefined;
    return this.#all.of(target, seen, ({ objects }) => ({ objects, gaps: [], hash: () => observationHash(objects) }), customer);
  }

  freshness(target: Target, wanted: Freshness): Freshness {
    return this.#all.freshness(target, wanted);
  }
}

/** Only what was seen in place counts: announced creates are not there yet, removals of ours are no longer owned. */
function* settledObjects({ system, id }: Target, { sites }: Pick<Stores, 'sites'>): Generator<OwnedObject> {
  const place = placeKey(system, id);
  for (const { status } of sites.byIndex(INDEX.footprint, place)) {
    for (const { system: at, target, kind, name, state } of status?.footprint ?? []) {
      const isHere = placeKey(at, target) === place && name !== undefined;
      if (isHere && (state === 'Applied' || state === 'Adopted')) yield { system: at, target, kind, name };
    }
  }
}

function observationHash(objects: readonly OutsideObject[]): string {
  return contentHash(objects.map((object) => [identityOf(object), object.fields] as const).sort(([left], [right]) => byText(left, right)));
}
