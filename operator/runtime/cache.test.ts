import { beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../api/meta.ts';
import { ObjectCache } from './cache.ts';
import type { ReflectorSink } from './reflector-sink.ts';

function object(
  name: string,
  resourceVersion: number,
  extra: { uid?: string; parent?: string; namespace?: string } = {},
): KubeObject<{ parent?: string }> {
  const { uid = `uid-${name}`, parent, namespace = 'ns' } = extra;
  return {
    apiVersion: 'v1',
    kind: 'Widget',
    metadata: { name, namespace, uid, resourceVersion: String(resourceVersion) },
    spec: parent === undefined ? {} : { parent },
  };
}

describe('ObjectCache', () => {
  let cache: ObjectCache<KubeObject<{ parent?: string }>>;
  let feed: ReflectorSink;
  let told: string[];

  beforeEach(() => {
    cache = new ObjectCache({ freeze: true, indexes: { parent: ({ spec }) => (spec.parent === undefined ? [] : [spec.parent]) } });
    feed = cache.feed();
    told = [];
    cache.onChange((key, before, after) =>
      told.push(`${key} ${before?.metadata.resourceVersion ?? '-'}>${after?.metadata.resourceVersion ?? '-'}`),
    );
  });

  function sync(objects: readonly KubeObject[], version: number): void {
    feed.init();
    for (const one of objects) feed.apply(one);
    feed.initDone(String(version));
  }

  it('is synced when every feed has brought its picture', () => {
    const other = cache.feed('elsewhere');
    expect(cache.synced).toBe(false);
    sync([], 5);
    expect(cache.synced).toBe(false);
    other.init();
    other.initDone('5');
    expect(cache.synced).toBe(true);
  });

  it('shows an own write at once and ignores older events that come after it', () => {
    sync([object('a', 5)], 10);
    cache.overlay(object('a', 12));
    feed.apply(object('a', 11));
    expect(cache.get('ns/a')?.metadata.resourceVersion).toBe('12');
    feed.apply(object('a', 12));
    feed.apply(object('a', 13));
    expect(told).toEqual(['ns/a ->5', 'ns/a 5>12', 'ns/a 12>13']);
  });

  it('keeps an own write that is newer than a new picture, also when the picture misses the object', () => {
    sync([object('a', 5), object('b', 6)], 10);
    cache.overlay(object('a', 20));
    cache.overlay(object('b', 21));
    sync([object('a', 5)], 15);
    expect(cache.get('ns/a')?.metadata.resourceVersion).toBe('20');
    expect(cache.get('ns/b')?.metadata.resourceVersion).toBe('21');
  });

  it('never brings a deleted object back by the late answer to an own write', () => {
    sync([object('a', 5)], 10);
    feed.delete(object('a', 13));
    cache.overlay(object('a', 12));
    expect(cache.get('ns/a')).toBeUndefined();
    feed.apply(object('a', 14, { uid: 'another' }));
    cache.overlay(object('a', 15));
    expect(cache.get('ns/a')?.metadata.uid).toBe('another');
  });

  it('does not let a deletion of the past take a newer object away', () => {
    sync([object('a', 20, { uid: 'new' })], 20);
    feed.delete(object('a', 15, { uid: 'old' }));
    expect(cache.size).toBe(1);
  });

  it('compares versions as numbers, not as text', () => {
    sync([object('a', 9)], 9);
    feed.apply(object('a', 10));
    expect(cache.get('ns/a')?.metadata.resourceVersion).toBe('10');
  });

  it('tells only differences of a new picture, and keeps what is the same', () => {
    sync([object('a', 5), object('b', 6), object('c', 7)], 10);
    const same = cache.get('ns/a');
    told.length = 0;
    sync([object('a', 5), object('c', 11), object('d', 12)], 12);
    expect(told).toEqual(['ns/b 6>-', 'ns/c 7>11', 'ns/d ->12']);
    expect(cache.get('ns/a')).toBe(same);
  });

  it('replaces only its own namespace when a feed watches one', () => {
    const other = cache.feed('other');
    sync([object('a', 5)], 10);
    other.init();
    other.apply(object('x', 6, { namespace: 'other' }));
    other.initDone('10');
    other.init();
    other.initDone('11');
    expect([...cache.keys()]).toEqual(['ns/a']);
  });

  it('finds by index, through every move', () => {
    sync([object('a', 5, { parent: 'p' }), object('b', 6, { parent: 'p' }), object('c', 7)], 10);
    expect(cache.byIndex('parent', 'p').map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    feed.apply(object('a', 11, { parent: 'q' }));
    feed.delete(object('b', 12));
    expect(cache.byIndex('parent', 'p')).toEqual([]);
    expect([...cache.keysByIndex('parent', 'q')]).toEqual(['ns/a']);
    expect(() => cache.byIndex('nonsense', 'x')).toThrow('no index');
  });

  it('hands out objects that nobody can change', () => {
    sync([object('a', 5)], 10);
    expect(() => {
      (cache.get('ns/a') as { kind: string }).kind = 'Other';
    }).toThrow(TypeError);
  });

  it('is complete before its listeners hear, and survives one that throws', () => {
    const errors: unknown[] = [];
    cache.reportListenerErrors((_key, thrown) => errors.push(thrown));
    cache.onChange((key) => {
      expect(cache.get(key)).toBeDefined();
      throw new Error('listener');
    });
    sync([object('a', 5), object('b', 6)], 10);
    expect(errors).toHaveLength(2);
    expect(cache.size).toBe(2);
  });
});
