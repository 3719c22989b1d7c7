import { describe, expect, it } from 'vitest';
import type { ControllersHouse } from '../../test/support/controllers/house.ts';
import { customer, device, range, site } from '../../test/support/controllers/objects.ts';
import { house as newHouse, writesWhileNothingHappens } from '../../test/support/controllers/story.ts';
import type { KubeObject } from '../api/meta.ts';

const PREFIXES = ['+41445550100', '+41445550200', '+41445550300'];
const RECORD = 'office-held';
const FROM = { prefixes: undefined, prefixesFrom: { name: 'numbers', key: 'list' } } as const;

type ConfigMap = KubeObject & { readonly data?: Readonly<Record<string, string>> };

function source(house: ControllersHouse, prefixes: readonly string[]): void {
  house.putConfigMap('numbers', { list: prefixes.join('\n') });
}

function record(house: ControllersHouse): string[] | undefined {
  return house.kube.peek<ConfigMap>('configmaps', 'acme', RECORD)?.data?.['held']?.split('\n');
}

/** Somebody changes what the record says, and nothing else of it. */
function rewrite(house: ControllersHouse, data: Readonly<Record<string, string>>): void {
  const before = house.kube.peek<ConfigMap>('configmaps', 'acme', RECORD);
  if (before === undefined) throw new Error('there is no record');
  house.kube.put('configmaps', { ...before, data } as ConfigMap);
}

function prefixes(house: ControllersHouse): string[] {
  return [...house.outside.stateOf('sbc', 'acme/sbc1').values()].map(({ name }) => name.replace('TeamsTenants/', '')).sort();
}

function fromConfigMap(name = 'office', creationTimestamp?: string) {
  const { prefixes: _none, ...spec } = range(name).spec;
  return {
    ...range(name, {}, creationTimestamp === undefined ? {} : { creationTimestamp }),
    spec: { ...spec, prefixesFrom: FROM.prefixesFrom },
  };
}

async function recordedHouse(): Promise<ControllersHouse> {
  const house = await newHouse();
  source(house, PREFIXES);
  house.apply(customer(), device(), site(), fromConfigMap());
  await house.run(20_000);
  expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
  expect(record(house)).toEqual(PREFIXES);
  return house;
}

/** What somebody does to the record while no operator runs. */
async function meanwhile(house: ControllersHouse, happens: () => void): Promise<void> {
  await house.stop();
  happens();
  await house.start();
  await house.run(60_000);
}

const LOSSES: Readonly<Record<string, (house: ControllersHouse) => void>> = {
  missing: (house) => house.kube.remove('configmaps', 'acme', RECORD),
  empty: (house) => rewrite(house, {}),
  'without one prefix': (house) => rewrite(house, { held: PREFIXES.slice(1).join('\n') }),
  'with a number of somebody else': (house) => rewrite(house, { held: [...PREFIXES, '+41445559999'].join('\n') }),
};

describe.each(Object.entries(LOSSES))('a record of held prefixes that is %s', (_how, lose) => {
  it('is written again from memory, or after a restart from what the spec proves, without a write outside', async () => {
    const house = await recordedHouse();
    const before = house.outside.writes.length;
    lose(house);
    house.annotate('NumberRange', 'office', { 'trunkline.dev/reconcile-at': '1' });
    await house.run(20_000);
    expect(record(house)).toEqual(PREFIXES);
    await meanwhile(house, () => lose(house));
    expect(record(house)).toEqual(PREFIXES);
    expect(house.outside.writes.length).toBe(before);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(await writesWhileNothingHappens(house)).toEqual([]);
  });

  it('is proven by the SBC when the spec has more by now', async () => {
    const house = await recordedHouse();
    await meanwhile(house, () => {
      lose(house);
      source(house, [...PREFIXES, '+41445550400']);
    });
    expect(prefixes(house)).toEqual([...PREFIXES, '+41445550400']);
    expect(record(house)).toHaveLength(4);
  });

  it('is held when nothing proves it: nothing is removed, granted or let go, until it is restored', async () => {
    const house = await recordedHouse();
    await meanwhile(house, () => {
      lose(house);
      source(house, [...PREFIXES.slice(1), '+41445550400']);
    });
    const before = house.outside.writes.length;
    house.delete('NumberRange', 'office');
    await house.run(60_000);
    expect(house.ready('NumberRange', 'office')).toBe('False/HeldRecordLost');
    expect(house.message('NumberRange', 'office', 'Ready')).toContain(`adopt=ConfigMap/${RECORD}`);
    expect(house.outside.writes.length).toBe(before);
    expect(prefixes(house)).toEqual(PREFIXES);
    house.putConfigMap(RECORD, { held: PREFIXES.join('\n') });
    await house.run(10 * 60_000);
    expect(house.find('NumberRange', 'office')).toBeUndefined();
    expect(prefixes(house)).toEqual([]);
  });
});

