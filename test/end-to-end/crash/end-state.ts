import { CoordinationV1Api, CoreV1Api, CustomObjectsApi } from '@kubernetes/client-node';
import type { KubeObject } from '../../../operator/api/meta.ts';
import { adminKubeConfig } from '../../support/control-plane.ts';
import type { House } from '../house.ts';
import { INVITED } from './manifests.ts';

/** Everything that the operator answers for, as lines `path = value` that can be compared between two runs. */
export interface EndState {
  readonly world: readonly string[];
  /** With its Customer, apart from the world, since what they say depends on what the mail server took. */
  readonly invitation: readonly string[];
  readonly mails: readonly string[];
  /** Targets with a mark of a write that may still be on the wire. One that its process could not clear stands until the next write there. */
  readonly marks: readonly string[];
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** Tenants, SBCs, mails, and in the cluster our objects, records, kept values and marks. Times, namespaces, ports and ids of one run are left out. */
export async function endStateOf(house: House): Promise<EndState> {
  const { microsoft, sbc1, sbc2 } = house.snapshot();
  const objects = await house.all();
  const [endpoints, configMaps, marks] = await Promise.all([endpointsOf(house), configMapsOf(house), marksOf(house)]);
  const isInvited = ({ metadata }: KubeObject): boolean => metadata.name === INVITED;
  const invitations = objects.filter(isInvited);
  const ids = invitations.flatMap(({ status }) => (status as { invitationId?: string } | undefined)?.invitationId ?? []);
  const lines = (value: unknown): string[] => linesOf(neutral(value, house, ids));
  const tenants = Object.values(microsoft as Readonly<Record<string, TenantPicture>>).map(tenantApartFromNumbering);
  return {
    world: lines({ tenants, sbc1, sbc2, objects: named(objects.filter((object) => !isInvited(object))), endpoints, configMaps }),
    invitation: lines(named(invitations)),
    marks,
    mails: house.cloud.mail.mailbox.messages().map(({ envelopeTo, subject }) => `${envelopeTo.join(', ')}: ${subject}`),
  };
}

interface TenantPicture {
  readonly users: readonly { readonly id: string; readonly userPrincipalName: string }[];
  readonly config: Readonly<Record<string, readonly { readonly properties: Readonly<Record<string, unknown>> }[]>>;
}

/** Ids that a tenant deals at random, and priorities that it deals to routes in the order in which they come. */
function tenantApartFromNumbering(tenant: TenantPicture): unknown {
  const routes = tenant.config['OnlineVoiceRoute'] ?? [];
  const priorities = routes.map(({ properties }) => properties['Priority']);
  const unnumbered = routes.map(({ properties: { Priority: _, ...properties }, ...route }) => ({ ...route, properties }));
  let text = JSON.stringify({ ...tenant, priorities, config: { ...tenant.config, OnlineVoiceRoute: unnumbered } });
  for (const { id, userPrincipalName } of tenant.users) text = text.replaceAll(id, userPrincipalName);
  return JSON.parse(text);
}

/** What differs, at most `most` lines of each side. */
export function differences(expected: readonly string[], found: readonly string[], most = 12): string[] {
  const [wanted, seen] = [new Set(expected), new Set(found)];
  const missing = expected.filter((line) => !seen.has(line)).map((line) => `- ${line}`);
  const surplus = found.filter((line) => !wanted.has(line)).map((line) => `+ ${line}`);
  return [...missing.slice(0, most), ...surplus.slice(0, most)];
}

/** `path = value`, sorted. Order in a list of plain values does not count: two runs make things in different order. */
export function linesOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => linesOf(item, `${path}[${keyOf(item)}]`)).sort();
  if (typeof value !== 'object' || value === null) return [`${path} = ${JSON.stringify(value)}`];
  const inner = Object.entries(value).flatMap(([key, item]) => linesOf(item, path === '' ? key : `${path}.${key}`));
  return inner.sort();
}

/** Items of a list are told apart by their name, not by their place. */
function keyOf(item: unknown): string {
  if (typeof item !== 'object' || item === null) return '';
  const { identity, name, type, id, prefix } = item as Readonly<Record<string, unknown>>;
  return String(identity ?? name ?? type ?? id ?? prefix ?? '');
}

function named(objects: readonly KubeObject[]): Record<string, unknown> {
  return Object.fromEntries(
    objects.map(({ kind, metadata: { name, finalizers = [], generation, deletionTimestamp }, status }) => [
      `${kind}/${name}`,
      { finalizers, generation, deleting: deletionTimestamp !== undefined, status: apartFromHistory(status) },
    ]),
  );
}

/**
 * What was tried how often, and when a device was saved by whom, is another story in every run; that nothing is left half done is not: the
 * snapshots of the devices say that all is saved.
 */
function apartFromHistory(status: unknown): unknown {
  const { tasks = [], lastSave: _, ...rest } = (status ?? {}) as Historic;
  return { ...rest, tasks: tasks.filter(({ state }) => state !== 'Succeeded') };
}

interface Historic {
  readonly tasks?: readonly { readonly type: string; readonly state: string }[];
  readonly lastSave?: string;
}

function neutral(value: unknown, house: House, ids: readonly string[]): unknown {
  let text = JSON.stringify(value)
    .replaceAll(TIME, '<time>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '<address>');
  text = text.replaceAll(house.operatorNamespace, '<operator>').replaceAll(house.namespace, '<namespace>');
  for (const id of ids) text = text.replaceAll(id, '<invitation>');
  return JSON.parse(text);
}

async function endpointsOf(house: House): Promise<unknown> {
  const api = adminKubeConfig(house.cluster).makeApiClient(CustomObjectsApi);
  const place = { group: 'externaldns.k8s.io', version: 'v1alpha1', plural: 'dnsendpoints', namespace: house.namespace };
  const items = (await api.listNamespacedCustomObject(place)).items as KubeObject[];
  return items.map(({ metadata, spec }) => ({ name: metadata.name, labels: metadata.labels, annotations: metadata.annotations, spec }));
}

async function configMapsOf(house: House): Promise<unknown> {
  const api = adminKubeConfig(house.cluster).makeApiClient(CoreV1Api);
  const { items } = await api.listNamespacedConfigMap({ namespace: house.namespace });
  const ours = items.filter(({ metadata }) => metadata?.name !== 'kube-root-ca.crt');
  return ours.map(({ metadata, data }) => ({ name: metadata?.name, data }));
}

async function marksOf(house: House): Promise<string[]> {
  const api = adminKubeConfig(house.cluster).makeApiClient(CoordinationV1Api);
  const { items } = await api.listNamespacedLease({ namespace: house.operatorNamespace });
  return items.map(({ metadata }) => metadata?.annotations?.['trunkline.dev/mark-target'] ?? metadata?.name ?? '');
}
