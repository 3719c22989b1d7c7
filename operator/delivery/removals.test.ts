import { describe, expect, it } from 'vitest';
import { create, device, deliveryHouse as house } from '../../test/support/delivery-house.ts';
import type { Change } from '../domain/change/change-set.ts';
import { identityOf } from '../domain/change/object.ts';

const d1 = device('d1');
const MADE = create(d1, 'x');
const ID = identityOf(MADE);

function removal(of: Change): Change {
  return { ...of, action: 'remove', fields: of.fields.map(({ path, after }) => ({ path, before: after ?? null })) };
}

/** A house in which the object stands and its removal, submitted by `holder`, is on the wire. */
async function onTheWire() {
  const built = house();
  built.sbc.stateOf(d1).set(ID, { system: 'sbc', target: 'd1', kind: 'Rule', name: 'x', fields: { tag: 'a' } });
  const planned = { target: d1, changes: [removal(MADE)] };
  built.delivery.withdraw('holder', [planned]);
  built.sbc.misbehave(d1, { on: 'apply', how: 'deaf' });
  built.submit('holder', d1, planned.changes);
  await built.clock.advance(5_000);
  expect(built.sbc.batches).toHaveLength(1);
  return { ...built, planned };
}

describe('an object that another owner takes away', () => {
  it('is leaving from the moment that its removal is planned, for everybody else', () => {
    const { delivery } = house();
    delivery.withdraw('holder', [{ target: d1, changes: [MADE] }]);
    expect(delivery.isLeaving(ID, 'heir')).toBe(false);
    delivery.withdraw('holder', [{ target: d1, changes: [removal(MADE)] }]);
    expect([delivery.isLeaving(ID, 'heir'), delivery.isLeaving(ID, 'holder')]).toEqual([true, false]);
    expect(delivery.isLeaving(identityOf(create(d1, 'y')), 'heir')).toBe(false);
  });

  it('stays when the removal is not planned any more, and who was told is woken', async () => {
    const { delivery, clock, woken } = house();
    delivery.withdraw('holder', [{ target: d1, changes: [removal(MADE), removal(create(d1, 'y'))] }]);
    delivery.isLeaving(ID, 'heir');
    delivery.withdraw('holder', [{ target: d1, changes: [removal(MADE)] }]);
    await clock.advance(0);
    expect(woken).toEqual([]);
    delivery.withdraw('holder');
    expect(delivery.isLeaving(ID, 'heir')).toBe(false);
    await clock.advance(0);
    expect(woken).toEqual(['heir']);
  });

  it('goes on leaving while it is on the wire, though its holder plans that no more', async () => {
    const { delivery, clock, sbc, woken } = await onTheWire();
    expect(delivery.isLeaving(ID, 'heir')).toBe(true);
    delivery.withdraw('holder');
    expect(delivery.isLeaving(ID, 'heir')).toBe(true);
    sbc.wakeTheDeaf();
    await clock.advance(1_000);
    expect(sbc.stateOf(d1).size).toBe(0);
    expect(delivery.isLeaving(ID, 'heir')).toBe(false);
    expect(woken).toEqual(expect.arrayContaining(['heir']));
  });

  it('leaves a successor of the same name too, when its holder was forgotten', async () => {
    const { delivery, clock, sbc } = await onTheWire();
    delivery.forget('holder');
    expect(delivery.isLeaving(ID, 'holder')).toBe(true);
    sbc.wakeTheDeaf();
    await clock.advance(1_000);
    expect(delivery.isLeaving(ID, 'holder')).toBe(false);
  });

  it('is free at once when its removal waits and its holder is forgotten', async () => {
    const { delivery, clock, sbc, submit } = house();
    sbc.misbehave(d1, { on: 'apply', how: 'deaf' });
    submit('busy', d1, [create(d1, 'z')]);
    await clock.advance(5_000);
    submit('holder', d1, [removal(MADE)]);
    expect(delivery.isLeaving(ID, 'heir')).toBe(true);
    delivery.forget('holder');
    expect(delivery.isLeaving(ID, 'heir')).toBe(false);
  });

  it('of two owners that take it away the last one counts', () => {
    const { delivery } = house();
    for (const owner of ['one', 'two']) delivery.withdraw(owner, [{ target: d1, changes: [removal(MADE)] }]);
    delivery.withdraw('one');
    expect([delivery.isLeaving(ID, 'one'), delivery.isLeaving(ID, 'two')]).toEqual([true, false]);
  });
});
