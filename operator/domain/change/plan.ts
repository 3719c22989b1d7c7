import { contentHash, sameJson } from './canonical.ts';
import type { Change, ChangeSet, FieldChange } from './change-set.ts';
import { changeId } from './change-set.ts';
import { identityOf, type OutsideObject } from './object.ts';

export type ChangePolicy = 'Enforce' | 'Report' | 'Approve' | 'Observe';

/** What the footprint knows of one outside object of ours. */
export interface Owned {
  readonly object: Pick<OutsideObject, 'system' | 'target' | 'kind' | 'name'>;
  /**
   * `Pending`: announced before its create, or before the change with which it is adopted, and not yet seen so. `Adopted`: existed before us, taken
   * over on request. `Released`: was adopted, is not wanted now and was left where it stands; it is not ours meanwhile, and is known as what existed
   * before us when it is wanted again.
   */
  readonly state: 'Pending' | 'Applied' | 'Adopted' | 'Removing' | 'Released';
  /** Of one that is `Removing` or `Pending`: it existed before us. */
  readonly adopted?: boolean;
  /**
   * Hash of the desired fields last applied: desired now differs = a change, equal but observed differs = drift (design §3). While `Pending`,
   * of the fields that were announced: what is to stand there if it is ours. Once `Released`, of how it was left.
   */
  readonly desiredHash?: string;
}

export interface PlanRequest {
  readonly desired: readonly OutsideObject[];
  /** Everything of these places that was read; may hold foreign objects. */
  readonly observed: readonly OutsideObject[];
  readonly owned: readonly Owned[];
  readonly policy: ChangePolicy;
  /** True when this object may be taken over although it is not ours (annotation `adopt`). */
  readonly adopts: (object: OutsideObject) => boolean;
  /** Kinds in creation order: a usage before the route that names it. Removal runs the other way. */
  readonly order: readonly string[];
  /** True for an owned, observed, no longer desired object that must stay where it is (held, orphaned, in use by another owner). */
  readonly keeps?: (object: OutsideObject) => boolean;
  /** True for an owned, no longer desired object that another owner lists too: it leaves our footprint, the last owner removes it. */
  readonly shared?: (object: Owned['object']) => boolean;
  /** True for an adopted, no longer desired object that is left where it stands: it is `Released`, not removed (design §2, deletionPolicy). */
  readonly releases?: (object: Owned['object']) => boolean;
  /**
   * True for an observed object that is to be taken back and of which something beside the footprint tells that it existed before us. `owned`:
   * what the footprint has of it, an announcement at most.
   */
  readonly existedBefore?: (object: OutsideObject, owned: Owned | undefined) => boolean;
  /** Our own marker: tells, of an announced create that is not wanted any more, whether what stands there now is ours. */
  readonly marker?: string;
  /** True for what an owner that is gone, or goes, has left: where it is wanted exactly so it is taken over without a write (design §3). */
  readonly inherits?: (object: OutsideObject) => boolean;
  /** True while another owner's removal of the object is under way: what a look shows of it proves nothing (design §3.10). */
  readonly isLeaving?: (object: Owned['object']) => boolean;
}

export type Standing =
  | 'InSync'
  /** Ours by marker, or by derived name and content, though the footprint had lost it: no write (`FootprintRebuilt`). */
  | 'TakenBack'
  | 'ToCreate'
  | 'ToUpdate'
  | 'ToAdopt'
  /** Differs outside although the spec did not change; corrected only by Enforce. */
  | 'Drifted'
  /** Exists outside, is not ours, and is not adopted: never touched (`NameTaken`, telephony 4.2). */
  | 'Taken';

/** One desired object and where it stands. */
export interface PlannedItem {
  readonly desired: OutsideObject;
  readonly observed: OutsideObject | undefined;
  readonly standing: Standing;
  /** True when this pass will write it (after policy). */
  readonly writes: boolean;
  /** To be made once another owner's removal of it has ended. */
  readonly isLeaving: boolean;
  /** It existed before us, as far as anything tells. */
  readonly adopted: boolean;
  readonly fields: readonly FieldChange[];
}

