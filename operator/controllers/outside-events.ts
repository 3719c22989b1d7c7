import type { EventInput } from '../runtime/reconciler.ts';
import type { Work } from './work.ts';

interface Known {
  readonly status?: {
    readonly footprint?: readonly unknown[];
    readonly drift?: readonly unknown[];
  };
}

/** How many names a note lists before it counts. */
const NAMED = 5;

/** What happened outside that a person may want to know: recognised again after a loss, put back after somebody else's change. */
export function outsideEvents(object: Known, works: readonly Work[]): EventInput[] {
  const items = works.flatMap(({ plan }) => plan?.items ?? []);
  const rebuilt = items.filter(({ standing }) => standing === 'TakenBack').map(({ desired }) => desired);
  const corrected = works.flatMap(({ applied }) => applied);
  const drifted = (object.status?.drift ?? []).length > 0 && works.every(({ plan }) => plan !== undefined && plan.drift.length === 0);
  return [
    ...(rebuilt.length === 0 ? [] : [normal('FootprintRebuilt', `Taken back without a write: ${named(rebuilt)}`)]),
    ...(drifted && corrected.length > 0 ? [normal('DriftCorrected', `Changed outside by others and put back: ${named(corrected)}`)] : []),
  ];
}

function named(objects: readonly { readonly kind: string; readonly name: string }[]): string {
  const names = objects.slice(0, NAMED).map(({ kind, name }) => `${kind} ${name}`);
  return objects.length > NAMED ? `${names.join(', ')} and ${objects.length - NAMED} more` : names.join(', ');
}

function normal(reason: 'FootprintRebuilt' | 'DriftCorrected', note: string): EventInput {
  return { type: 'Normal', reason, note };
}
