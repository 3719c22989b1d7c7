import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { canonicalJson, contentHash, sameJson } from './canonical.ts';
import type { ChangeSet } from './change-set.ts';
import { nextFootprint, ownedFrom } from './footprint.ts';
import { identityOf, type OutsideObject } from './object.ts';
import { type Owned, type PlanRequest, planObjects } from './plan.ts';

const PLACE = { system: 'teams-admin', target: 'tenant-1' };
const OURS = 'trunkline:test/acme/SiteLocation/ams';
const ORDER = ['PstnUsage', 'VoiceRoute', 'VoiceRoutingPolicy'];

function route(name: string, fields: OutsideObject['fields'] = { numberPattern: '.*' }, marker: string | null = OURS): OutsideObject {
  return { ...PLACE, kind: 'VoiceRoute', name, fields, ...(marker === null ? {} : { marker }) };
}

function rule(prefix: string, tag: string): OutsideObject {
  return { system: 'sbc', target: 'acme/sbc1', kind: 'DialPlanRule', name: `TeamsTenants/${prefix}`, fields: { tag } };
}

function applied(object: OutsideObject, fields = object.fields): Owned {
  return { object, state: 'Applied', desiredHash: contentHash(fields) };
}

function plan(request: Partial<PlanRequest>) {
  return planObjects({ desired: [], observed: [], owned: [], policy: 'Enforce', adopts: () => false, order: ORDER, ...request });
}

/** What the outside looks like after carrying the changes out. */
function carriedOut(observed: readonly OutsideObject[], changes: ChangeSet): OutsideObject[] {
  const world = new Map(observed.map((object) => [identityOf(object), object]));
  for (const change of changes) {
    const id = identityOf(change);
    if (change.action === 'remove') world.delete(id);
    else {
      const before = world.get(id)?.fields ?? {};
      const after = Object.fromEntries(change.fields.flatMap(({ path, after: value }) => (value === undefined ? [] : [[path, value]])));
      const { system, target, kind, name, marker } = change;
      world.set(id, { system, target, kind, name, fields: { ...before, ...after }, ...(marker === undefined ? {} : { marker }) });
    }
  }
  return [...world.values()];
}

