import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiException, CustomObjectsApi } from '@kubernetes/client-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { API_VERSION, GROUP, VERSION } from '../../operator/api/group.ts';
import { KINDS, type Kind } from '../../operator/api/kinds.ts';
import { adminKubeConfig, sharedCluster } from '../support/control-plane.ts';
import { hasRemedy } from '../support/verdict-message.ts';

/**
 * What the API server itself says to bad input, by the CRDs alone: no webhook, no operator. The manifests stand in bad-input/*.yaml;
 * each one differs from a good one in exactly the thing that its title names, and the verdict must name field, value and rule, and the remedy
 * wherever the words are ours: what the API server says of lists, enums and missing fields nobody can change.
 */
type Spec = Readonly<Record<string, unknown>>;

interface Case {
  readonly title: string;
  /** Requirement rows that the case proves. */
  readonly rows?: readonly string[];
  /** Merge patch over the file's `good` spec. */
  readonly spec?: Spec;
  /** Of an update: patches over `good` before and after. */
  readonly from?: Spec;
  readonly to?: Spec;
}

interface Refusal extends Case {
  /** Absent: the request is refused before validation, and `says` is part of the message. */
  readonly field?: string;
  readonly says: string;
}

interface Cases {
  readonly kind: Kind;
  readonly good: Spec;
  readonly accepted: readonly Case[];
  readonly refused: readonly Refusal[];
  readonly transitions?: { readonly accepted: readonly Case[]; readonly refused: readonly Refusal[] };
}

interface Status {
  readonly message: string;
  readonly details?: { readonly causes?: readonly { readonly field: string; readonly message: string }[] };
}

const FOLDER = join(import.meta.dirname, 'bad-input');
const FILES = readdirSync(FOLDER).map((file): Cases => parse(readFileSync(join(FOLDER, file), 'utf8')));

/** Said beside a refusal by the schema: rules were left out. No finding of its own. */
const RULES_LEFT_OUT = 'some validation rules were not checked';

describe.each(FILES)('$kind', ({ kind, good, accepted, refused, transitions }) => {
  const titled = <T extends Case>(verdict: string, cases: readonly T[] = []) =>
    cases.map((one): [string, T] => [`${(one.rows ?? []).map((row) => `[${row}] `).join('')}${verdict} ${one.title}`, one]);

  it.each(titled('accepts', accepted))('%s', async (_title, { spec = {} }) => {
    await expect(create(kind, patched(good, spec))).resolves.toMatchObject({ kind });
  });

  it.each(titled('refuses', refused))('%s', async (_title, refusal) => {
    expectRefusal(await verdict(create(kind, patched(good, refusal.spec ?? {}))), refusal);
  });

  it.each(titled('lets it become', transitions?.accepted))('%s', async (_title, { from = {}, to = {} }) => {
    await expect(update(kind, patched(good, from), patched(patched(good, from), to))).resolves.toMatchObject({ kind });
  });

  it.each(titled('does not let it become', transitions?.refused))('%s', async (_title, refusal) => {
    const before = patched(good, refusal.from ?? {});
    expectRefusal(await verdict(update(kind, before, patched(before, refusal.to ?? {}))), refusal);
  });
});

const REFUSALS = FILES.flatMap(({ refused, transitions }) => [...refused, ...(transitions?.refused ?? [])]);

/** What the API server says by itself of lists, enums and missing fields: field, value and rule, and nobody can make it say more. */
const BUILT_IN =
  /^(?:Unsupported value|Duplicate value|Required value|Too many|strict decoding error|Invalid value: \S+ \S+ in body should)/;

it('has at least 60 manifests of bad input', () => {
  expect(REFUSALS.length).toBeGreaterThanOrEqual(60);
});

it('says in every message of ours what to do', () => {
  const ours = REFUSALS.filter(({ says }) => !BUILT_IN.test(says));
  expect(ours.length).toBeGreaterThanOrEqual(60);
  expect(ours.filter(({ says }) => !hasRemedy(says)).map(({ says }) => says)).toEqual([]);
});

function expectRefusal(status: Status, { field, says }: Refusal): void {
  if (field === undefined) {
    expect(status.message).toContain(says);
    return;
  }
  const causes = (status.details?.causes ?? []).filter(({ message }) => !message.includes(RULES_LEFT_OUT));
  expect(causes.map((cause) => `${cause.field}: ${cause.message}`)).toEqual([`${field}: ${says}`]);
}

function create(kind: Kind, spec: Spec): Promise<unknown> {
  return api().createNamespacedCustomObject({ ...targetOf(kind), body: manifest(kind, spec), dryRun: 'All', fieldValidation: 'Strict' });
}

/** Creates the object with one spec and asks what the server says to another. */
async function update(kind: Kind, before: Spec, after: Spec): Promise<unknown> {
  const target = targetOf(kind);
  const created = await api().createNamespacedCustomObject({ ...target, body: manifest(kind, before), fieldValidation: 'Strict' });
  const { name } = created.metadata;
  onTestFinished(() => api().deleteNamespacedCustomObject({ ...target, name }));
  const body = { ...created, spec: after };
  return api().replaceNamespacedCustomObject({ ...target, name, body, dryRun: 'All', fieldValidation: 'Strict' });
}

function api(): CustomObjectsApi {
  return adminKubeConfig(sharedCluster()).makeApiClient(CustomObjectsApi);
}

function targetOf(kind: Kind): { group: string; version: string; namespace: string; plural: string } {
  return { group: GROUP, version: VERSION, namespace: 'default', plural: KINDS[kind].plural };
}

function manifest(kind: Kind, spec: Spec): object {
  return { apiVersion: API_VERSION, kind, metadata: { generateName: 'bad-input-' }, spec };
}

/** The Status object by which the server refuses; a request that passes fails the test. */
async function verdict(outcome: Promise<unknown>): Promise<Status> {
  try {
    await outcome;
  } catch (error) {
    if (error instanceof ApiException) return JSON.parse(error.body);
    throw error;
  }
  throw new Error('the API server accepted it');
}

/** JSON merge patch (RFC 7396). */
function patched(target: Spec, patch: Spec): Spec {
  const entries = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    const current = entries.get(key);
    if (value === null) entries.delete(key);
    else entries.set(key, isMap(value) && isMap(current) ? patched(current, value) : value);
  }
  return Object.fromEntries(entries);
}

function isMap(value: unknown): value is Spec {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