export interface DriftItem {
  readonly system: string;
  readonly target: string;
  readonly kind: string;
  readonly name: string;
  /** `exists`: the whole object is missing. */
  readonly field: string;
  /** What we applied. */
  readonly before: FieldChange['before'];
  /** What is there now. */
  readonly after: FieldChange['after'];
}

export interface Plan {
  readonly items: readonly PlannedItem[];
  /** Owned, observed, no longer desired. */
  readonly removals: readonly OutsideObject[];
  /** The same, and it has to stay for now: still ours, and still to be removed. */
  readonly kept: readonly Owned[];
  /** No longer desired, there before us, and left there: not ours any more, and not forgotten. */
  readonly released: readonly Owned[];
  /** No longer desired and gone outside, kept by another owner, or never ours: leaves the footprint without a write. */
  readonly gone: readonly Owned[];
  readonly drift: readonly DriftItem[];
  readonly changes: ChangeSet;
}

/**
 * Pure difference between what is wanted and what is there (design §1, §3). Same input, same plan; carrying it out and planning again
 * gives no changes. Foreign objects never appear in `changes`.
 */
export function planObjects(request: PlanRequest): Plan {
  const observed = new Map(request.observed.map((object) => [identityOf(object), object]));
  const owned = new Map(request.owned.map((entry) => [identityOf(entry.object), entry]));
  const items = request.desired.map((desired) => {
    const id = identityOf(desired);
    return planItem(desired, observed.get(id), owned.get(id), request);
  });
  const wanted = new Set(request.desired.map(identityOf));
  const notWanted = request.owned.filter((entry) => !wanted.has(identityOf(entry.object)));
  const released = notWanted.filter((entry) => isReleased(entry, observed, request)).map(asReleased);
  const unwanted = notWanted.filter((entry) => !isReleased(entry, observed, request));
  const leaving = unwanted.filter(
    (entry) => !(request.shared?.(entry.object) ?? false) && isOurs(entry, observed.get(identityOf(entry.object)), request.marker),
  );
  const removals: OutsideObject[] = [];
  const kept: Owned[] = [];
  for (const entry of leaving) {
    const object = observed.get(identityOf(entry.object));
    if (object === undefined) continue;
    if (request.policy === 'Observe' || request.keeps?.(object) === true) kept.push(entry);
    else removals.push(object);
  }
  const going = new Set(leaving);
  const gone = unwanted.filter((entry) => !observed.has(identityOf(entry.object)) || !going.has(entry));
  return { items, removals, kept, released, gone, drift: items.flatMap(driftOf), changes: orderedChanges(items, removals, request.order) };
}

/** Whether what existed before us is left where it stands. What was released once is never removed, and is forgotten only when it is gone. */
function isReleased(entry: Owned, observed: ReadonlyMap<string, OutsideObject>, { releases, marker }: PlanRequest): boolean {
  const there = observed.get(identityOf(entry.object));
  if (there === undefined) return false;
  return entry.state === 'Released' || (wasAdopted(entry) && isOurs(entry, there, marker) && releases?.(entry.object) === true);
}

function asReleased({ object, desiredHash }: Owned): Owned {
  return { object, state: 'Released', ...(desiredHash === undefined ? {} : { desiredHash }) };
}

/**
 * Whether the footprint has it as something that was there before us and was taken over, also while that is announced, or while it is being
 * removed on request.
 */
export function wasAdopted({ state, adopted }: Pick<Owned, 'state' | 'adopted'>): boolean {
  return state === 'Adopted' || ((state === 'Removing' || state === 'Pending') && adopted === true);
}

