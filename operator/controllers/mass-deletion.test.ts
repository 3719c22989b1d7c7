import { describe, expect, it } from 'vitest';
import { customer, device, range, site } from '../../test/support/controllers/objects.ts';
import { storesWith } from '../../test/support/controllers/stores.ts';
import { house as newHouse } from '../../test/support/controllers/story.ts';
import type { Customer } from '../api/kinds.ts';
import { massDeletionHold } from './mass-deletion.ts';

const KINDS = ['NumberRange', 'SiteLocation', 'Customer'] as const;
const START = Date.parse('2026-03-01T12:00:00Z');

/** `minutes`: when its deletion was asked for, after a common start; undefined: it stays. */
function one(name: string, minutes: number | undefined, more: Partial<Customer['metadata']> = {}): Customer {
  const made = customer(name);
  const deletionTimestamp = minutes === undefined ? {} : { deletionTimestamp: new Date(START + minutes * 60_000).toISOString() };
  return { ...made, metadata: { ...made.metadata, ...deletionTimestamp, ...more } };
}

function many(deleting: readonly number[], staying = 0): Customer[] {
  return [
    ...deleting.map((minutes, index) => one(`going-${index}`, minutes)),
    ...Array.from({ length: staying }, (_, index) => one(`staying-${index}`, undefined)),
  ];
}

function held(of: Customer, others: readonly Customer[]): boolean {
  return massDeletionHold(of, { stores: storesWith(of, ...others) }) !== undefined;
}

describe('many Customers deleted at once (design §3.9)', () => {
  it.each([
    { why: 'one alone', deleting: [], staying: 0, isHeld: false },
    { why: 'three are not many', deleting: [0, 0], staying: 0, isHeld: false },
    { why: 'four are', deleting: [0, 0, 0], staying: 0, isHeld: true },
    { why: 'four of eighty are 5 %, which is not more', deleting: [0, 0, 0], staying: 76, isHeld: false },
    { why: 'four of seventy-nine are more', deleting: [0, 0, 0], staying: 75, isHeld: true },
    { why: 'ten minutes before and after count', deleting: [-10, 10, 0], staying: 0, isHeld: true },
    { why: 'eleven do not', deleting: [-11, 0, 0], staying: 0, isHeld: false },
    { why: 'nor do eleven after', deleting: [11, 0, 0], staying: 0, isHeld: false },
  ])('$why: held $isHeld', ({ deleting, staying, isHeld }) => {
    expect(held(one('mine', 0), many(deleting, staying))).toBe(isHeld);
  });

  it('nobody who stays is held', () => {
    expect(held(one('mine', undefined), many([0, 0, 0, 0]))).toBe(false);
  });

  it.each([
    ['mine', false],
    ['other', true],
    ['true', true],
    ['other, mine', false],
  ])('confirmed with "%s": held %s', (confirmed, isHeld) => {
    const mine = one('mine', 0, { annotations: { 'trunkline.dev/confirm-delete': confirmed } });
    expect(held(mine, many([0, 0, 0]))).toBe(isHeld);
  });

  it('what was held once stays held when the others are gone', () => {
    const ready = {
      type: 'Ready',
      status: 'False' as const,
      message: '',
      lastTransitionTime: '2026-03-01T12:00:00Z',
      observedGeneration: 1,
    };
    const said = (reason: string): Customer => ({ ...one('mine', 0), status: { conditions: [{ ...ready, reason }] } });
    expect(held(said('DeletionHeld'), [])).toBe(true);
    expect(held(said('Removing'), [])).toBe(false);
  });

  it('holds them with their sites and ranges, and lets go the one that is confirmed', async () => {
    const house = await newHouse();
    const names = ['alpha', 'beta', 'gamma', 'delta'];
    house.apply(device());
    for (const [index, name] of names.entries()) {
      const services = [{ type: 'DirectRouting', licenseType: 'HostedEssentials', licensedUsers: 10 } as const];
      const confirmed = { annotations: { 'trunkline.dev/confirm-delete': name } };
      const refs = { customerRef: { name } };
      const made = customer(name, { services });
      const { authentication: _authentication, tenantId: _tenantId, ...spec } = made.spec;
      house.apply({ ...made, spec }, site(name, refs));
      house.apply(range(name, { ...refs, siteRef: { name }, prefixes: [`+4144555020${index}`] }, confirmed));
    }
    await house.run(30_000);
    const rules = (): number => house.outside.stateOf('sbc', 'acme/sbc1').size;
    expect(rules()).toBe(4);
    for (const name of names) for (const kind of KINDS) house.delete(kind, name);
    await house.run(20 * 60_000);
    expect(rules()).toBe(4);
    for (const kind of KINDS) for (const name of names) expect(house.find(kind, name)).toBeDefined();
    expect(names.map((name) => house.ready('Customer', name))).toEqual(names.map(() => 'False/DeletionHeld'));
    house.annotate('Customer', 'beta', { 'trunkline.dev/confirm-delete': 'beta' });
    await house.run(10 * 60_000);
    expect(rules()).toBe(3);
    for (const kind of KINDS) expect(names.filter((name) => house.find(kind, name) !== undefined)).toEqual(['alpha', 'gamma', 'delta']);
  });
});
