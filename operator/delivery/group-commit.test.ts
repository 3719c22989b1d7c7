import { describe, expect, it } from 'vitest';
import { create, device, deliveryHouse as house } from '../../test/support/delivery-house.ts';
import type { Change } from '../domain/change/change-set.ts';
import { changeId } from '../domain/change/change-set.ts';
import { OperatorError } from '../errors/operator-error.ts';

const d1 = device('d1');
const terminal = new OperatorError('The device refuses this row', { kind: 'Terminal', reason: 'InvalidConfiguration' });

function update(name: string, before: string, after: string): Change {
  return { system: 'sbc', target: 'd1', kind: 'Rule', name, action: 'update', fields: [{ path: 'tag', before, after }], after: [] };
}
function remove(name: string, before: string): Change {
  return { system: 'sbc', target: 'd1', kind: 'Rule', name, action: 'remove', fields: [{ path: 'tag', before }], after: [] };
}

describe('group commit', () => {
  it('sends what 100 submitters want as one script with one read, and each gets its own verdict', async () => {
    const { clock, submit, results, sbc, woken } = house();
    for (let i = 0; i < 100; i++) submit(`o${i}`, d1, [create(d1, `r${i}`)]);
    await clock.advance(249);
    expect(sbc.batches).toHaveLength(0);
    await clock.advance(100);
    expect([sbc.readTimes.length, sbc.batches.length]).toEqual([1, 1]);
    expect(sbc.stateOf(d1).size).toBe(100);
    for (let i = 0; i < 100; i++) expect(results(`o${i}`, d1)).toEqual(['applied']);
    expect(new Set(woken).size).toBe(100);
    expect(woken).toHaveLength(100);
  });

  it('collects while submissions keep coming, so that 100 edits over four seconds are two scripts, but never for more than two seconds', async () => {
    const { clock, submit, sbc } = house();
    const startedAt = clock.monotonic();
    for (let i = 0; i < 100; i++) {
      submit(`o${i}`, d1, [create(d1, `r${i}`)]);
      await clock.advance(40);
    }
    await clock.advance(2_000);
    expect(sbc.batches.map(({ changes }) => changes.length)).toEqual([50, 50]);
    expect((sbc.batches[0]?.at ?? 0) - startedAt).toBeLessThanOrEqual(2_050);
    submit('alone', d1, [create(d1, 'alone')]);
    await clock.advance(300);
    expect(sbc.batches).toHaveLength(3);
  });

  it('sends at most 200 objects or 64 kB in one script, and a large set of one submitter in several', async () => {
    const { clock, submit, results, sbc } = house();
    submit(
      'big',
      d1,
      Array.from({ length: 450 }, (_, i) => create(d1, `r${i}`)),
    );
    await clock.advance(5_000);
    expect(sbc.batches.map((batch) => batch.changes.length)).toEqual([200, 200, 50]);
    expect(results('big', d1)).toHaveLength(450);
    submit(
      'wide',
      d1,
      Array.from({ length: 30 }, (_, i) => create(d1, `w${i}`, { tag: 'x'.repeat(10_000) })),
    );
    await clock.advance(5_000);
    expect(sbc.batches.slice(3).every((batch) => JSON.stringify(batch.changes).length < 66_000)).toBe(true);
    expect(sbc.batches.slice(3)).toHaveLength(5);
  });

  it('waits for the lane with an open ear: what comes while a script is under way goes with the next one', async () => {
    const { clock, submit, sbc } = house({}, {}, { latencyMs: 1_000 });
    submit('first', d1, [create(d1, 'a')]);
    await clock.advance(300);
    for (let i = 0; i < 50; i++) {
      submit(`o${i}`, d1, [create(d1, `r${i}`)]);
      await clock.advance(20);
    }
    await clock.advance(10_000);
    expect(sbc.batches.map((batch) => batch.changes.length)).toEqual([1, 50]);
  });

  it('does not keep urgent work waiting for the window', async () => {
    const { clock, submit, sbc } = house();
    submit('slow', d1, [create(d1, 'a')], 'poll');
    submit('bar', d1, [create(d1, 'b')], 'urgent');
    await clock.advance(60);
    expect(sbc.batches.map((batch) => batch.changes.map((change) => change.name))).toEqual([['b', 'a']]);
  });

  it('plans again: what is true already is applied without a write', async () => {
    const { clock, submit, results, sbc, audit } = house();
    submit('o', d1, [create(d1, 'a'), remove('gone', 'x')]);
    sbc.stateOf(d1).set('sbc|d1|Rule|a', { system: 'sbc', target: 'd1', kind: 'Rule', name: 'a', fields: { tag: 'a' } });
    await clock.advance(1_000);
    expect(results('o', d1)).toEqual(['applied', 'applied']);
    expect([sbc.batches.length, audit.length]).toEqual([0, 0]);
  });

  it('plans again: a change whose before no longer holds goes back to its owner, others go through', async () => {
    const { clock, submit, delivery, results, sbc } = house();
    const seed = (name: string, tag: string) =>
      sbc.stateOf(d1).set(`sbc|d1|Rule|${name}`, { system: 'sbc', target: 'd1', kind: 'Rule', name, fields: { tag } });
    for (const name of ['upd', 'rem', 'new', 'fine']) seed(name, 'somebody else');
    submit('o', d1, [update('upd', 'a', 'b'), remove('rem', 'a'), create(d1, 'new')]);
    submit('p', d1, [update('fine', 'somebody else', 'mine')]);
    await clock.advance(1_000);
    expect(results('o', d1)).toEqual(['failed', 'failed', 'failed']);
    expect(delivery.outcomeOf('o', d1)).toMatchObject({ verdicts: [{ error: { kind: 'Retryable', reason: 'ObservedChanged' } }, {}, {}] });
    expect(results('p', d1)).toEqual(['applied']);
    expect(sbc.stateOf(d1).get('sbc|d1|Rule|upd')?.fields).toEqual({ tag: 'somebody else' });
  });

  it('skips what comes after a change that was lost', async () => {
    const { clock, submit, results, sbc } = house();
    const first = update('upd', 'a', 'b');
    submit('o', d1, [first, { ...create(d1, 'dependent'), after: [changeId(first)] }, create(d1, 'free')]);
    await clock.advance(1_000);
    expect(results('o', d1)).toEqual(['failed', 'skipped', 'applied']);
    expect(sbc.stateOf(d1).size).toBe(1);
  });

  it('lets two submitters wish for the same object: one write, both get its verdict', async () => {
    const { clock, submit, results, sbc, audit } = house();
    for (const owner of ['o', 'p', 'q']) submit(owner, d1, [create(d1, 'shared')]);
    submit('other', d1, [create(d1, 'shared', { tag: 'different' })]);
    await clock.advance(1_000);
    expect(['o', 'p', 'q', 'other'].map((owner) => results(owner, d1))).toEqual([['applied'], ['applied'], ['applied'], ['failed']]);
    expect([sbc.batches[0]?.changes.length, audit.length]).toEqual([1, 1]);
  });

  it('sends again without the changes that failed: one submitter cannot fail another', async () => {
    const { clock, submit, results, sbc } = house();
    for (let i = 0; i < 10; i++) submit(`o${i}`, d1, [create(d1, `r${i}`)]);
    sbc.refuses.set('sbc|d1|Rule|r3', terminal);
    sbc.refuses.set('sbc|d1|Rule|r7', terminal);
    await clock.advance(5_000);
    expect(Array.from({ length: 10 }, (_, i) => results(`o${i}`, d1))).toEqual(
      Array.from({ length: 10 }, (_, i) => [i === 3 || i === 7 ? 'failed' : 'applied']),
    );
    expect(sbc.batches).toHaveLength(3);
  });

  it('does not send for ever when many fail: what is left goes back to its owners', async () => {
    const { clock, submit, results, sbc } = house();
    for (let i = 0; i < 50; i++) {
      submit(`o${i}`, d1, [create(d1, `r${i}`)]);
      if (i < 40) sbc.refuses.set(`sbc|d1|Rule|r${i}`, terminal);
    }
    await clock.advance(10_000);
    expect(sbc.batches).toHaveLength(6);
    expect(results('o0', d1)).toEqual(['failed']);
    expect(results('o49', d1)).toEqual(['skipped']);
  });

  it('fails all with what the driver throws, since then nothing is known of anything', async () => {
    const { clock, submit, delivery, sbc, see } = house();
    sbc.misbehave(d1, { on: 'apply', how: 'late', error: terminal });
    for (let i = 0; i < 20; i++) submit(`o${i}`, d1, [create(d1, 'same'), create(d1, `r${i}`)]);
    await clock.advance(10_000);
    for (let i = 0; i < 20; i++) {
      expect(delivery.outcomeOf(`o${i}`, d1)).toMatchObject({
        verdicts: [{ error: { kind: 'Terminal' } }, { error: { kind: 'Terminal' } }],
      });
    }
    expect(sbc.batches).toHaveLength(1);
    expect(see(d1, 'q').state).toBe('reading');
  });

  it('fails all with the read that failed, and counts it as a miss', async () => {
    const { clock, submit, delivery, see, sbc } = house();
    sbc.misbehave(d1, { on: 'read', how: 'fail' });
    submit('o', d1, [create(d1, 'a')]);
    submit('p', d1, [create(d1, 'b')]);
    await clock.advance(1_000);
    for (const owner of ['o', 'p']) {
      expect(delivery.outcomeOf(owner, d1)).toMatchObject({ verdicts: [{ error: { reason: 'ExternalSystemUnavailable' } }] });
    }
    expect(see(d1, 'q')).toMatchObject({ state: 'failed', misses: 1 });
  });

  it('serves whoever waits for a picture with the reads it makes anyway', async () => {
    const { clock, submit, see, woken, sbc } = house();
    const shared = { system: 'sbc', id: 'd2', lane: d1.lane };
    see(shared, 'busy', { priority: 'change' });
    submit('o', d1, [create(d1, 'a')], 'urgent');
    see(d1, 'looker', { priority: 'poll' });
    await clock.advance(1_000);
    expect(sbc.readTimes.filter((read) => read.target === 'd1')).toHaveLength(1);
    expect(woken).toContain('looker');
    const seen = see(d1, 'looker');
    expect(seen.state === 'seen' && seen.view.size).toBe(1);
  });

  it('holds nothing in memory once all is done', async () => {
    const { clock, submit, delivery } = house();
    for (let i = 0; i < 5; i++) submit('o', device(`d${i}`), [create(device(`d${i}`), 'a')]);
    expect(delivery.kept.groups).toBe(5);
    await clock.advance(1_000);
    expect(delivery.kept.groups).toBe(0);
  });
});
