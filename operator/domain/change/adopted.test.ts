import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { contentHash } from './canonical.ts';
import { nextFootprint, ownedFrom, type Prospect } from './footprint.ts';
import type { OutsideObject } from './object.ts';
import { type ChangePolicy, type Owned, type PlanRequest, planObjects } from './plan.ts';

const OURS = 'trunkline:test/acme/SiteLocation/ams';
const THEIRS = '^99';

function route(pattern = '.*', more: Partial<OutsideObject> = {}): OutsideObject {
  return { system: 'teams-admin', target: 'tenant-1', kind: 'VoiceRoute', name: 'ams', fields: { numberPattern: pattern }, ...more };
}

const WANTED = route('.*', { marker: OURS });

function known(state: Owned['state'], object = route()): Owned {
  return { object, state, desiredHash: contentHash(object.fields) };
}

/** One pass over one object: what is planned, and what the footprint says then. */
function pass(request: Partial<PlanRequest>, prospect: Prospect = {}) {
  const owned = request.owned ?? [];
  const plan = planObjects({ desired: [], observed: [], policy: 'Enforce', adopts: () => false, order: ['VoiceRoute'], ...request, owned });
  const footprint = nextFootprint(plan, owned, prospect);
  return {
    plan,
    owned: ownedFrom(footprint),
    does: plan.changes.map(({ action, adopted }) => (adopted === true ? `${action} adopted` : action)),
    state: footprint.map(({ state, adopted }) => (adopted === true ? `${state} adopted` : state)).join(),
  };
}

const letGo = { observed: [route()], releases: () => true };
const RELEASED = [known('Released')];

describe('what existed before us, when it is not wanted any more', () => {
  it.each<{ readonly why: string; readonly request: Partial<PlanRequest>; readonly does: readonly string[]; readonly is: string }>([
    { why: 'is released where it stands', request: { owned: [known('Adopted')], ...letGo }, does: [], is: 'Released' },
    { why: 'stays released', request: { owned: RELEASED, ...letGo }, does: [], is: 'Released' },
    { why: 'stays released when it would go by now', request: { owned: RELEASED, observed: [route()] }, does: [], is: 'Released' },
    { why: 'is forgotten when it is gone', request: { owned: RELEASED }, does: [], is: '' },
    {
      why: 'goes where the user wants that',
      request: { owned: [known('Adopted')], observed: [route()] },
      does: ['remove'],
      is: 'Removing adopted',
    },
    {
      why: 'is released when its removal is not wanted any more either',
      request: { owned: [{ ...known('Removing'), adopted: true }], ...letGo },
      does: [],
      is: 'Released',
    },
    {
      why: 'is none of what we made',
      request: { owned: [known('Applied')], observed: [route()], releases: () => false },
      does: ['remove'],
      is: 'Removing',
    },
  ])('$why', ({ request, does, is }) => {
    const found = pass(request);
    expect([found.does, found.state, found.plan.drift]).toEqual([does, is, []]);
  });
});

/** As one pass announces the change with which it adopts. */
const ANNOUNCED: Owned = { ...known('Pending', WANTED), adopted: true };
const asked = { observed: [route(THEIRS)], adopts: () => true };
/** Once the change is carried out. */
const taken = { ...WANTED, adopted: true };

interface Case {
  readonly why: string;
  readonly request: Partial<PlanRequest>;
  readonly prospect?: Prospect;
  readonly does: readonly string[];
  readonly is: string;
}

describe('what is to be adopted with a change', () => {
  it.each<Case>([
    { why: 'is announced when the change is handed over', request: asked, does: ['update adopted'], is: 'Pending adopted' },
    { why: 'is nobody of ours while that is held', request: asked, prospect: { isHeld: true }, does: ['update adopted'], is: '' },
    { why: 'is nobody of ours where nothing is written', request: { ...asked, policy: 'Observe' }, does: [], is: '' },
    {
      why: 'stays announced while it is held after that',
      request: { ...asked, owned: [ANNOUNCED] },
      prospect: { isHeld: true },
      does: ['update adopted'],
      is: 'Pending adopted',
    },
    { why: 'is left alone when the word is taken back', request: { observed: [route(THEIRS)], owned: [ANNOUNCED] }, does: [], is: '' },
    { why: 'is adopted once our sign is on it', request: { observed: [taken], owned: [ANNOUNCED] }, does: [], is: 'Adopted' },
    { why: 'is adopted also where that was not recorded', request: { observed: [taken] }, does: [], is: 'Adopted' },
    {
      why: 'follows the spec once our sign is on it',
      request: { observed: [{ ...taken, fields: { numberPattern: '^1' } }], owned: [ANNOUNCED] },
      does: ['update adopted'],
      is: 'Pending adopted',
    },
    { why: 'is made anew, and ours, when it is gone', request: { owned: [ANNOUNCED] }, does: ['create'], is: 'Pending' },
  ])('$why', ({ request, prospect, does, is }) => {
    const found = pass({ desired: [WANTED], marker: OURS, ...request }, prospect);
    expect([found.does, found.state]).toEqual([does, is]);
  });

  it.each<Case>([
    { why: 'is forgotten as long as it is theirs', request: { observed: [route(THEIRS)], releases: () => true }, does: [], is: '' },
    { why: 'is forgotten likewise where adopted objects go', request: { observed: [route(THEIRS)] }, does: [], is: '' },
    { why: 'is released once our sign is on it', request: { observed: [taken], releases: () => true }, does: [], is: 'Released' },
    { why: 'goes where the user wants that', request: { observed: [taken] }, does: ['remove'], is: 'Removing adopted' },
  ])('and is not wanted any more $why', ({ request, does, is }) => {
    const found = pass({ owned: [ANNOUNCED], marker: OURS, ...request });
    expect([found.does, found.state]).toEqual([does, is]);
  });
});