/**
 * What was announced was never seen, so it may be a stranger that stands there under that name, or still stands there to be adopted: ours is then
 * only what our marker, or where there is none the announced content, shows (design §3 footprint, telephony 4.2).
 */
function isOurs(entry: Owned, observed: OutsideObject | undefined, marker: string | undefined): boolean {
  if (entry.state !== 'Pending' || observed === undefined) return true;
  return observed.marker === undefined ? entry.desiredHash === contentHash(observed.fields) : observed.marker === marker;
}

function planItem(
  desired: OutsideObject,
  observed: OutsideObject | undefined,
  owned: Owned | undefined,
  request: PlanRequest,
): PlannedItem {
  const fields = differences(desired, observed);
  const standing = standingOf(desired, observed, owned, fields, request);
  if (request.isLeaving?.(desired) === true && standing !== 'Taken' && standing !== 'ToAdopt')
    return {
      desired,
      observed: undefined,
      standing: 'ToCreate',
      writes: false,
      isLeaving: request.policy !== 'Observe',
      adopted: false,
      fields: [],
    };
  const writes = fields !== undefined && isWritten(standing, request.policy);
  const adopted = isAdopted(standing, observed, owned, request);
  return { desired, observed, standing, writes, isLeaving: false, adopted, fields: fields ?? [] };
}

/** By the footprint; where that has lost it, or knows an announcement alone, by what stands there. */
function isAdopted(standing: Standing, observed: OutsideObject | undefined, owned: Owned | undefined, request: PlanRequest): boolean {
  if (observed === undefined) return standing === 'Drifted' && owned?.state === 'Adopted';
  if (owned !== undefined && (owned.state !== 'Pending' || owned.adopted === true)) return wasAdopted(owned) || owned.state === 'Released';
  return standing === 'ToAdopt' || observed.adopted === true || request.existedBefore?.(observed, owned) === true;
}

function standingOf(
  desired: OutsideObject,
  observed: OutsideObject | undefined,
  owned: Owned | undefined,
  fields: readonly FieldChange[] | undefined,
  request: PlanRequest,
): Standing {
  const unchangedSpec = owned !== undefined && SETTLED.includes(owned.state) && owned.desiredHash === contentHash(desired.fields);
  // What our own removal has taken is no drift, when it is wanted again before that was read back.
  if (observed === undefined) return unchangedSpec && owned.state !== 'Removing' ? 'Drifted' : 'ToCreate';
  if (owned === undefined) return strangerStanding(desired, observed, fields, request);
  if (owned.state === 'Pending') {
    // Announced, never seen: what stands there now may be ours or a stranger's who was faster.
    const standing = strangerStanding(desired, observed, fields, request);
    return standing === 'TakenBack' ? 'InSync' : standing;
  }
  if (fields === undefined) return 'InSync';
  if (owned.state === 'Released') return releasedStanding(desired, observed, owned, request);
  return unchangedSpec ? 'Drifted' : 'ToUpdate';
}

/** What was applied or adopted, and not let go since: only that can drift. */
const SETTLED: readonly Owned['state'][] = ['Applied', 'Adopted', 'Removing'];

/** Wanted again, with another content than it has: as we left it, it follows the spec; changed by somebody since, it is theirs (telephony 4.2). */
function releasedStanding(desired: OutsideObject, observed: OutsideObject, { desiredHash }: Owned, request: PlanRequest): Standing {
  const compared = Object.keys(desired.fields).flatMap((path) => {
    const value = observed.fields[path];
    return value === undefined ? [] : [[path, value] as const];
  });
  if (desiredHash === contentHash(Object.fromEntries(compared))) return 'ToUpdate';
  return request.adopts(observed) ? 'ToAdopt' : 'Taken';
}

