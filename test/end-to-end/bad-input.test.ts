import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KINDS } from '../../operator/api/kinds.ts';
import type { Condition, KubeObject } from '../../operator/api/meta.ts';
import { assertConditions } from '../support/conditions.ts';
import { messageProblems } from '../support/verdict-message.ts';
import type { BadInput } from './bad-input/case.ts';
import { CUSTOMER_CASES } from './bad-input/customers.ts';
import { DEVICE_CASES } from './bad-input/devices.ts';
import { INVITATION_CASES } from './bad-input/invitations.ts';
import { closeOwnDevices } from './bad-input/own-device.ts';
import { Plot } from './bad-input/plot.ts';
import { RANGE_CASES } from './bad-input/ranges.ts';
import { SITE_CASES } from './bad-input/sites.ts';
import { writesOf } from './bad-input/writes.ts';
import { type House, openHouse } from './house.ts';
import { adjust, type Manifest } from './manifests.ts';
import { conditionOf, PATIENCE_MS } from './namespace-objects.ts';

/**
 * Bad input that the API server accepts, since it takes the rest of the world to see that it is bad: the verdict is a condition of the
 * running operator on real parts. All mistakes are made at once, in one house, so that none is in the way of another; then all are corrected.
 */
const CASES: readonly BadInput[] = [...CUSTOMER_CASES, ...SITE_CASES, ...DEVICE_CASES, ...RANGE_CASES, ...INVITATION_CASES];
const CORRECTED = CASES.filter(({ correct }) => correct !== undefined);
const LOOK_MS = 500;

let house: House;
let plots: ReadonlyMap<BadInput, Plot>;
let told: Seen;

beforeAll(async () => {
  house = await openHouse({ subject: 'bad-input', beside: ['beside'] });
  plots = new Map(CASES.map((bad, index) => [bad, new Plot(house, index + 1)]));
  const standing = await manifestsOf(({ before }) => before);
  await house.start();
  await house.apply([...(await sharedDevices()), ...standing]);
  await untilReady(standing);
  await house.apply(await manifestsOf(({ mistake }) => mistake));
  told = await untilAll(CASES, says);
});
afterAll(async () => {
  await house.close();
  await closeOwnDevices();
});

const titled = (cases: readonly BadInput[]) =>
  cases.map((bad): [string, BadInput] => [`${(bad.rows ?? []).map((row) => `[${row}] `).join('')}${bad.subject}: ${bad.title}`, bad]);

it('has at least 40 manifests whose verdict is a condition', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(40);
});

describe('what the operator says', () => {
  it.each(titled(CASES))('%s', async (_title, bad) => {
    const plot = plotOf(bad);
    const object = told.get(bad);
    expect(verdictsOf(bad, object), describeObject(object)).toEqual([bad.condition, `Ready ${bad.ready}`]);
    const message = conditionOf(object, bad.condition.split('=', 1)[0] ?? '')?.message ?? '';
    expect(messageProblems(message, bad.says(plot)), `the message is "${message}"`).toEqual([]);
    if (object !== undefined) assertConditions(object);
    if (bad.carriesOut === undefined) expect(await writesOf(plot)).toEqual([]);
  });
});

describe('what the operator does once it is corrected', () => {
  let seen: Seen;
  beforeAll(async () => {
    await house.apply(await manifestsOf(({ correct }) => correct));
    seen = await untilAll(CORRECTED, isHealed);
  });

  it.each(titled(CORRECTED))('%s', (_title, bad) => {
    const object = seen.get(bad);
    expect(isHealed(bad, object), `not ${bad.healed ?? 'Ready=True'} but\n${describeObject(object)}`).toBe(true);
    if (object !== undefined) assertConditions(object);
  });
});

async function manifestsOf(
  part: (bad: BadInput) => ((plot: Plot) => readonly Manifest[] | Promise<readonly Manifest[]>) | undefined,
): Promise<Manifest[]> {
  const lists: (readonly Manifest[])[] = [];
  for (const [bad, plot] of plots) lists.push((await part(bad)?.(plot)) ?? []);
  // Of two versions of one object the later one counts, as when a person corrects a file.
  return [
    ...new Map(lists.flat().map((object) => [`${object.kind}/${object.metadata.namespace}/${object.metadata.name}`, object])).values(),
  ];
}

