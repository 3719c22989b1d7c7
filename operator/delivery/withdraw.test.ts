import { describe, expect, it } from 'vitest';
import { create, device, deliveryHouse as house, tenant } from '../../test/support/delivery-house.ts';
import { settle } from '../../test/support/fake-clock.ts';
import type { Change } from '../domain/change/change-set.ts';
import type { Target } from '../domain/change/driver.ts';

const t1 = tenant('t1');
const d1 = device('d1');

/** A house in which the lane of a target is busy for long, and everything else has to wait. */
async function busyHouse(target: Target) {
  const built = house();
  built[target === t1 ? 'cloud' : 'sbc'].misbehave(target, { on: 'apply', how: 'hang' });
  built.submit('first', target, [create(target, 'x')]);
  await built.clock.advance(1_000);
  return built;
}

function many(count: number): Change[] {
  return Array.from({ length: count }, (_, i) => create(d1, `r${i}`));
}

describe.each([t1, d1])('what its owner takes back while it waits for $system', (target) => {
  it('is not sent, is done without a verdict, and wakes nobody', async () => {
    const { clock, submit, delivery, results, cloud, sbc, woken } = await busyHouse(target);
    submit('o', target, [create(target, 'y')]);
    await clock.advance(1_000);
    delivery.withdraw('o');
    expect(results('o', target)).toEqual([]);
    await clock.advance(3_600_000);
    expect([...cloud.batches, ...sbc.batches].flatMap(({ changes }) => changes.map(({ name }) => name))).not.toContain('y');
    expect(woken).not.toContain('o');
  });

  it('is kept when the very same is still planned, and taken back when anything of it is not', async () => {
    const { submit, delivery, results } = await busyHouse(target);
    const [one, two] = [create(target, 'one'), create(target, 'two')];
    submit('o', target, [one, two]);
    delivery.withdraw('o', [{ target, changes: [two, one] }]);
    expect(results('o', target)).toBe('underWay');
    delivery.withdraw('o', [{ target, changes: [one, { ...two, fields: [{ path: 'tag', after: 'other' }] }] }]);
    expect(results('o', target)).toEqual([]);
    submit('o', target, [one]);
    delivery.withdraw('o', [{ target, changes: [one, two] }]);
    expect(results('o', target)).toEqual([]);
  });

  it('makes place for what comes after it, and leaves what others wait for alone', async () => {
    const { clock, submit, delivery, results, cloud, sbc } = await busyHouse(target);
    submit('o', target, [create(target, 'old')]);
    submit('p', target, [create(target, 'p')]);
    delivery.withdraw('o');
    delivery.settle('o', target);
    submit('o', target, [create(target, 'new')]);
    await clock.advance(3_600_000);
    expect([results('o', target), results('p', target)]).toEqual([['applied'], ['applied']]);
    const state = (target === t1 ? cloud : sbc).stateOf(target);
    expect([...state.values()].map(({ name }) => name).sort()).toEqual(['new', 'p']);
  });
});

describe('what its owner takes back when part of it is under way', () => {
  it('stops after the script on the wire, and tells what became of that one', async () => {
    const { clock, submit, delivery, results, sbc, woken } = house({}, {}, { latencyMs: 1_000 });
    submit('o', d1, many(450));
    await clock.advance(1_500);
    delivery.withdraw('o');
    expect(results('o', d1)).toBe('underWay');
    await clock.advance(60_000);
    expect(sbc.batches.map(({ changes }) => changes.length)).toEqual([200]);
    expect(results('o', d1)).toEqual(Array.from({ length: 200 }, () => 'applied'));
    expect(woken).toEqual(['o']);
  });

  it('goes on when what is left of it is what is planned', async () => {
    const { clock, submit, delivery, results } = house({}, {}, { latencyMs: 1_000 });
    const changes = many(450);
    submit('o', d1, changes);
    await clock.advance(2_700);
    delivery.withdraw('o', [{ target: d1, changes: changes.slice(200) }]);
    await clock.advance(60_000);
    expect(results('o', d1)).toHaveLength(450);
  });

  it('is not sent when the script was still being prepared: the device is read first, which takes its time', async () => {
    const { clock, submit, delivery, results, sbc, woken } = house({}, {}, { readLatencyMs: 10_000 });
    submit('o', d1, [create(d1, 'a')]);
    submit('p', d1, [create(d1, 'b')]);
    await clock.advance(5_000);
    delivery.withdraw('o');
    await clock.advance(60_000);
    expect(sbc.batches.flatMap(({ changes }) => changes.map(({ name }) => name))).toEqual(['b']);
    expect(results('o', d1)).toEqual([]);
    expect(delivery.outcomeOf('o', d1).failed).toBeUndefined();
    expect(woken).toContain('o');
  });

  it('is not sent when its mark was still being left', async () => {
    let left = (): void => undefined;
    const port = {
      find: () => Promise.resolve(undefined),
      leave: () => new Promise<void>((resolve) => (left = resolve)),
      clear: () => Promise.resolve(),
    };
    const { clock, submit, delivery, results, cloud } = house({ marks: { port, holder: 'me' } }, { marked: true });
    submit('o', t1, [create(t1, 'a')]);
    await clock.advance(10);
    delivery.withdraw('o');
    left();
    await settle();
    await clock.advance(1_000);
    expect(cloud.batches).toEqual([]);
    expect(results('o', t1)).toEqual([]);
  });
});
