import { BENCH_KINDS, countOf, NAMESPACE, nameOf, storedObject, TOUCH, TOUCH_STATUS } from './objects.ts';

const IN_FLIGHT = 48;

/** Puts the objects straight into etcd, each in a revision of its own (through the API it is 150 a second). Returns the mean size in bytes. */
export async function loadObjects(etcdUrl: string, total: number): Promise<number> {
  const work = BENCH_KINDS.flatMap(({ kind, plural }) =>
    Array.from({ length: countOf(kind, total) }, (_, index) => ({ kind, plural, index })),
  );
  let bytes = 0;
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = work[next++]; item !== undefined; item = work[next++]) {
      const value = JSON.stringify(storedObject(item.kind, item.index, total));
      bytes += value.length;
      await put(etcdUrl, `/registry/trunkline.dev/${item.plural}/${NAMESPACE}/${nameOf(item.kind, item.index)}`, value);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return Math.round(bytes / work.length);
}

/** Edits objects where the API server keeps them: its own cost of an edit (7 ms here) stays out of the measured times. */
export class Toucher {
  readonly #etcdUrl: string;
  readonly #total: number;

  constructor(etcdUrl: string, total: number) {
    this.#etcdUrl = etcdUrl;
    this.#total = total;
  }

  /** Touches a number range that nobody has written since it was loaded. With `status` the reconciler's status shall follow. */
  touch(index: number, status: boolean): Promise<void> {
    const stored = storedObject('NumberRange', index, this.#total);
    const at = String(performance.timeOrigin + performance.now());
    const annotations = { [TOUCH]: at, ...(status ? { [TOUCH_STATUS]: `value-${index}` } : {}) };
    const value = JSON.stringify({ ...stored, metadata: { ...stored.metadata, annotations } });
    return put(this.#etcdUrl, `/registry/trunkline.dev/numberranges/${NAMESPACE}/${stored.metadata.name}`, value);
  }
}

async function put(etcdUrl: string, key: string, value: string): Promise<void> {
  const body = JSON.stringify({ key: Buffer.from(key).toString('base64'), value: Buffer.from(value).toString('base64') });
  const answer = await fetch(`${etcdUrl}/v3/kv/put`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`etcd refused ${key}: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}