describe('a record that nothing proves', () => {
  it('is given up on request: the range goes on with its spec, and what it does not know of stays outside', async () => {
    const house = await recordedHouse();
    await meanwhile(house, () => {
      house.kube.remove('configmaps', 'acme', RECORD);
      source(house, PREFIXES.slice(1));
    });
    expect(house.condition('NumberRange', 'office', 'Accepted')).toBe('False/HeldRecordLost');
    house.annotate('NumberRange', 'office', { 'trunkline.dev/adopt': `ConfigMap/${RECORD}` });
    await house.run(20_000);
    expect(house.ready('NumberRange', 'office')).toBe('True/Deployed');
    expect(record(house)).toEqual(PREFIXES.slice(1));
    expect(prefixes(house)).toEqual(PREFIXES);
  });

  it('still keeps older ranges away from what it wants, and takes nothing that another one has', async () => {
    const house = await recordedHouse();
    house.apply(range('older', { prefixes: ['+41445550200'] }, { creationTimestamp: '2020-01-01T00:00:00Z' }));
    house.apply(range('other', { prefixes: ['+41445550700'] }, { creationTimestamp: '2030-01-01T00:00:00Z' }));
    await house.run(20_000);
    expect(house.condition('NumberRange', 'older', 'Accepted')).toBe('False/PatternHeld');
    await meanwhile(house, () => {
      rewrite(house, { held: [...PREFIXES, '+41445550700'].join('\n') });
      source(house, [...PREFIXES.slice(1), '+41445550700']);
    });
    expect(house.condition('NumberRange', 'office', 'Accepted')).toBe('False/HeldRecordLost');
    expect(house.condition('NumberRange', 'older', 'Accepted')).toBe('False/PatternHeld');
    expect(house.ready('NumberRange', 'other')).toBe('True/Deployed');
    house.annotate('NumberRange', 'office', { 'trunkline.dev/adopt': `ConfigMap/${RECORD}` });
    await house.run(20_000);
    expect(record(house)).toEqual(PREFIXES.slice(1));
    expect(house.get('NumberRange', 'office').status?.refused).toMatchObject([{ pattern: '+41445550700', reason: 'PatternHeld' }]);
  });

  it('is none after an end of the process between record and status', async () => {
    const house = await recordedHouse();
    await meanwhile(house, () => {
      rewrite(house, { held: [...PREFIXES, '+41445550400'].join('\n'), previous: PREFIXES.join('\n') });
      source(house, [PREFIXES[0] ?? '', '+41445550400']);
    });
    expect(prefixes(house)).toEqual(['+41445550100', '+41445550400']);
    expect(record(house)).toEqual(['+41445550100', '+41445550400']);
  });
});

describe('a ConfigMap that somebody else made under the name of the record', () => {
  it('is not touched, and nothing is deployed, until it is adopted or gone', async () => {
    const house = await newHouse();
    house.putConfigMap(RECORD, { mine: 'precious' });
    source(house, PREFIXES);
    house.apply(customer(), device(), site(), fromConfigMap());
    await house.run(60_000);
    expect(house.kube.peek<ConfigMap>('configmaps', 'acme', RECORD)?.data).toEqual({ mine: 'precious' });
    expect(house.ready('NumberRange', 'office')).toBe('False/NameTaken');
    expect(prefixes(house)).toEqual([]);
    house.annotate('NumberRange', 'office', { 'trunkline.dev/adopt': `ConfigMap/${RECORD}` });
    await house.run(20_000);
    expect(record(house)).toEqual(PREFIXES);
    expect(prefixes(house)).toEqual(PREFIXES);
  });
});
