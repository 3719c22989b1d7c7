import { describe, expect, it } from 'vitest';
import { range } from '../../../test/support/controllers/objects.ts';
import { APPLIED, DEVICE, PATTERN, PLACE, recorded, rule } from '../../../test/support/controllers/rules.ts';
import type { NumberRange } from '../../api/kinds.ts';
import { contentHash } from '../../domain/change/canonical.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import { ClaimBook, type PlacedClaim } from '../../domain/numbers/claim-book.ts';
import { type Prefix, parsePrefix } from '../../domain/numbers/prefix.ts';
import { claimOf } from './claims.ts';
import { ruleId } from './going.ts';
import { type GrantInput, grant } from './grants.ts';
import type { Placement } from './placement.ts';

const AT = 'acme/sbc1|teamstenants';
const SECOND: Placement = { ...PLACE, trunk: 'second', device: 'acme/sbc2' };

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if ('problem' in parsed) throw new Error(parsed.problem.rule);
  return parsed.prefix;
}

function rulesOf(...rules: OutsideObject[]): GrantInput['rules'] {
  return new Map([[DEVICE, new Map(rules.map((each) => [identityOf(each), each]))]]);
}

/** Another range that claims a pattern at the same place. */
function rival(pattern: string, { namespace = 'acme', customer = 'fabrikam', granted = true } = {}) {
  const other = range('other', { customerRef: { name: customer } }, { namespace, creationTimestamp: '2025-01-01T00:00:00Z' });
  return {
    owner: `${namespace}/other`,
    customer: `${namespace}/${customer}`,
    claim: { ...claimOf(other, prefix(pattern), granted), place: AT },
  };
}

interface Scene {
  readonly range?: NumberRange;
  readonly isHeld?: boolean;
  readonly rules?: GrantInput['rules'];
  readonly rival?: ReturnType<typeof rival>;
  readonly adopts?: boolean;
  readonly isUnread?: boolean;
}

/** The verdict on one wanted pattern: granted, open, or the reason. */
function verdict(scene: Scene): { readonly verdict: string; readonly message: string; readonly captures: readonly string[] } {
  const book = new ClaimBook();
  if (scene.rival !== undefined) book.put(scene.rival.owner, [scene.rival.claim]);
  const made = scene.isHeld === true ? recorded('Applied') : range('office', {}, { creationTimestamp: '2026-01-01T00:00:00Z' });
  const { granted, refused, captures } = grant({
    range: scene.range ?? made,
    wanted: [prefix(PATTERN)],
    held: new Set(scene.isHeld === true ? [PATTERN] : []),
    places: [PLACE],
    book,
    rules: scene.rules ?? rulesOf(),
    adopts: () => scene.adopts === true,
    isUnread: () => scene.isUnread === true,
    customerOf: () => scene.rival?.customer,
  });
  return { verdict: granted.length > 0 ? 'granted' : (refused[0]?.reason ?? 'open'), message: refused[0]?.message ?? '', captures };
}

const OWN_RANGE = range('office', { owner: 'Customer' }, { creationTimestamp: '2026-01-01T00:00:00Z' });