describe('planning one object', () => {
  it('creates what is missing, with every field and our marker', () => {
    const { changes } = plan({ desired: [route('ams')] });
    expect(changes).toEqual([
      {
        ...PLACE,
        kind: 'VoiceRoute',
        name: 'ams',
        action: 'create',
        fields: [{ path: 'numberPattern', after: '.*' }],
        after: [],
        marker: OURS,
      },
    ]);
  });

  it('[S288] corrects drift in Enforce and only reports it in Report, with field, applied and found value', () => {
    const request = { desired: [route('ams')], observed: [route('ams', { numberPattern: '^x$' })], owned: [applied(route('ams'))] };
    expect(plan(request).changes).toHaveLength(1);
    const reported = plan({ ...request, policy: 'Report' });
    expect(reported.changes).toEqual([]);
    expect(reported.drift).toEqual([{ ...PLACE, kind: 'VoiceRoute', name: 'ams', field: 'numberPattern', before: '.*', after: '^x$' }]);
  });

  it('applies a spec change in Report although the same object is compared', () => {
    const wanted = route('ams', { numberPattern: '^1$' });
    const { changes, drift } = plan({ desired: [wanted], observed: [route('ams')], owned: [applied(route('ams'))], policy: 'Report' });
    expect(changes).toHaveLength(1);
    expect(drift).toEqual([]);
  });

  it('writes nothing at all in Observe, neither creates nor removals', () => {
    const { changes, removals } = plan({
      desired: [route('new')],
      observed: [route('old')],
      owned: [applied(route('old'))],
      policy: 'Observe',
    });
    expect(changes).toEqual([]);
    expect(removals).toEqual([]);
  });

  it('never touches a stranger of the wanted name (any case), and adopts it only when asked', () => {
    const foreign = route('AMS', { numberPattern: '^x$' }, null);
    const request = { desired: [route('ams')], observed: [foreign] };
    expect(plan(request)).toMatchObject({ items: [{ standing: 'Taken' }], changes: [] });
    const adopted = plan({ ...request, adopts: (object) => object.name === 'AMS' });
    expect(adopted.items[0]?.standing).toBe('ToAdopt');
    expect(adopted.changes).toMatchObject([{ action: 'update', name: 'AMS' }]);
  });

  it('treats a stranger found in place of an announced create as taken, not as ours', () => {
    const pending: Owned = { object: route('ams'), state: 'Pending' };
    const foreign = route('ams', { numberPattern: '^x$' }, 'somebody else');
    expect(plan({ desired: [route('ams')], observed: [foreign], owned: [pending] })).toMatchObject({
      items: [{ standing: 'Taken' }],
      changes: [],
    });
  });

  describe('an announced create that is not wanted any more', () => {
    const usage: OutsideObject = { ...PLACE, kind: 'PstnUsage', name: 'u', fields: { list: 'x' } };
    const announced = (object: OutsideObject): Owned => ({ object, state: 'Pending', desiredHash: contentHash(object.fields) });

    it.each([
      ['marked by nobody', route('ams', { numberPattern: '^x$' }, null)],
      ['marked by somebody else, with the very same content', route('ams', { numberPattern: '.*' }, 'somebody else')],
    ])('leaves the footprint without a write when what stands there is %s', (_who, stranger) => {
      const owned = [announced(route('ams'))];
      const found = plan({ observed: [stranger], owned, marker: OURS });
      expect(found).toMatchObject({ changes: [], removals: [], gone: owned });
      expect(nextFootprint(found, owned)).toEqual([]);
    });

    it('leaves the footprint without a write when the content is not what was announced, or nobody wrote down what that was', () => {
      const other = { ...usage, fields: { list: 'y' } };
      expect(plan({ observed: [other], owned: [announced(usage)] }).changes).toEqual([]);
      expect(plan({ observed: [usage], owned: [{ object: usage, state: 'Pending' }] }).changes).toEqual([]);
    });

    it('is removed when our marker, or the announced content of an object without marker, shows that it came about', () => {
      const edited = route('ams', { numberPattern: '^x$' });
      const found = plan({ observed: [edited, usage], owned: [announced(route('ams')), announced(usage)], marker: OURS });
      expect(found.changes.map(({ action, name }) => `${action} ${name}`)).toEqual(['remove ams', 'remove u']);
    });
  });

  it('takes back by marker, or by name and content where there is no marker, without a write', () => {
    const marked = plan({ desired: [route('ams')], observed: [route('ams')] });
    const unmarked = plan({ desired: [rule('+311', 'a.example')], observed: [rule('+311', 'a.example')] });
    for (const found of [marked, unmarked]) expect(found).toMatchObject({ items: [{ standing: 'TakenBack' }], changes: [] });
  });

  it('adopting without a difference writes nothing', () => {
    const found = plan({ desired: [route('ams')], observed: [route('ams', { numberPattern: '.*' }, null)], adopts: () => true });
    expect(found.changes).toEqual([]);
    expect(nextFootprint(found, [])).toMatchObject([{ name: 'ams', state: 'Adopted' }]);
  });
});

describe('what another owner is taking away', () => {
  const desired = route('ams');
  const isLeaving = (): boolean => true;

  it.each([
    { why: 'stands and is ours', observed: [desired], owned: [applied(desired)] },
    { why: 'is gone already', observed: [], owned: [applied(desired)] },
    { why: 'stands and would be taken back', observed: [desired], owned: [] },
    { why: 'stands and differs', observed: [route('ams', { numberPattern: '^9' })], owned: [applied(desired)] },
  ])('$why: is still to be made, not yet, and no drift', ({ observed, owned }) => {
    for (const policy of ['Enforce', 'Report'] as const) {
      const leaving = plan({ desired: [desired], observed, owned, policy, isLeaving });
      expect(leaving).toMatchObject({ changes: [], drift: [], items: [{ standing: 'ToCreate', writes: false }] });
      const footprint = nextFootprint(leaving, owned);
      expect(footprint).toMatchObject([{ name: 'ams', state: 'Pending' }]);
      // Once it has ended, whatever the policy.
      const after = plan({ desired: [desired], observed: [], owned: ownedFrom(footprint), policy });
      expect(after).toMatchObject({ drift: [], changes: [{ action: 'create', name: 'ams' }] });
    }
  });

  it("a stranger's object is no more ours for that", () => {
    const stranger = route('ams', desired.fields, 'somebody');
    const leaving = plan({ desired: [desired], observed: [stranger], isLeaving });
    expect(leaving).toMatchObject({ changes: [], items: [{ standing: 'Taken' }] });
    expect(nextFootprint(leaving, [])).toEqual([]);
  });
});

