import { describe, expect, it } from 'vitest';
import { fc } from '../../test/support/properties.ts';
import { LineSplitter } from './line-splitter.ts';
import { decodeWatchLine, deepFreeze } from './object-decoder.ts';

const FIELDS = [
  {
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:metadata': { 'f:annotations': {} }, 'k:{"name":"x"}': { '.': {} }, 'v:"}],\\"name\\":\\"y"': {} },
    manager: 'kubectl',
    operation: 'Apply',
    time: '2026-01-01T00:00:00Z',
  },
];

/** As the API server writes it: keys of maps sorted, managedFields among the metadata. */
function wire(metadata: object, spec: unknown): Buffer {
  const sorted = Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
  return Buffer.from(JSON.stringify({ type: 'ADDED', object: { apiVersion: 'v1', kind: 'Widget', metadata: sorted, spec } }));
}

const METADATA = { creationTimestamp: '2026-01-01T00:00:00Z', name: 'a', namespace: 'ns', resourceVersion: '7', uid: 'u' };

describe('decodeWatchLine', () => {
  it('cuts managedFields and the last applied configuration out, and nothing else', () => {
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      note: 'ä "managedFields":[{"apiVersion":" }],"name":" 😀',
    };
    const { type, object } = decodeWatchLine(wire({ ...METADATA, annotations, managedFields: FIELDS }, { size: 1 }));
    expect(type).toBe('ADDED');
    expect(object).toEqual({
      apiVersion: 'v1',
      kind: 'Widget',
      metadata: { ...METADATA, annotations: { note: annotations.note } },
      spec: { size: 1 },
    });
  });

  it('leaves a field of the same name elsewhere alone', () => {
    const spec = { managedFields: [{ apiVersion: 'x' }], name: 'inner', list: [{ name: 'y' }] };
    expect(decodeWatchLine(wire(METADATA, spec)).object.spec).toEqual(spec);
    expect(decodeWatchLine(wire({ ...METADATA, managedFields: FIELDS }, spec)).object).toEqual({
      apiVersion: 'v1',
      kind: 'Widget',
      metadata: METADATA,
      spec,
    });
  });

  it('gives what JSON.parse gives, without managedFields, whatever the strings are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), fc.jsonValue({ maxDepth: 3 }), fc.boolean(), (annotations, spec, isManaged) => {
        const metadata = { ...METADATA, annotations, ...(isManaged ? { managedFields: FIELDS } : {}) };
        const line = wire(metadata, spec);
        const { managedFields: _cut, ...rest } = (JSON.parse(line.toString()) as { object: { metadata: Record<string, unknown> } }).object
          .metadata;
        const { object } = decodeWatchLine(line);
        expect(object.metadata).toEqual(rest);
        expect(object.spec).toEqual((JSON.parse(line.toString()) as { object: { spec: unknown } }).object.spec);
      }),
    );
  });

  it.each(['{"type":"ADDED"', '17', '{"object":{}}', '{"type":"ADDED","object":null}'])('refuses %s', (text) => {
    expect(() => decodeWatchLine(Buffer.from(text))).toThrow();
  });
});

describe('LineSplitter', () => {
  it('gives the same lines however the bytes arrive', () => {
    const lines = fc.array(
      fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' ')),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(lines, fc.array(fc.nat({ max: 200 }), { maxLength: 20 }), (texts, cuts) => {
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
        const splitter = new LineSplitter();
        const seen: string[] = [];
        let from = 0;
        for (const place of [...places, bytes.length]) {
          splitter.push(bytes.subarray(from, place), (line) => seen.push(line.toString('utf8')) > 0);
          from = place;
        }
        expect(seen).toEqual(texts.filter((text) => text !== '').map((text) => Buffer.from(text).toString('utf8')));
        expect(splitter.pendingBytes).toBe(0);
      }),
    );
  });

  it('knows of a line that was cut off', () => {
    const splitter = new LineSplitter();
    splitter.push(Buffer.from('whole\nhalf'), () => true);
    expect(splitter.pendingBytes).toBe(4);
  });

  it('stops when told to', () => {
    const seen: string[] = [];
    const goesOn = new LineSplitter().push(Buffer.from('a\nb\nc\n'), (line) => seen.push(line.toString()) < 2);
    expect([goesOn, seen]).toEqual([false, ['a', 'b']]);
  });

  it('refuses a line without end', () => {
    const splitter = new LineSplitter();
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    expect(() => {
      for (let i = 0; i < 20; i++) splitter.push(chunk, () => true);
    }).toThrow('longer than');
  });
});

describe('deepFreeze', () => {
  it('freezes all of it', () => {
    const frozen = deepFreeze({ a: [{ b: 1 }] });
    expect(() => {
      (frozen.a[0] as { b: number }).b = 2;
    }).toThrow(TypeError);
  });
});