/** The footprint does not know it: lost status, a namesake of somebody else, or a request to adopt. */
function strangerStanding(
  desired: OutsideObject,
  observed: OutsideObject,
  fields: readonly FieldChange[] | undefined,
  request: PlanRequest,
): Standing {
  const markedOurs = observed.marker !== undefined && observed.marker === desired.marker;
  if (markedOurs) return fields === undefined ? 'TakenBack' : 'ToUpdate';
  const isLegacy = fields === undefined && request.inherits?.(observed) === true;
  if (isLegacy) return 'TakenBack';
  const unmarkedTwin = observed.marker === undefined && fields === undefined && desired.marker === undefined;
  if (unmarkedTwin) return 'TakenBack';
  return request.adopts(observed) ? 'ToAdopt' : 'Taken';
}

function isWritten(standing: Standing, policy: ChangePolicy): boolean {
  if (policy === 'Observe' || standing === 'Taken' || standing === 'TakenBack' || standing === 'InSync') return false;
  return standing !== 'Drifted' || policy === 'Enforce';
}

/** `undefined`: nothing differs. Fields that are not desired are not ours to compare. */
function differences(desired: OutsideObject, observed: OutsideObject | undefined): readonly FieldChange[] | undefined {
  const wanted = { ...desired.fields, ...desired.relative };
  const changed = Object.entries(wanted).flatMap(([path, after]): FieldChange[] => {
    const before = observed?.fields[path];
    if (observed === undefined) return [{ path, after }];
    if (sameJson(before, after)) return [];
    return [before === undefined ? { path, after } : { path, before, after }];
  });
  return observed !== undefined && changed.length === 0 ? undefined : changed;
}

function driftOf(item: PlannedItem): DriftItem[] {
  if (item.standing !== 'Drifted') return [];
  const { system, target, kind, name } = item.desired;
  if (item.observed === undefined) return [{ system, target, kind, name, field: 'exists', before: 'present', after: 'missing' }];
  return item.fields.map(({ path, before, after }) => ({ system, target, kind, name, field: path, before: after, after: before }));
}

function orderedChanges(items: readonly PlannedItem[], removals: readonly OutsideObject[], order: readonly string[]): ChangeSet {
  const writes = sortedByKind(
    items.filter((item) => item.writes).map((item) => changeOf(item)),
    order,
  );
  const removes = sortedByKind(removals.map(removalOf), order).reverse();
  return [...afterOtherKinds(writes, order), ...afterOtherKinds(removes, order)];
}

/**
 * Each change after those of the kinds before it at its place. Sorted by kind, those of one kind wait for the same: ten thousand rules of one kind
 * are compared with none of each other.
 */
function afterOtherKinds(changes: readonly Change[], order: readonly string[]): Change[] {
  const groups = new Map<string, { readonly rank: number; readonly after: readonly string[]; readonly own: string[] }>();
  return changes.map((change) => {
    const place = `${change.system}|${change.target}`;
    const rank = order.indexOf(change.kind);
    const before = groups.get(place);
    const group = before?.rank === rank ? before : { rank, after: [...(before?.after ?? []), ...(before?.own ?? [])], own: [] };
    if (group !== before) groups.set(place, group);
    group.own.push(changeId(change));
    return { ...change, after: group.after };
  });
}

function changeOf({ desired, observed, fields, adopted }: PlannedItem): Change {
  const { system, target, kind, name, marker } = desired;
  const action = observed === undefined ? 'create' : 'update';
  const sign = marker === undefined ? {} : { marker, ...(adopted ? { adopted } : {}) };
  return { system, target, kind, name: observed?.name ?? name, action, fields, after: [], ...sign };
}

function removalOf({ system, target, kind, name, fields }: OutsideObject): Change {
  const before = Object.entries(fields).map(([path, value]): FieldChange => ({ path, before: value }));
  return { system, target, kind, name, action: 'remove', fields: before, after: [] };
}

function sortedByKind(changes: readonly Change[], order: readonly string[]): Change[] {
  return [...changes].sort((left, right) => order.indexOf(left.kind) - order.indexOf(right.kind));
}