describe('order and removal', () => {
  const usage: OutsideObject = { ...PLACE, kind: 'PstnUsage', name: 'u', fields: {} };
  const policy: OutsideObject = { ...PLACE, kind: 'VoiceRoutingPolicy', name: 'p', fields: { usages: ['u'] }, marker: OURS };

  it('creates usage, route, policy and removes policy, route, usage', () => {
    const wanted = [policy, route('r'), usage];
    expect(plan({ desired: wanted }).changes.map(({ kind }) => kind)).toEqual(ORDER);
    const removal = plan({ observed: wanted, owned: wanted.map((object) => applied(object)) });
    expect(removal.changes.map(({ kind, action }) => `${action} ${kind}`)).toEqual([
      'remove VoiceRoutingPolicy',
      'remove VoiceRoute',
      'remove PstnUsage',
    ]);
    expect(removal.changes[2]?.after).toHaveLength(2);
  });

  it('leaves what is held, and forgets what is already gone', () => {
    const held = plan({ observed: [route('a')], owned: [applied(route('a')), applied(route('b'))], keeps: () => true });
    expect(held.changes).toEqual([]);
    expect(held.gone.map(({ object }) => object.name)).toEqual(['b']);
    expect(nextFootprint(held, [applied(route('a')), applied(route('b'))]).map(({ name }) => name)).toEqual(['a']);
  });
});

describe('footprint', () => {
  it('announces creates as pending, confirms them when they are seen, and keeps removals until they are gone', () => {
    const first = plan({ desired: [route('a')] });
    const announced = nextFootprint(first, []);
    expect(announced).toMatchObject([{ name: 'a', state: 'Pending' }]);
    const seen = plan({ desired: [route('a')], observed: [route('a')], owned: ownedFrom(announced) });
    const settled = nextFootprint(seen, ownedFrom(announced));
    expect(settled).toMatchObject([{ name: 'a', state: 'Applied', desiredHash: contentHash({ numberPattern: '.*' }) }]);
    const leaving = plan({ observed: [route('a')], owned: ownedFrom(settled) });
    expect(nextFootprint(leaving, ownedFrom(settled))).toMatchObject([{ name: 'a', state: 'Removing' }]);
  });

  it.each([
    'Report',
    'Enforce',
  ] as const)('makes anew in %s what our own removal took when it is wanted again, however late that shows', (policy) => {
    const removing = ownedFrom(nextFootprint(plan({ observed: [route('a')], owned: [applied(route('a'))] }), [applied(route('a'))]));
    const wanted = { desired: [route('a')], policy };
    // The removal may be on the wire while the object is still seen.
    const between = plan({ ...wanted, observed: [route('a')], owned: removing });
    const stillLeaving = ownedFrom(nextFootprint(between, removing, { isUnderWay: true }));
    expect(stillLeaving).toMatchObject([{ state: 'Removing' }]);
    expect(ownedFrom(nextFootprint(between, removing, { isUnderWay: false }))).toMatchObject([{ state: 'Applied' }]);
    for (const owned of [removing, stillLeaving]) {
      const gone = plan({ ...wanted, owned });
      expect([gone.items[0]?.standing, gone.changes.map(({ action }) => action), gone.drift]).toEqual(['ToCreate', ['create'], []]);
    }
  });
});

const anyRule = fc
  .record({ n: fc.integer({ min: 0, max: 9 }), tag: fc.constantFrom('a', 'b', 'c') })
  .map(({ n, tag }) => rule(`+3120${n}`, tag));
