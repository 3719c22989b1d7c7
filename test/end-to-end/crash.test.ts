import { beforeAll, describe, expect, it } from 'vitest';
import { deployKilled, deployUndisturbed, type Round } from './crash/deployment.ts';
import type { EndState } from './crash/end-state.ts';
import { remove } from './crash/removal.ts';
import type { Kill } from './crash/stage.ts';

/** Rounds in parallel, each with a cloud, a namespace and an operator of its own: most of a round is waiting. */
const AT_ONCE = 6;
/** Of all rounds together. */
const TIMEOUT_MS = 1_800_000;
/** Runs do not make the same number of writes: what is found in one look may take two. Up to this share of them all every n has its kill. */
const SURE_SHARE = 0.75;

/**
 * The operator dies after each of the writes that the quickstart and one invitation take, and another one goes on with what it finds: nothing
 * may come twice, nothing may be missing, and no older state may come over a newer one.
 */
describe('SIGKILL after the n-th outgoing write of a deployment', () => {
  let undisturbed: Round & { readonly end: EndState };
  beforeAll(async () => {
    undisturbed = await deployUndisturbed();
  });

  const play = (kills: readonly Kill[]) => problemsOf(kills, undisturbed, (kill) => deployKilled(kill, undisturbed.end));

  it('is measured against a deployment that ends well', () => {
    expect(undisturbed.problems).toEqual([]);
    expect(undisturbed.end.mails).toHaveLength(1);
    expect(undisturbed.end.marks).toEqual([]);
    expect(systemsOf(undisturbed.writes)).toEqual(['cluster', 'mail', 'sbc1', 'teams-admin']);
  });

  it(
    'ends like the undisturbed one for every n, when the operator cannot know that its write was done',
    async () => {
      expect(await play(every(1, undisturbed, 'before the answer'))).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it('is not known to have sent its mail, and does not send it again, when it dies between the acceptance and the record', async () => {
    const { killedAfter, problems } = await deployKilled({ n: 'mail', moment: 'before the answer' }, undisturbed.end);
    expect(killedAfter?.what).toBe('mail DATA /messages 250');
    expect(problems).toEqual([]);
  });

  it(
    'ends like the undisturbed one when the answer had come',
    async () => {
      expect(await play(every(8, undisturbed, 'after the answer'))).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

describe('SIGKILL after the n-th outgoing write while everything is being deleted', () => {
  it(
    'leaves tenants and SBCs as they were before, and nothing of ours in the cluster',
    async () => {
      const undisturbed = await remove();
      expect(undisturbed.problems).toEqual([]);
      expect(await problemsOf(every(6, undisturbed, 'before the answer'), undisturbed, remove)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

function every(step: number, { writes }: Round, moment: Kill['moment']): Kill[] {
  return writes.filter((_, index) => index % step === 0).map(({ n }) => ({ n, moment }));
}

function systemsOf(writes: Round['writes']): string[] {
  return [...new Set(writes.map(({ outside }) => outside?.standIn ?? 'cluster'))].sort();
}

/** Plays all rounds; what went wrong tells after which write the operator was killed, and all writes of the round. */
async function problemsOf(kills: readonly Kill[], { writes: all }: Round, play: (kill: Kill) => Promise<Round>): Promise<string[]> {
  const left = [...kills];
  const problems: string[] = [];
  let killed = 0;
  const work = async (): Promise<void> => {
    for (let kill = left.shift(); kill !== undefined; kill = left.shift()) {
      const { killedAfter, problems: wrong, writes } = await play(kill);
      if (killedAfter !== undefined) killed += 1;
      const isMissing = killedAfter === undefined && Number(kill.n) <= all.length * SURE_SHARE;
      const found = isMissing ? ['nothing was killed, so nothing was proven', ...wrong] : wrong;
      if (found.length === 0) continue;
      const where = `killed after write ${kill.n}, ${kill.moment}: ${killedAfter?.what ?? 'came to rest before'}`;
      problems.push([where, ...found, 'all writes:', ...writes.map(({ n, what }) => `${n} ${what}`)].join('\n  '));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  console.log(`${all.length} writes undisturbed; ${killed} of ${kills.length} rounds ended in a kill (${kills[0]?.moment ?? ''})`);
  return problems;
}
