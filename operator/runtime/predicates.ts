import { GROUP } from '../api/group.ts';
import type { KubeObject, ObjectMeta } from '../api/meta.ts';
import type { StatusBase } from './reconciler.ts';

const NONE: Readonly<Record<string, string>> = {};
const NO_STATUS: StatusBase = {};

/**
 * Whether a change of an object is one that its reconciler must see: spec (by generation), deletion, finalizers, one of our annotations, or
 * a status that somebody has taken away. A status that says something is none, which keeps own writes from waking the key.
 */
export function concernsReconciler(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  const [old, now] = [before.metadata, after.metadata];
  return (
    old.uid !== now.uid ||
    old.generation !== now.generation ||
    old.deletionTimestamp !== now.deletionTimestamp ||
    !sameFinalizers(old, now) ||
    (tellsOfSpec(before) && !tellsOfSpec(after)) ||
    !sameOwnAnnotations(old.annotations ?? NONE, now.annotations ?? NONE)
  );
}

/** Each status of ours does; one that was wiped, or put back from an older backup, does not. */
function tellsOfSpec({ metadata, status }: KubeObject): boolean {
  const { observedGeneration, conditions } = (status ?? NO_STATUS) as StatusBase;
  return observedGeneration === metadata.generation && conditions !== undefined && conditions.length > 0;
}

function sameFinalizers(a: ObjectMeta, b: ObjectMeta): boolean {
  const [old, now] = [a.finalizers ?? [], b.finalizers ?? []];
  return old.length === now.length && old.every((finalizer, index) => finalizer === now[index]);
}

function sameOwnAnnotations(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return covers(a, b) && covers(b, a);
}

function covers(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  for (const name in a) if (name.startsWith(`${GROUP}/`) && a[name] !== b[name]) return false;
  return true;
}
