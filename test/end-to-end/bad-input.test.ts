import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Condition, KubeObject } from '../../operator/api/meta.ts';
import { assertConditions } from '../support/conditions.ts';
import type { BadInput } from './bad-input/case.ts';
import { CUSTOMER_CASES } from './bad-input/customers.ts';
import { DEVICE_CASES } from './bad-input/devices.ts';
import { INVITATION_CASES } from './bad-input/invitations.ts';
import { messageProblems } from './bad-input/message.ts';
import { closeOwnDevices } from './bad-input/own-device.ts';
import { Plot } from './bad-input/plot.ts';
import { RANGE_CASES } from './bad-input/ranges.ts';
import { SITE_CASES } from './bad-input/sites.ts';
import { writesOf } from './bad-input/writes.ts';
import { type House, openHouse } from './house.ts';
import { adjust, type Manifest } from './manifests.ts';
import { conditionOf } from './namespace-objects.ts';

/**
 * Bad input that the API server accepts, since it takes the rest of the world to see that it is bad: the verdict is a condition of the
 * running operator on real parts. All mistakes are made at once, in one house, so that none is in the way of another; then all are corrected.
 */
const CASES: readonly BadInput[] = [...CUSTOMER_CASES, ...SITE_CASES, ...DEVICE_CASES, ...RANGE_CASES, ...INVITATION_CASES].filter(
  ({ title }) => new RegExp(process.env['ONLY'] ?? '').test(title),
);
const PATIENCE_MS = Number(process.env['PATIENCE'] ?? 60_000);
/** A Secret is found again at the next look, which comes with the poll of 30 seconds; a device that rests comes a little later. */
const HEALING_MS = 120_000;

let house: House;
let plots: ReadonlyMap<BadInput, Plot>;

beforeAll(async () => {
  house = await openHouse({ subject: 'bad-input', beside: ['beside'] });
  plots = new Map(CASES.map((bad, index) => [bad, new Plot(house, index + 1)]));
  const standing = await manifestsOf(({ before }) => before);
  await house.start();
  await house.apply([...(await sharedDevices()), ...standing]);
  await Promise.all(standing.map((object) => untilReady(object)));
  await house.apply(await manifestsOf(({ mistake }) => mistake));
});
afterAll(async () => {
  if (process.env['KEEP']) await (await import('node:fs/promises')).copyFile(house.logFile, '/tmp/op.log');
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
    const { object, told } = await untilSaid(bad, plot);
    expect(messageProblems(told.message, bad.says(plot)), `the message is "${told.message}"`).toEqual([]);
    assertConditions(object);
    if (bad.carriesOut === undefined) expect(await writesOf(plot)).toEqual([]);
  });
});

describe('what the operator does once it is corrected', () => {
  beforeAll(async () => {
    await house.apply(await manifestsOf(({ correct }) => correct));
  });

  it.each(titled(CASES.filter(({ correct }) => correct !== undefined)))('%s', async (_title, bad) => {
    const plot = plotOf(bad);
    const object = await untilHealed(bad, plot);
    assertConditions(object);
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

async function untilReady({ kind, metadata }: Manifest): Promise<void> {
  if (kind === 'Secret' || kind === 'ConfigMap') return;
  await waitFor(`${kind} ${metadata.name} is ready`, PATIENCE_MS, async () => {
    const object = await find(kind, metadata.name, metadata.namespace);
    return { object, isSo: conditionOf(object, 'Ready')?.status === 'True' };
  });
}

async function untilSaid(bad: BadInput, { id, namespace }: Plot): Promise<{ object: KubeObject; told: Condition }> {
  const [type = '', verdict = ''] = bad.condition.split('=');
  const object = await waitFor(`${bad.condition}, Ready ${bad.ready}`, PATIENCE_MS, async () => {
    const found = await find(bad.subject, id, namespace);
    return { object: found, isSo: verdictOf(conditionOf(found, type)) === verdict && standingOf(found) === bad.ready };
  });
  const told = conditionOf(object, type);
  if (told === undefined) throw new Error('unreachable: the condition was found');
  return { object, told };
}

function untilHealed(bad: BadInput, { id, namespace }: Plot): Promise<KubeObject> {
  const [type = '', verdict = ''] = (bad.healed ?? 'Ready=True').split('=');
  return waitFor(`${type}=${verdict}`, HEALING_MS, async () => {
    const found = await find(bad.subject, id, namespace);
    const condition = conditionOf(found, type);
    const isSo = verdict === condition?.status || verdict === verdictOf(condition);
    return { object: found, isSo: isSo && condition?.observedGeneration === found?.metadata.generation };
  });
}

/** `False Stalled`, `True`, … as the table has it. */
function standingOf(object: KubeObject | undefined): string {
  const goingOn = ['Reconciling', 'Stalled'].filter((type) => conditionOf(object, type) !== undefined);
  return [conditionOf(object, 'Ready')?.status, ...goingOn].join(' ');
}

function verdictOf(condition: Condition | undefined): string {
  return `${condition?.status}/${condition?.reason}`;
}

async function find(kind: string, name: string, namespace?: string): Promise<KubeObject | undefined> {
  const objects = await house.list(kind as 'Customer', namespace);
  return objects.find(({ metadata }) => metadata.name === name);
}

interface Look {
  readonly object: KubeObject | undefined;
  readonly isSo: boolean;
}

/** Polls; fails with what this object says instead. */
async function waitFor(what: string, timeoutMs: number, look: () => Promise<Look>): Promise<KubeObject> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const { object, isSo } = await look();
    if (object !== undefined && isSo) return object;
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}; but\n${describeObject(object)}`);
    await sleep(200);
  }
}

function describeObject(object: KubeObject | undefined): string {
  if (object === undefined) return 'the object is not there';
  const { conditions = [] } = (object.status ?? {}) as { readonly conditions?: readonly Condition[] };
  return conditions.map(({ type, status, reason, message }) => `  ${type}=${status}/${reason}: ${message}`).join('\n');
}
