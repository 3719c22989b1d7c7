import { setTimeout as sleep } from 'node:timers/promises';
import type { Kind } from '../../../operator/api/kinds.ts';
import { PATIENCE_MS } from '../namespace-objects.ts';
import type { Round } from './deployment.ts';
import { differences, endStateOf } from './end-state.ts';
import { type Kill, Stage } from './stage.ts';

const LOOK_MS = 250;

/**
 * Deploys everything, deletes all of it at once and, if asked to, kills the operator after its n-th write from there on. In the end nothing of
 * it is left and the outside is as it was.
 */
export async function remove(kill?: Kill): Promise<Round> {
  const stage = await Stage.open();
  try {
    const { house, watch } = stage;
    const before = await endStateOf(house);
    await house.apply(stage.manifests.map(confirmed));
    await house.start();
    await stage.untilDeployed();
    watch.startOver();
    const killed = kill === undefined ? undefined : stage.killAfter(kill);
    await Promise.all((await house.all()).map(({ kind, metadata }) => house.delete(kind as Kind, metadata.name)));
    const gone = untilGone(stage, before.world);
    const killedAfter = await Promise.race([killed ?? gone.then(() => undefined), gone.then(() => undefined)]);
    if (killedAfter !== undefined) await stage.revive();
    const problems = [...(await untilGone(stage, before.world)), ...stage.tooEarly()];
    await gone;
    return { writes: watch.writes, killedAfter, problems };
  } finally {
    await stage.close();
  }
}

const OURS: ReadonlySet<string> = new Set<Kind>(['Customer', 'SBCDevice', 'SiteLocation', 'NumberRange', 'Invitation']);

function confirmed<T extends { readonly kind: string; readonly metadata: { readonly name: string } }>(object: T): T {
  if (!OURS.has(object.kind)) return object;
  return { ...object, metadata: { ...object.metadata, annotations: { 'trunkline.dev/confirm-delete': object.metadata.name } } };
}

/** What is not as it was; empty as soon as all is. */
async function untilGone({ house }: Stage, before: readonly string[]): Promise<string[]> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { world, invitation } = await endStateOf(house);
    const left = [...differences(before, world), ...invitation];
    if (left.length === 0 || performance.now() > deadline) return left;
    await sleep(LOOK_MS);
  }
}