/** The device of most cases, and one in the other namespace that everybody may use. */
async function sharedDevices(): Promise<Manifest[]> {
  const quickstart = house.manifests.filter(({ kind }) => kind === 'Secret' || kind === 'SBCDevice');
  const beside = new Plot(house, 0, 'beside');
  const { secrets, manifest } = await beside.device();
  const open = manifest({ allowedNamespaces: { from: 'All' } });
  return [
    ...adjust(quickstart, 'SBCDevice', 'sbc1', (spec) => ({ ...spec, extraTags: ['allowed-for-all'] })),
    ...secrets,
    { ...open, metadata: { ...open.metadata, name: 'open' } },
  ];
}

function plotOf(bad: BadInput): Plot {
  const plot = plots.get(bad);
  if (plot === undefined) throw new Error(`no plot for ${bad.title}`);
  return plot;
}

async function untilReady(standing: readonly Manifest[]): Promise<void> {
  const wanted = standing.filter(({ kind }) => kind in KINDS).map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
  let ready = new Set<string>();
  const isSo = async (): Promise<boolean> => {
    ready = new Set(
      [...(await objectsByPlace())].filter(([, object]) => conditionOf(object, 'Ready')?.status === 'True').map(([place]) => place),
    );
    return wanted.every((place) => ready.has(place));
  };
  await house.until('what stands there before is ready', isSo);
}

/** The object that tells, of each case, in one look at both namespaces. */
type Seen = ReadonlyMap<BadInput, KubeObject | undefined>;

/** The look in which all were so at one moment; when time is up the last one, and the tests tell which are not. */
async function untilAll(cases: readonly BadInput[], isSo: (bad: BadInput, object: KubeObject | undefined) => boolean): Promise<Seen> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look(cases);
    if ([...seen].every(([bad, object]) => isSo(bad, object)) || performance.now() > deadline) return seen;
    await sleep(LOOK_MS);
  }
}

async function look(cases: readonly BadInput[]): Promise<Seen> {
  const byPlace = await objectsByPlace();
  return new Map(cases.map((bad) => [bad, byPlace.get(`${bad.subject} ${plotOf(bad).namespace}/${plotOf(bad).id}`)]));
}

/** By `Kind namespace/name`. */
async function objectsByPlace(): Promise<ReadonlyMap<string, KubeObject>> {
  const objects = [...(await house.all()), ...(await house.all(`${house.namespace}-beside`))];
  return new Map(objects.map((object) => [`${object.kind} ${object.metadata.namespace}/${object.metadata.name}`, object]));
}

function says(bad: BadInput, object: KubeObject | undefined): boolean {
  const [condition, ready] = verdictsOf(bad, object);
  return condition === bad.condition && ready === `Ready ${bad.ready}`;
}

/** In the notation of the table. */
function verdictsOf(bad: BadInput, object: KubeObject | undefined): string[] {
  const [type = ''] = bad.condition.split('=', 1);
  const goingOn = ['Reconciling', 'Stalled'].filter((each) => conditionOf(object, each) !== undefined);
  return [`${type}=${verdictOf(conditionOf(object, type))}`, ['Ready', conditionOf(object, 'Ready')?.status, ...goingOn].join(' ')];
}

function isHealed({ healed = 'Ready=True' }: BadInput, object: KubeObject | undefined): boolean {
  const [type = '', verdict = ''] = healed.split('=');
  const condition = conditionOf(object, type);
  const isSo = verdict === condition?.status || verdict === verdictOf(condition);
  return isSo && condition?.observedGeneration === object?.metadata.generation;
}

function verdictOf(condition: Condition | undefined): string {
  return `${condition?.status}/${condition?.reason}`;
}

function describeObject(object: KubeObject | undefined): string {
  if (object === undefined) return 'the object is not there';
  const { conditions = [] } = (object.status ?? {}) as { readonly conditions?: readonly Condition[] };
  return conditions.map(({ type, status, reason, message }) => `  ${type}=${status}/${reason}: ${message}`).join('\n');
}