it('what is adopted without a change is so at once, also while writes are held', () => {
  const found = pass({ desired: [WANTED], observed: [route()], adopts: () => true }, { isHeld: true });
  expect([found.does, found.state]).toEqual([[], 'Adopted']);
});

describe('what was released, when it is wanted again', () => {
  it.each<Case>([
    { why: 'as it stands: adopted without a write', request: { observed: [route()] }, does: [], is: 'Adopted' },
    {
      why: 'and a pause keeps it from following the spec',
      request: { owned: [known('Released', route(THEIRS))], observed: [route(THEIRS)] },
      prospect: { isHeld: true },
      does: ['update adopted'],
      is: 'Released',
    },
    {
      why: 'otherwise than it was left and stands: it follows the spec',
      request: { owned: [known('Released', route(THEIRS))], observed: [route(THEIRS)] },
      does: ['update adopted'],
      is: 'Adopted',
    },
    { why: 'and somebody has changed it: it is theirs', request: { observed: [route(THEIRS)] }, does: [], is: 'Released' },
    {
      why: 'and somebody has changed what carries our marker: the same',
      request: { observed: [route(THEIRS, { marker: OURS })] },
      does: [],
      is: 'Released',
    },
    {
      why: 'and a word lets us take it over once more: not ours before that has come about',
      request: { observed: [route(THEIRS)], adopts: () => true },
      does: ['update adopted'],
      is: 'Released',
    },
    {
      why: 'and a policy keeps us from that',
      request: { observed: [route(THEIRS)], adopts: () => true, policy: 'Observe' },
      does: [],
      is: 'Released',
    },
    { why: 'and it is gone: it is made anew, and ours', request: { observed: [] }, does: ['create'], is: 'Pending' },
    { why: 'and it is gone where nothing is written', request: { observed: [], policy: 'Observe' }, does: [], is: 'Released' },
  ])('$why', ({ request, prospect, does, is }) => {
    const found = pass({ desired: [WANTED], owned: RELEASED, ...request }, prospect);
    expect([found.does, found.state, found.plan.drift]).toEqual([does, is, []]);
  });
});

describe('what the footprint does not know is adopted', () => {
  it.each<{ readonly why: string; readonly request: Partial<PlanRequest>; readonly is: string }>([
    { why: 'no more than any other with our marker', request: { observed: [WANTED] }, is: 'Applied' },
    { why: 'when its marker says so', request: { observed: [{ ...WANTED, adopted: true }] }, is: 'Adopted' },
    {
      why: 'and changed meanwhile, when its marker says so',
      request: { observed: [{ ...WANTED, ...route('x'), marker: OURS, adopted: true }] },
      is: 'Adopted',
    },
    { why: 'when something else says so', request: { observed: [WANTED], existedBefore: () => true }, is: 'Adopted' },
    {
      why: 'as far as nothing has been announced that is known',
      request: { observed: [WANTED], owned: [known('Pending')], existedBefore: (_, owned) => owned === undefined },
      is: 'Applied',
    },
    {
      why: 'but not when it is known as ours',
      request: { observed: [WANTED], owned: [known('Applied')], existedBefore: () => true },
      is: 'Applied',
    },
    {
      why: 'when its owner goes and leaves it, though it carries no marker',
      request: { observed: [route()], inherits: () => true, existedBefore: () => true },
      is: 'Adopted',
    },
  ])('$why', ({ request, is }) => {
    expect(pass({ desired: [WANTED], ...request }).state).toBe(is);
  });
});

it('is never removed, and never known as ours, whatever is wanted in whatever order', () => {
  const step = fc.record({
    desired: fc.constantFrom([], [WANTED], [route('^1', { marker: OURS })]),
    policy: fc.constantFrom<ChangePolicy>('Enforce', 'Report', 'Observe'),
    edit: fc.constantFrom(undefined, '.*', '^1', THEIRS),
    keeps: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      let observed = route(THEIRS);
      let owned: readonly Owned[] = [known('Adopted', observed)];
      for (const { desired, policy, edit, keeps } of steps) {
        observed = edit === undefined ? observed : { ...observed, fields: { numberPattern: edit } };
        const next = pass({ desired, policy, observed: [observed], owned, keeps: () => keeps, releases: () => !keeps });
        for (const { action, fields } of next.plan.changes) {
          expect(action).toBe('update');
          observed = { ...observed, fields: { numberPattern: fields[0]?.after ?? null }, marker: OURS };
        }
        expect(['Adopted', 'Released']).toContain(next.state);
        owned = next.owned;
      }
    }),
  );
});