describe('whether a range gets a pattern', () => {
  it.each<{ readonly why: string; readonly scene: Scene; readonly is: string }>([
    { why: 'nobody has it', scene: {}, is: 'granted' },
    { why: 'the device was not read in this process', scene: { rules: new Map() }, is: 'open' },
    { why: 'it was not read, and status says that the pattern is held', scene: { rules: new Map(), isHeld: true }, is: 'granted' },
    { why: 'what another range holds was not read in this process', scene: { isUnread: true }, is: 'open' },
    { why: 'it was not, and the pattern is held already', scene: { isUnread: true, isHeld: true }, is: 'granted' },
    { why: 'a foreign rule stands there', scene: { rules: rulesOf(rule('else')) }, is: 'NameTaken' },
    {
      why: 'a foreign rule, for one that was granted but never stood',
      scene: { rules: rulesOf(rule('else')), isHeld: true, range: recorded('Pending') },
      is: 'NameTaken',
    },
    {
      why: 'its own rule, whose tag somebody changed',
      scene: { rules: rulesOf(rule('else')), isHeld: true, range: recorded('Applied') },
      is: 'granted',
    },
    { why: 'a foreign rule that is adopted', scene: { rules: rulesOf(rule('else')), adopts: true }, is: 'granted' },
    { why: 'a rule with just this tag, in any case', scene: { rules: rulesOf(rule(PLACE.tag.toUpperCase())) }, is: 'granted' },
    { why: 'a foreign rule in another plan', scene: { rules: rulesOf(rule('else', PATTERN, 'CustDialPlan')) }, is: 'granted' },
    { why: 'another range holds it', scene: { rival: rival(PATTERN) }, is: 'PatternHeld' },
    { why: 'another range holds it, whatever ours has recorded later', scene: { rival: rival(PATTERN), isHeld: true }, is: 'PatternHeld' },
    { why: 'an older one only asks for it', scene: { rival: rival(PATTERN, { granted: false }) }, is: 'PatternHeld' },
    { why: 'an older one only asks for what is held', scene: { rival: rival(PATTERN, { granted: false }), isHeld: true }, is: 'granted' },
    { why: 'a longer one of another customer', scene: { rival: rival(`${PATTERN}1`) }, is: 'granted' },
    {
      why: "a customer's own range would capture another customer's",
      scene: { range: OWN_RANGE, rival: rival(`${PATTERN}1`) },
      is: 'PrefixCaptures',
    },
    {
      why: 'it would capture one of the same customer',
      scene: { range: OWN_RANGE, rival: rival(`${PATTERN}1`, { customer: 'contoso' }) },
      is: 'granted',
    },
    {
      why: 'a customer of the same name elsewhere is another',
      scene: { range: OWN_RANGE, rival: rival(`${PATTERN}1`, { namespace: 'else', customer: 'contoso' }) },
      is: 'PrefixCaptures',
    },
    { why: 'it is captured', scene: { range: OWN_RANGE, rival: rival(PATTERN.slice(0, -1)) }, is: 'granted' },
  ])('$why: $is', ({ scene, is }) => {
    expect(verdict(scene).verdict).toBe(is);
  });

  it('tells which prefixes take numbers of each other', () => {
    expect(verdict({ rival: rival(`${PATTERN}1`) }).captures).toEqual([`${PATTERN} and ${PATTERN}1`]);
    expect(verdict({ rival: rival(PATTERN.slice(0, -1)) }).captures).toEqual([`${PATTERN} and ${PATTERN.slice(0, -1)}`]);
  });

  it('names the range that holds a pattern in its own namespace, and nothing of another (design §2 Tenancy)', () => {
    expect(verdict({ rival: rival(PATTERN) }).message).toContain('NumberRange other');
    const { message } = verdict({ rival: rival('+414455501[0-9]', { namespace: 'acme2' }) });
    expect(message).toContain('another customer');
    for (const secret of ['acme2', 'other', 'fabrikam', '[0-9]']) expect(message.replace('another customer', '')).not.toContain(secret);
  });

  it('tells of one of another namespace that there is one, and not which (design §2 Tenancy)', () => {
    const captures = [`${PATTERN} and one of another customer`];
    expect(verdict({ rival: rival(`${PATTERN}1`, { namespace: 'acme2' }) }).captures).toEqual(captures);
    expect(verdict({ rival: rival(PATTERN.slice(0, -1), { namespace: 'acme2' }) }).captures).toEqual(captures);
  });

  it('says what stands in the way on the device and how to take it over', () => {
    const { message } = verdict({ rules: rulesOf(rule('else')) });
    expect(message).toContain('with tag else');
    expect(message).toContain(`trunkline.dev/adopt=DialPlanRule/TeamsTenants/${PATTERN}`);
  });

  it('does not say whose rule that is on a device of another namespace: its tag names a customer', () => {
    const { message } = verdict({ rules: rulesOf(rule('secretcustomer')), range: range('office', {}, { namespace: 'acme2' }) });
    expect(message).toContain('with another tag');
    expect(message).not.toContain('secretcustomer');
  });
});

/** Where a range with two trunks gets the pattern, and where it is refused it. */
function there(input: Partial<GrantInput>, claims: readonly PlacedClaim[] = []) {
  const book = new ClaimBook();
  for (const claim of claims) book.put(claim.owner, [claim]);
  const { byDevice, granted, refused, open } = grant({
    range: recorded('Applied'),
    wanted: [prefix(PATTERN)],
    held: new Set([PATTERN]),
    places: [PLACE, SECOND],
    book,
    rules: new Map([PLACE, SECOND].map(({ device }) => [device, new Map()])),
    adopts: () => false,
    isUnread: () => false,
    customerOf: () => 'acme/fabrikam',
    ...input,
  });
  const at = [PLACE, SECOND].map(({ device }) => byDevice.get(device));
  const words = at.map((here) => (here?.granted.length === 1 ? 'granted' : here?.refused.has(PATTERN) ? 'refused' : 'open'));
  return { words, granted: granted.length, open: open.length, refused: refused.map(({ message }) => message) };
}

