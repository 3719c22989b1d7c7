import { identityOf, type OutsideObject } from '../change/object.ts';

const KIND = 'VoiceRoute';

/**
 * Routes of one site in the order in which they are to be tried. Lower priorities are tried first (teams-admin-api §8), and a route that
 * somebody deleted comes back behind the others: the order is told by `priority` and compared among our own routes alone (telephony 2.1).
 * A route keeps the priority it has wherever that is in order. Another value is always one that no route of the tenant has, since setting one
 * in use may shift the routes of others; so nothing foreign ever moves. One route alone, and a set that is made as a whole, leaves the priority
 * to Microsoft, which numbers routes as they are made.
 */
export function inRouteOrder(desired: readonly OutsideObject[], observed: readonly OutsideObject[]): readonly OutsideObject[] {
  const routes = desired.filter(({ kind }) => kind === KIND);
  if (routes.length < 2) return desired;
  const seen = new Map(observed.filter(({ kind }) => kind === KIND).map((route) => [identityOf(route), route]));
  if (!routes.some((route) => seen.has(identityOf(route)))) return desired;
  const priorities = placed(
    routes.map((route) => placeOf(seen.get(identityOf(route)))),
    new Set([...seen.values()].flatMap((route) => priorityOf(route) ?? [])),
  );
  const wanted = new Map(routes.map((route, rank) => [identityOf(route), priorities[rank]]));
  return desired.map((object) => {
    const priority = wanted.get(identityOf(object));
    return priority === undefined ? object : { ...object, relative: { ...object.relative, priority } };
  });
}

/** A route that is there, with its priority if the service tells it; or one still to be made. */
type RoutePlace = number | 'untold' | 'missing';

function placeOf(route: OutsideObject | undefined): RoutePlace {
  if (route === undefined) return 'missing';
  return priorityOf(route) ?? 'untold';
}

/** The priority of each route, rising with its rank; undefined for one that is not told, which cannot be compared. */
function placed(places: readonly RoutePlace[], taken: ReadonlySet<number>): (number | undefined)[] {
  let top = Math.max(-1, ...taken);
  let before = -1;
  return places.map((place, rank) => {
    if (place === 'untold') return undefined;
    const isInOrder = place !== 'missing' && place > before;
    const priority = isInOrder ? place : (gapBefore(places.slice(rank + 1), before, taken) ?? top + 1);
    top = Math.max(top, priority);
    before = priority;
    return priority;
  });
}

/** The highest free value between the route before and the next ones that are in order as they stand: then none of these has to move. */
function gapBefore(next: readonly RoutePlace[], before: number, taken: ReadonlySet<number>): number | undefined {
  const standing = next.filter((place) => typeof place === 'number').filter((place) => place > before);
  if (standing.length === 0) return undefined;
  for (let value = Math.min(...standing) - 1; value > before; value -= 1) if (!taken.has(value)) return value;
  return undefined;
}

function priorityOf({ fields }: OutsideObject): number | undefined {
  const priority = fields['priority'];
  return typeof priority === 'number' ? priority : undefined;
}
