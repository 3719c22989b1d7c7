import { describe, expect, it } from 'vitest';
import { create, deliveryHouse, tenant } from '../../test/support/delivery-house.ts';

describe('draining delivery', () => {
  it('waits for the write under way, sends nothing more, and lets reads under way end as they would have', async () => {
    const { clock, cloud, delivery, see, submit, results } = deliveryHouse({}, { readLatencyMs: 60 });
    submit('o', tenant('t1'), [create(tenant('t1'), 'a')]);
    submit('later', tenant('t1'), [create(tenant('t1'), 'b')]);
    see(tenant('t2'), 'o', { priority: 'change' });
    await clock.advance(5);
    let isDrained = false;
    const drained = delivery.drain().then(() => {
      isDrained = true;
    });
    await clock.advance(5);
    expect(isDrained).toBe(false);
    await clock.advance(100);
    await drained;
    expect(results('o', tenant('t1'))).toEqual(['applied']);
    expect(cloud.batches).toHaveLength(1);
    // A read that was given up would look like a target that failed, to whoever still reports.
    expect(see(tenant('t2'), 'o').state).toBe('seen');
    await delivery.stop();
    expect(clock.pendingTimers).toBe(0);
  });
});
