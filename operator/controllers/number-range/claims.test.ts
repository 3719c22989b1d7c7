import { describe, expect, it } from 'vitest';
import { customer, device, range, site } from '../../../test/support/controllers/objects.ts';
import { storesWith } from '../../../test/support/controllers/stores.ts';
import type { NumberRange } from '../../api/kinds.ts';
import { type Prefix, parsePrefix } from '../../domain/numbers/prefix.ts';
import { claimOf, NumberClaims } from './claims.ts';

const PLACE = 'acme/sbc1|teamstenants';
const PATTERN = '+414455501[00-49]';
const MEMORY = {
  sourceOf: () => undefined,
  heldOf: ({ status }: NumberRange) => status?.held ?? [],
  knows: () => true,
  isLost: () => false,
};

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if ('problem' in parsed) throw new Error(parsed.problem.rule);
  return parsed.prefix;
}

/** Who stands in the way of a younger range that wants a number at a place; `heir`: of the same Customer, with the same tag. */
function holder(of: NumberRange, number: string, place = PLACE, heir?: string): string | undefined {
  const stores = storesWith(customer(), device(), site(), of);
  const claims = new NumberClaims(stores, MEMORY);
  claims.refresh('acme/office');
  return claims.book.rivals(place, claimOf(range('young', {}, { creationTimestamp: '2027-01-01T00:00:00Z' }), prefix(number), false), heir)
    .holder?.owner;
}

function office(spec: Partial<NumberRange['spec']>, status: NumberRange['status'] = {}): NumberRange {
  return { ...range('office', spec, { creationTimestamp: '2026-01-01T00:00:00Z' }), status };
}

const TRUNKS = [{ name: 'main', device: 'acme/sbc1', dialPlan: 'TeamsTenants', tag: 'zurich.voice.example.net' }];
const ENTRY = { system: 'sbc', kind: 'DialPlanRule', target: 'acme/sbc1', name: 'TeamsTenants', state: 'Applied' as const };

/** Status of a range whose rules stand in the plan of its device. */
function standing(...held: string[]): NumberRange['status'] {
  return { held, trunks: TRUNKS, footprint: [ENTRY] };
}

describe('what a range claims', () => {
  it('what it asks for, in the plan of its device, without case', () => {
    expect(holder(office({}), '+41445550107')).toBe('acme/office');
    expect(holder(office({}), '+41445550150')).toBeUndefined();
    expect(holder(office({}), '+41445550107', 'acme/sbc1|custdialplan')).toBeUndefined();
  });

  it('what it holds and has taken out of its spec, until it is read back as gone', () => {
    const leaving = office({ prefixes: ['+41445550200'] }, standing(PATTERN, '+41445550200'));
    expect(holder(leaving, '+41445550107')).toBe('acme/office');
  });

  it('what it holds while its spec cannot be placed, where status says that it stands', () => {
    const unplaced = office({ dialPlan: 'registeredUsers' }, standing(PATTERN));
    expect(holder(unplaced, '+41445550107')).toBe('acme/office');
  });

  it('what stands in a plan, or on a device, that is not its own any more', () => {
    const moved = (entry: object): NumberRange => office({}, { held: [PATTERN], trunks: TRUNKS, footprint: [{ ...ENTRY, ...entry }] });
    expect(holder(moved({ name: 'OldPlan' }), '+41445550107', 'acme/sbc1|oldplan')).toBe('acme/office');
    expect(holder(moved({ name: 'OldPlan', members: ['+41445550300'] }), '+41445550107', 'acme/sbc1|oldplan')).toBeUndefined();
    expect(holder(moved({ name: 'TeamsTenants', target: 'acme/sbc9' }), '+41445550107', 'acme/sbc9|teamstenants')).toBe('acme/office');
  });

  it('as granted only where status has a rule for it: what it has elsewhere is no better a claim than that of whoever has it here', () => {
    const young = (entry: object): NumberRange => {
      const made = office({}, { held: [PATTERN], trunks: TRUNKS, footprint: [{ ...ENTRY, ...entry }] });
      return { ...made, metadata: { ...made.metadata, creationTimestamp: '2028-01-01T00:00:00Z' } };
    };
    expect(holder(young({}), '+41445550107')).toBe('acme/office');
    expect(holder(young({ target: 'acme/sbc9' }), '+41445550107')).toBeUndefined();
    expect(holder(young({ name: 'CustDialPlan' }), '+41445550107')).toBeUndefined();
    expect(holder(young({ members: ['+41445550300'] }), '+41445550107')).toBeUndefined();
    expect(holder(young({ state: 'Pending' }), '+41445550107')).toBe('acme/office');
  });

  it('gives way to a range of the same Customer with the same tag, for what it has given up and for that only', () => {
    const leaving = office({ prefixes: ['+41445550200'] }, standing(PATTERN, '+41445550200'));
    const heir = 'acme/contoso|zurich.voice.example.net';
    expect(holder(leaving, PATTERN, PLACE, heir)).toBeUndefined();
    expect(holder(leaving, PATTERN, PLACE, 'acme/fabrikam|zurich.voice.example.net')).toBe('acme/office');
    expect(holder(leaving, '+41445550107', PLACE, heir)).toBe('acme/office');
    expect(holder(leaving, '+41445550200', PLACE, heir)).toBe('acme/office');
  });

  it('asks for nothing more once it is being deleted, and keeps what it holds', () => {
    const made = office({ prefixes: [PATTERN, '+41445550200'] }, standing(PATTERN));
    const going = { ...made, metadata: { ...made.metadata, deletionTimestamp: '2026-05-01T00:00:00Z' } };
    expect(holder(going, '+41445550107')).toBe('acme/office');
    expect(holder(going, '+41445550200')).toBeUndefined();
  });

  it('nothing is known at its places while its record has not been read, and nobody else is held up elsewhere', () => {
    const unread = office({}, { heldIn: { name: 'office-held', count: 1, hash: 'x' }, trunks: TRUNKS });
    const claims = new NumberClaims(storesWith(customer(), device(), site(), unread), { ...MEMORY, heldOf: () => [], knows: () => false });
    claims.refresh('acme/office');
    expect(claims.isUnread(PLACE, 'acme/young')).toBe(true);
    expect(claims.isUnread(PLACE, 'acme/office')).toBe(false);
    expect(claims.isUnread('acme/sbc1|custdialplan', 'acme/young')).toBe(false);
  });

  it('nothing when it is gone', () => {
    const claims = new NumberClaims(storesWith(customer(), device(), site()), MEMORY);
    claims.refresh('acme/office');
    expect(claims.book.rivals(PLACE, claimOf(range('young'), prefix(PATTERN), false)).holder).toBeUndefined();
  });
});
