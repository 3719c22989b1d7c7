import { describe, expect, it } from 'vitest';
import { create, tenant } from '../../test/support/delivery-house.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { InMemorySystem, type SystemView } from '../../test/support/in-memory-system.ts';
import { OwnWrites } from './own-writes.ts';

const TARGET = tenant('t1');
const NOTHING: SystemView = new Map();
const change = create(TARGET, 'rule');
const driver = new InMemorySystem({ clock: new FakeClock(), latencyMs: 0, overlayMs: 120_000 });
const shown = driver.overlay(NOTHING, change);

describe('own writes over reads', () => {
  it('hides slow propagation', () => {
    const own = new OwnWrites(driver);
    own.add(change, 5, 1_000);
    expect(own.layOver(NOTHING, { order: 6, at: 2_000 })).toEqual(shown);
    expect(own.layOver(NOTHING, { order: 7, at: 120_999 })).toEqual(shown);
    expect(own.layOver(NOTHING, { order: 8, at: 121_000 })).toEqual(NOTHING);
  });

  it('hides nothing once a read has shown the write: what differs later is somebody else’s doing', () => {
    const own = new OwnWrites(driver);
    own.add(change, 5, 1_000);
    expect(own.layOver(shown, { order: 6, at: 2_000 })).toEqual(shown);
    expect(own.layOver(NOTHING, { order: 7, at: 3_000 })).toEqual(NOTHING);
  });

  it('takes a read-back of the same call as such a read, and still distrusts a read that began before the write', () => {
    const own = new OwnWrites(driver);
    own.add(change, 5, 1_000);
    expect(own.layOver(shown, { order: 4, at: 900 })).toEqual(shown);
    expect(own.layOver(NOTHING, { order: 3, at: 800 })).toEqual(shown);
    expect(own.layOver(NOTHING, { order: 6, at: 3_000 })).toEqual(NOTHING);
  });
});
