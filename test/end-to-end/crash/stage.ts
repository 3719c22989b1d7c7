import { CoordinationV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { adminKubeConfig } from '../../support/control-plane.ts';
import { type House, openHouse } from '../house.ts';
import type { Manifest } from '../manifests.ts';
import { isReady } from '../namespace-objects.ts';
import { type ApiProxy, startApiProxy } from './api-proxy.ts';
import { History } from './history.ts';
import { INVITED, invitedCustomer } from './manifests.ts';
import { type OutgoingWrite, WriteWatch } from './write-watch.ts';

export interface Kill {
  /** After the n-th write, from 1; `mail`: after the mail server has taken the message. */
  readonly n: number | 'mail';
  /** Before its answer: the work is done and the operator cannot know. */
  readonly moment: 'before the answer' | 'after the answer';
}

/** What a dead process may still have on the wire is over this long after its end; the operator's own time for it is minutes. */
const MARK_LIFE_MS = 1_500;
/** The answer is with the operator, which has not gone far with it. */
const AFTER_ANSWER_MS = 5;

/** A house whose operator reaches the API server through a proxy, so that every write of it is seen before it learns of it. */
export class Stage {
  readonly house: House;
  readonly watch: WriteWatch;
  readonly history: History;
  readonly manifests: readonly Manifest[];
  readonly #proxy: ApiProxy | undefined;
  #marks: readonly Mark[] = [];
  #after = 0;

  private constructor(house: House, watch: WriteWatch, proxy: ApiProxy | undefined) {
    this.house = house;
    this.watch = watch;
    this.history = new History(house, watch);
    this.manifests = [...house.manifests, ...invitedCustomer(house.namespace)];
    this.#proxy = proxy;
  }

  static async open(): Promise<Stage> {
    const watch = new WriteWatch();
    let proxy: ApiProxy | undefined;
    const house = await openHouse({
      subject: 'crash',
      via: async (cluster, cloud) => {
        proxy = await startApiProxy(cluster, cloud, (write) => watch.sawApi(write));
        return proxy;
      },
    });
    watch.watchCloud(house.cloud);
    return new Stage(house, watch, proxy);
  }

  /** Resolves with the write after which the process was killed; never, when there are fewer. */
  killAfter({ n, moment }: Kill): Promise<OutgoingWrite> {
    return new Promise((resolve) => {
      this.watch.subscribe((write) => {
        if (n === 'mail' ? write.outside?.standIn !== 'mail' : write.n !== n) return;
        const { pid } = this.house;
        if (pid === undefined) throw new Error(`a write without a process: ${write.what}`);
        const shoot = (): void => {
          process.kill(pid, 'SIGKILL');
          resolve(write);
        };
        if (moment === 'before the answer') shoot();
        else setTimeout(shoot, AFTER_ANSWER_MS);
      });
    });
  }

  /** All that can become Ready is, and the invitation is on its way. */
  async untilDeployed(): Promise<void> {
    const { house } = this;
    await house.until('all but the invited customer is Ready', async () => {
      const objects = await house.all();
      return objects.filter(({ kind, metadata }) => kind !== 'Invitation' && metadata.name !== INVITED).every(isReady);
    });
    await house.until('the invitation is sent', () => house.cloud.mail.mailbox.messages().length > 0);
    await house.untilIdle();
  }

  /** Another process goes on with what it finds. */
  async revive(): Promise<void> {
    await this.house.kill();
    await this.#proxy?.settled();
    this.#after = this.watch.writes.length;
    this.#marks = await shortenMarks(this.house);
    await this.house.start();
  }

  /** Also what arrived after the end of its sender. */
  get writesOfTheDead(): readonly OutgoingWrite[] {
    return this.watch.writes.slice(0, this.#after);
  }

  /** Writes of the new process to a target on which the old one's writes could still arrive (design §4 Marks). */
  tooEarly(): string[] {
    return this.watch.writes.slice(this.#after).flatMap(({ what, outside }) => {
      const mark = this.#marks.find(({ target }) => outside !== undefined && isOf(target, outside));
      const earlyMs = mark === undefined || outside === undefined ? 0 : mark.deadline - outside.at;
      return earlyMs > 0 ? [`${what} came ${earlyMs} ms before the mark of ${mark?.target} had run out`] : [];
    });
  }

  async close(): Promise<void> {
    await this.house.close();
    await this.#proxy?.close();
  }
}

interface Mark {
  /** `sbc …`, `teams-admin …`. */
  readonly target: string;
  /** Epoch ms. */
  readonly deadline: number;
}

/** Time passes: what the dead process left on the wire is over soon instead of after minutes. */
async function shortenMarks({ cluster, operatorNamespace: namespace }: House): Promise<Mark[]> {
  const api = adminKubeConfig(cluster).makeApiClient(CoordinationV1Api);
  const { items } = await api.listNamespacedLease({ namespace });
  const deadline = Date.now() + MARK_LIFE_MS;
  const body = { metadata: { annotations: { 'trunkline.dev/mark-deadline': new Date(deadline).toISOString() } } };
  const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  return Promise.all(
    items.map(async ({ metadata }) => {
      await api.patchNamespacedLease({ name: metadata?.name ?? '', namespace, body }, options);
      return { target: metadata?.annotations?.['trunkline.dev/mark-target'] ?? '', deadline };
    }),
  );
}

function isOf(target: string, { standIn, target: where }: NonNullable<OutgoingWrite['outside']>): boolean {
  const [system = '', id = ''] = target.split(' ');
  return system === 'sbc' ? standIn === id.split('/').at(-1) : standIn === system && where.toLowerCase() === id.toLowerCase();
}