const rules = fc.uniqueArray(anyRule, { selector: identityOf, maxLength: 10 });

describe('properties', () => {
  it('reaches an empty plan after one apply, whatever was there before', () => {
    fc.assert(
      fc.property(rules, rules, rules, (desired, observed, previously) => {
        const owned = previously.map((object) => applied(object));
        const request = { desired, observed, owned, policy: 'Enforce' as const, adopts: () => false, order: ['DialPlanRule'] };
        const first = planObjects(request);
        const world = carriedOut(observed, first.changes);
        const second = planObjects({ ...request, observed: world, owned: ownedFrom(nextFootprint(first, owned)) });
        expect(second.changes).toEqual([]);
      }),
    );
  });

  it('never changes or removes what the footprint does not know', () => {
    fc.assert(
      fc.property(rules, rules, rules, (desired, observed, previously) => {
        const known = new Set(previously.map(identityOf));
        const { changes } = planObjects({
          desired,
          observed,
          owned: previously.map((object) => applied(object)),
          policy: 'Enforce',
          adopts: () => false,
          order: ['DialPlanRule'],
        });
        const foreign = changes.filter((change) => change.action !== 'create' && !known.has(identityOf(change)));
        expect(foreign).toEqual([]);
      }),
    );
  });

  it('never removes what stands in place of an announced create unless marker or content shows that it is ours', () => {
    const markers = fc.constantFrom(OURS, 'somebody else', null);
    const states = fc.constantFrom('Pending' as const, 'Applied' as const, 'Removing' as const);
    const place = fc.record({ n: fc.integer({ min: 0, max: 5 }), announced: fc.constantFrom('a', 'b'), there: fc.constantFrom('a', 'b') });
    const scene = fc.uniqueArray(fc.tuple(place, markers, states), { selector: ([{ n }]) => n, maxLength: 6 });
    fc.assert(
      fc.property(scene, fc.boolean(), (places, knowsMarker) => {
        const observed = places.map(([{ n, there }, marker]) => route(`r${n}`, { numberPattern: there }, marker));
        const owned = places.map(([{ n, announced }, , state]): Owned => {
          const object = route(`r${n}`, { numberPattern: announced });
          return { object, state, desiredHash: contentHash(object.fields) };
        });
        const found = plan({ observed, owned, ...(knowsMarker ? { marker: OURS } : {}) });
        const removed = new Set(found.changes.map(identityOf));
        const left = new Set(nextFootprint(found, owned).map(identityOf));
        places.forEach(([{ announced, there }, marker, state], index) => {
          const id = identityOf(observed[index] ?? route('none'));
          const shows = marker === null ? announced === there : knowsMarker && marker === OURS;
          expect(removed.has(id)).toBe(state !== 'Pending' || shows);
          expect(left.has(id)).toBe(removed.has(id));
        });
      }),
    );
  });

  it('equal values have equal canonical text and hash, whatever the order of fields', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string())), (fields) => {
        const shuffled = Object.fromEntries(Object.entries(fields).reverse());
        expect(sameJson(fields, shuffled)).toBe(true);
        expect(canonicalJson(fields)).toBe(canonicalJson(shuffled));
      }),
    );
  });
});

describe('ten thousand rules of one kind', () => {
  /** How often the order of kinds is asked for. */
  function asks(count: number, action: 'create' | 'remove'): number {
    let reads = 0;
    const order = new Proxy(['DialPlanRule'], {
      get(target, key) {
        if (key === '0') reads += 1;
        return Reflect.get(target, key);
      },
    });
    const all = Array.from({ length: count }, (_, index) => rule(`+4144${1_000_000 + index}`, 'a'));
    const { changes } =
      action === 'create' ? plan({ desired: all, order }) : plan({ observed: all, owned: all.map((each) => applied(each)), order });
    expect(changes).toHaveLength(count);
    expect(changes.every((change) => change.action === action && change.after.length === 0)).toBe(true);
    return reads;
  }

  it.each(['create', 'remove'] as const)('to %s are not compared with one another', (action) => {
    expect(asks(4_000, action)).toBeLessThan(asks(500, action) * 8 * 2);
  });
});