const ON_SECOND = { ...rival(PATTERN).claim, place: 'acme/sbc2|teamstenants' };

describe('a pattern that the range has on one device (design §2 Claims: who has them)', () => {
  it('is no better a claim on another one than that of any other range', () => {
    const found = there({}, [ON_SECOND]);
    expect(found).toMatchObject({ words: ['granted', 'refused'], granted: 1, open: 0 });
    expect(found.refused).toEqual([expect.stringContaining('in dial plan TeamsTenants of SBCDevice acme/sbc2')]);
  });

  it('is granted on another one that was read and shows nobody else', () => {
    expect(there({})).toMatchObject({ words: ['granted', 'granted'], open: 0, refused: [] });
  });

  it('waits for the look at another one, and is not taken from the first', () => {
    expect(there({ rules: new Map([[DEVICE, new Map()]]) })).toMatchObject({ words: ['granted', 'open'], granted: 1, open: 1 });
  });

  it("is not granted where a stranger's rule stands", () => {
    const rules = new Map([[SECOND.device, new Map([[ruleId(SECOND, PATTERN), { ...rule('else'), target: SECOND.device }]])]]);
    expect(there({ rules }).words).toEqual(['granted', 'refused']);
  });

  it('is yielded on the device where another one has it rightly, and kept on the other', () => {
    const both = recorded('Applied');
    const [entry] = both.status?.footprint ?? [];
    const held = { ...both, status: { footprint: entry === undefined ? [] : [entry, { ...entry, target: SECOND.device }] } };
    expect(there({ range: held }, [ON_SECOND]).words).toEqual(['granted', 'refused']);
  });
});

it('a pattern that the range has nowhere waits for no device that is lost, and stays open there (telephony 2.1)', () => {
  const onlyFirst = new Map([[DEVICE, new Map()]]);
  const fresh = { range: range('office'), held: new Set<string>(), rules: onlyFirst, isLost: (key: string) => key === SECOND.device };
  expect(there(fresh)).toMatchObject({ words: ['granted', 'open'], granted: 1, open: 0, refused: [] });
  // What is known of it counts all the same, and where all are lost nothing is decided.
  expect(there(fresh, [ON_SECOND]).words).toEqual(['refused', 'refused']);
  expect(there({ ...fresh, rules: new Map(), isLost: () => true }).words).toEqual(['open', 'open']);
});

it('a pattern that the range has nowhere is granted on all of its devices or on none', () => {
  const fresh = { range: range('office'), held: new Set<string>() };
  expect(there(fresh).words).toEqual(['granted', 'granted']);
  expect(there({ ...fresh, rules: new Map([[DEVICE, new Map()]]) }).words).toEqual(['open', 'open']);
  const refused = there(fresh, [ON_SECOND]);
  expect(refused.words).toEqual(['refused', 'refused']);
  expect(refused.refused).toHaveLength(1);
});

describe('a range of thousands of prefixes', () => {
  /** How often status is read when every rule carries another tag than it should. */
  function statusReads(count: number): number {
    const patterns = Array.from({ length: count }, (_, index) => `+4144${100_000 + index}`);
    const made = range();
    const status = { footprint: [{ ...APPLIED, state: 'Applied' as const, count, desiredHash: contentHash('old.voice.example.net') }] };
    let reads = 0;
    const office: NumberRange = Object.defineProperty({ ...made }, 'status', {
      get() {
        reads += 1;
        return status;
      },
    });
    const wanted = patterns.map(prefix);
    const rules = rulesOf(...patterns.map((pattern) => rule('old.voice.example.net', pattern)));
    const nobody = { adopts: () => false, isUnread: () => false, customerOf: () => undefined };
    const { granted, refused } = grant({
      range: office,
      wanted,
      held: new Set(patterns),
      places: [PLACE],
      book: new ClaimBook(),
      rules,
      ...nobody,
    });
    expect([granted.length, refused.length]).toEqual([count, 0]);
    return reads;
  }

  it('looks at what is recorded once, however many of them have another tag now', () => {
    expect(statusReads(2_000)).toBe(statusReads(10));
  });
});
