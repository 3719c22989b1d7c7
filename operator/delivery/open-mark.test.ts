import { describe, expect, it } from 'vitest';
import { create, device, deliveryHouse as house, tenant } from '../../test/support/delivery-house.ts';
import type { Target } from '../domain/change/driver.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { OpenMark, OpenMarks } from './open-mark.ts';

/** Where two processes meet: marks by target, as Leases would hold them. */
class MarkBoard implements OpenMarks {
  readonly marks = new Map<string, OpenMark>();
  readonly log: string[] = [];
  isDown = false;

  leave(target: Target, mark: OpenMark): Promise<void> {
    this.#check();
    this.log.push(`leave ${target.id}`);
    this.marks.set(target.id, mark);
    return Promise.resolve();
  }
  find(target: Target): Promise<OpenMark | undefined> {
    this.#check();
    return Promise.resolve(this.marks.get(target.id));
  }
  clear(target: Target, mark: OpenMark): Promise<void> {
    this.#check();
    this.log.push(`clear ${target.id}`);
    if (this.marks.get(target.id)?.deadline === mark.deadline) this.marks.delete(target.id);
    return Promise.resolve();
  }
  #check(): void {
    if (this.isDown) throw new OperatorError('The API server is away', { kind: 'Retryable', reason: 'ExternalSystemUnavailable' });
  }
}

const marked = { marked: true };
const d1 = device('d1');

describe('open marks', () => {
  it('are left before the script goes out and cleared when nothing is on the wire any more', async () => {
    const port = new MarkBoard();
    const { clock, submit, results, sbc } = house({ marks: { port, holder: 'me' } }, {}, marked);
    const apply = sbc.apply.bind(sbc);
    sbc.apply = (...args) => {
      port.log.push('apply');
      return apply(...args);
    };
    submit('o', d1, [create(d1, 'a')]);
    await clock.advance(1_000);
    expect(results('o', d1)).toEqual(['applied']);
    expect(port.log).toEqual(['leave d1', 'apply', 'clear d1']);
    expect(port.marks.size).toBe(0);
  });

  it('of another process hold its target back until the deadline, then a fresh read comes first; other targets go on', async () => {
    const port = new MarkBoard();
    const { clock, submit, results, sbc } = house({ marks: { port, holder: 'me' } }, {}, marked);
    port.marks.set('d1', { holder: 'predecessor', hash: 'x', deadline: clock.now() + 100_000 });
    submit('o', d1, [create(d1, 'a')]);
    submit('p', device('d2'), [create(device('d2'), 'a')]);
    await clock.advance(99_000);
    expect([results('o', d1), results('p', device('d2'))]).toEqual(['underWay', ['applied']]);
    // The predecessor's script arrives at the last moment.
    sbc.stateOf(d1).set('sbc|d1|Rule|a', { system: 'sbc', target: 'd1', kind: 'Rule', name: 'a', fields: { tag: 'a' } });
    await clock.advance(2_000);
    expect(results('o', d1)).toEqual(['applied']);
    expect(sbc.batches.filter((batch) => batch.target === 'd1')).toHaveLength(0);
  });

  it('of another process make a single set be planned again on a fresh read', async () => {
    const port = new MarkBoard();
    const t1 = tenant('t1');
    const { clock, submit, see, delivery, cloud } = house({ marks: { port, holder: 'me' } }, marked);
    see(t1, 'o');
    await clock.advance(50);
    port.marks.set('t1', { holder: 'predecessor', hash: 'x', deadline: clock.now() + 10_000 });
    submit('o', t1, [create(t1, 'a')]);
    await clock.advance(10_001);
    expect(delivery.outcomeOf('o', t1)).toMatchObject({ verdicts: [{ result: 'failed', error: { reason: 'ObservedChanged' } }] });
    expect(see(t1, 'o').state).toBe('reading');
    submit('o', t1, [create(t1, 'a')]);
    await clock.advance(100);
    expect(cloud.batches).toHaveLength(1);
  });

  it('of a clock far ahead hold back no longer than any write can take', async () => {
    const port = new MarkBoard();
    const { clock, submit, results } = house({ marks: { port, holder: 'me' } }, {}, marked);
    port.marks.set('d1', { holder: 'predecessor', hash: 'x', deadline: clock.now() + 1e12 });
    submit('o', d1, [create(d1, 'a')]);
    await clock.advance(330_000);
    expect(results('o', d1)).toEqual(['applied']);
  });

  it('stay while a write that was given up may still be on the wire', async () => {
    const port = new MarkBoard();
    const { clock, submit, results, sbc } = house({ marks: { port, holder: 'me' } }, {}, marked);
    sbc.misbehave(d1, { on: 'apply', how: 'deaf' });
    submit('o', d1, [create(d1, 'a')]);
    await clock.advance(301_000);
    expect(results('o', d1)).toEqual(['failed']);
    expect(port.marks.size).toBe(1);
    sbc.wakeTheDeaf();
    await clock.advance(1_000);
    expect(port.marks.size).toBe(0);
  });

  it('that cannot be left or looked for mean that nothing is sent', async () => {
    const port = new MarkBoard();
    const { clock, submit, delivery, results, sbc, trouble } = house({ marks: { port, holder: 'me' } }, {}, marked);
    port.isDown = true;
    submit('o', d1, [create(d1, 'a')]);
    await clock.advance(1_000);
    expect(delivery.outcomeOf('o', d1)).toMatchObject({ verdicts: [{ result: 'failed', error: { message: 'The API server is away' } }] });
    port.isDown = false;
    submit('o', d1, [create(d1, 'a')]);
    await clock.advance(100);
    port.isDown = true;
    await clock.advance(1_000);
    expect(results('o', d1)).toEqual(['failed']);
    expect(sbc.batches).toHaveLength(0);
    port.isDown = false;
    submit('o', d1, [create(d1, 'a')]);
    await clock.advance(275);
    port.isDown = true;
    await clock.advance(1_000);
    expect(results('o', d1)).toEqual(['applied']);
    expect(trouble).toEqual(['clearing an open mark']);
  });

  it('are looked for again after writing was paused', async () => {
    const port = new MarkBoard();
    const { clock, submit, results, delivery } = house({ marks: { port, holder: 'me' } }, {}, marked);
    submit('o', d1, [create(d1, 'a')]);
    await clock.advance(1_000);
    delivery.pause();
    port.marks.set('d1', { holder: 'other leader', hash: 'x', deadline: clock.now() + 60_000 });
    delivery.resume();
    submit('o', d1, [create(d1, 'b')]);
    await clock.advance(59_000);
    expect(results('o', d1)).toBe('underWay');
    await clock.advance(2_000);
    expect(results('o', d1)).toEqual(['applied']);
  });
});
