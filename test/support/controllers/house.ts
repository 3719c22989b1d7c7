import { KINDS, type Kind, type KindTypes } from '../../../operator/api/kinds.ts';
import { type KubeObject, keyOf, type ObjectKey } from '../../../operator/api/meta.ts';
import { REASONS } from '../../../operator/api/reasons.ts';
import { createControllers, storesOf, type WatchedKinds, watchedKinds } from '../../../operator/cli/controllers.ts';
import { LeaseMarks } from '../../../operator/cli/open-marks.ts';
import { Credentials } from '../../../operator/controllers/credentials.ts';
import type { ControllerSettings } from '../../../operator/controllers/deps.ts';
import { createDelivery, type DeliveryControl } from '../../../operator/delivery/create-delivery.ts';
import type { RunningController } from '../../../operator/runtime/controller.ts';
import { EventRecorder } from '../../../operator/runtime/events.ts';
import { alwaysLeader } from '../../../operator/runtime/leader.ts';
import { silentLog } from '../../../operator/runtime/log.ts';
import { noMeters } from '../../../operator/runtime/meters.ts';
import type { StatusBase } from '../../../operator/runtime/reconciler.ts';
import type { ReflectorSink } from '../../../operator/runtime/reflector-sink.ts';
import { Slices } from '../../../operator/runtime/slices.ts';
import { conditionProblems } from '../conditions.ts';
import { FakeClock, settle } from '../fake-clock.ts';
import { MemoryKube } from '../memory-kube.ts';
import { NAMESPACE } from './objects.ts';
import { OutsideWorld } from './outside-world.ts';
import { schemaProblems } from './status-schema.ts';

/** A second is a long time for a fake clock: enough for reads, one group commit, its read-back and the report. */
const WHILE_MS = 3_000;
/** Where the operator itself lives; leases of open marks are there. */
export const OPERATOR_NAMESPACE = 'trunkline';
const MAX_STATUS_BYTES = 128 * 1024;

const SETTINGS: ControllerSettings = {
  installation: 'test',
  defaultChangePolicy: 'Enforce',
  actuation: 'Active',
  operatorVersion: '0',
  tenantPollMs: 600_000,
  // Most stories are of no rename; rename.test.ts sets the real one.
  successorWaitMs: 0,
  portalUrl: 'https://portal.example.net',
  providerName: 'Carrier',
  invitationLifeMs: 168 * 3_600_000,
};

/** Some fields of a spec; `undefined` takes one out. */
type Edit<Spec> = { readonly [Field in keyof Spec]?: Spec[Field] | undefined };

/** One life of the operator's process: everything that is lost when it ends. */
interface Process {
  readonly kinds: WatchedKinds;
  readonly delivery: DeliveryControl;
  readonly controllers: readonly RunningController[];
}

/**
 * The real five controllers, their real wiring, queues, status writer and delivery, over an API server, a cloud and devices in memory, on a
 * clock that tests move. After every stored status the condition rules, the catalogue of reasons and the CRD are checked.
 */
export class ControllersHouse {
  readonly clock = new FakeClock();
  readonly kube = new MemoryKube();
  readonly outside = new OutsideWorld(this.clock);
  readonly problems: string[] = [];
  #settings: ControllerSettings;
  readonly #random: () => number;
  #process: Process | undefined;
  #feeds = new Map<string, ReflectorSink>();

  constructor(settings: Partial<ControllerSettings> = {}, random: () => number = () => 0.5) {
    this.#settings = { ...SETTINGS, ...settings };
    this.#random = random;
    this.kube.onStored = (object, plural) => {
      this.#check(object, plural);
      this.#feeds.get(plural)?.apply(object as Parameters<ReflectorSink['apply']>[0]);
    };
    this.kube.onRemoved = (object, plural) => this.#feeds.get(plural)?.delete(object as Parameters<ReflectorSink['delete']>[0]);
    this.putNamespace(NAMESPACE);
  }

  get delivery(): DeliveryControl {
    return this.#running().delivery;
  }

  get kinds(): WatchedKinds {
    return this.#running().kinds;
  }

  /** Status writes that the API server stored so far. */
  get statusWrites(): number {
    return this.kube.writes.filter((write) => write.startsWith('status ')).length;
  }

  /** Everything written so far, inside and outside; events do not count. */
  get allWrites(): number {
    const inside = this.kube.writes.filter((write) => !write.includes(' events/')).length;
    return inside + this.outside.writes.length;
  }

  async start(): Promise<this> {
    const kinds = watchedKinds();
    const connections = this.outside.connect(this.kube);
    const controllers: RunningController[] = [];
    const wake = (owner: string): void => {
      const slash = owner.indexOf('/');
      controllers.find(({ name }) => name === owner.slice(0, slash))?.enqueue(owner.slice(slash + 1) as ObjectKey, 'change');
    };
    const { clock, kube } = this;
    const delivery = createDelivery({ drivers: connections.drivers, clock, random: this.#random, wake });
    const openMarks = new LeaseMarks({ kube, clock, namespace: OPERATOR_NAMESPACE, holder: `process ${clock.monotonic()}` });
    const stores = storesOf(kinds);
    const credentials = new Credentials({ kube, tenants: connections.tenants, sbcs: connections.sbcs, stores, delivery, clock });
    const deps = { stores, delivery, credentials, kube, clock, settings: this.#settings, openMarks };
    const declared = createControllers(kinds, deps, { concurrency: 10, resyncMs: 36_000_000 });
    const reporting = { reportingController: 'trunkline.dev/test', reportingInstance: 'test' };
    const events = new EventRecorder({ kube, clock, log: silentLog, meters: noMeters, ...reporting });
    const slices = new Slices(clock);
    const runtime = { kube, fence: alwaysLeader, events, slices, clock, random: this.#random, log: silentLog, meters: noMeters };
    controllers.push(...declared.map((controller) => controller.bind(runtime)));
    this.#feed(kinds);
    this.#process = { kinds, delivery, controllers };
    for (const controller of controllers) await controller.start();
    await this.run();
    return this;
  }

  /** The process ends, at once and without goodbye, and another one begins; with other settings where some are given. */
  async restart(settings: Partial<ControllerSettings> = {}): Promise<void> {
    await this.stop();
    this.#settings = { ...this.#settings, ...settings };
    await this.start();
  }

  async stop(): Promise<void> {
    const { delivery, controllers } = this.#running();
    this.#feeds = new Map();
    const now = AbortSignal.abort();
    await Promise.all(controllers.map((controller) => controller.drain(now)));
    const stopped = delivery.stop();
    await this.clock.advance(0);
    await stopped;
    this.#process = undefined;
  }

  /** Lets time pass until nothing moves, and fails if any status on the way broke a rule. */
  async run(ms = WHILE_MS): Promise<void> {
    const end = this.clock.monotonic() + ms;
    await settle(20);
    for (let left = ms; left > 0; left = end - this.clock.monotonic()) {
      await this.clock.advance(Math.min(left, this.clock.nextTimerIn ?? left));
      await settle(3);
    }
    const problems = this.problems.splice(0);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }

  putNamespace(name: string, annotations: Readonly<Record<string, string>> = {}, labels: Readonly<Record<string, string>> = {}): void {
    this.kube.put('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations, labels }, spec: {} });
  }

  putSecret(name: string, data: Readonly<Record<string, string>>, namespace = NAMESPACE): void {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, spec: {}, data };
    this.kube.put('secrets', secret);
  }

  putConfigMap(name: string, data: Readonly<Record<string, string>>, namespace = NAMESPACE): void {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, spec: {}, data };
    this.kube.put('configmaps', map);
  }

  /** `kubectl apply`: spec and annotations are the user's, everything else stays. */
  apply(...objects: readonly KubeObject[]): void {
    for (const object of objects) {
      const invalid = schemaProblems(object.kind as Kind, 'spec', object.spec);
      if (invalid.length > 0) throw new Error(`the API server would refuse this: ${invalid.join('; ')}`);
      const plural = KINDS[object.kind as Kind].plural;
      const before = this.kube.peek<KubeObject>(plural, object.metadata.namespace ?? '', object.metadata.name);
      const creationTimestamp =
        object.metadata.creationTimestamp ?? before?.metadata.creationTimestamp ?? new Date(this.clock.now()).toISOString();
      const uid = before?.metadata.uid ?? `uid-${object.metadata.name}-${this.clock.monotonic()}`;
      this.kube.put(plural, { ...before, ...object, metadata: { ...before?.metadata, ...object.metadata, creationTimestamp, uid } });
    }
  }

  /** Merges into the spec of an object that is there; `undefined` takes a field out. */
  edit<K extends Kind>(kind: K, name: string, spec: Edit<KindTypes[K]['spec']>, namespace = NAMESPACE): void {
    const before = this.get(kind, name, namespace);
    const merged = Object.fromEntries(Object.entries({ ...before.spec, ...spec }).filter(([, value]) => value !== undefined));
    const invalid = schemaProblems(kind, 'spec', merged);
    if (invalid.length > 0) throw new Error(`the API server would refuse this: ${invalid.join('; ')}`);
    this.kube.put(KINDS[kind].plural, { ...before, spec: merged });
  }

  annotate(kind: Kind, name: string, annotations: Readonly<Record<string, string>>, namespace = NAMESPACE): void {
    const before = this.get(kind, name, namespace);
    const metadata = { ...before.metadata, annotations: { ...before.metadata.annotations, ...annotations } };
    this.kube.put(KINDS[kind].plural, { ...(before as KubeObject), metadata });
  }

  delete(kind: Kind, name: string, namespace = NAMESPACE): void {
    this.kube.requestDeletion(KINDS[kind].plural, namespace, name, new Date(this.clock.now()).toISOString());
  }

  /** Somebody, or a restore, loses what status said. */
  wipeStatus(kind: Kind, name: string, namespace = NAMESPACE): void {
    const { status: _status, ...rest } = this.get(kind, name, namespace) as KubeObject;
    this.kube.put(KINDS[kind].plural, rest);
  }

  wipeAllStatus(): void {
    for (const kind of Object.keys(KINDS) as Kind[])
      for (const object of this.kube.all(KINDS[kind].plural)) this.wipeStatus(kind, object.metadata.name, object.metadata.namespace);
  }

  /** Another process goes on with what the API server has, and that has lost every status. */
  async restartWithoutStatus(): Promise<void> {
    await this.stop();
    this.wipeAllStatus();
    await this.start();
  }

  find<K extends Kind>(kind: K, name: string, namespace = NAMESPACE): KindTypes[K] | undefined {
    return this.kube.peek(KINDS[kind].plural, namespace, name);
  }

  get<K extends Kind>(kind: K, name: string, namespace = NAMESPACE): KindTypes[K] {
    const object = this.find(kind, name, namespace);
    if (object === undefined) throw new Error(`${kind} ${namespace}/${name} does not exist`);
    return object;
  }

  /** `<status>/<reason>` of a condition; empty when it is absent. */
  condition(kind: Kind, name: string, type: string, namespace = NAMESPACE): string {
    const found = this.#conditions(kind, name, namespace).find((condition) => condition.type === type);
    return found === undefined ? '' : `${found.status}/${found.reason}`;
  }

  message(kind: Kind, name: string, type: string, namespace = NAMESPACE): string {
    return this.#conditions(kind, name, namespace).find((condition) => condition.type === type)?.message ?? '';
  }

  ready(kind: Kind, name: string, namespace = NAMESPACE): string {
    return this.condition(kind, name, 'Ready', namespace);
  }

  /** Reasons of events written so far, about one object if it is named. */
  async events(name?: string): Promise<string[]> {
    await this.run(1);
    return this.kube
      .all('events')
      .map((event) => event as unknown as { readonly reason: string; readonly regarding: { readonly name: string } })
      .filter(({ regarding }) => name === undefined || regarding.name === name)
      .map(({ reason }) => reason);
  }

  #conditions(kind: Kind, name: string, namespace: string) {
    return (this.get(kind, name, namespace).status as StatusBase | undefined)?.conditions ?? [];
  }

  #running(): Process {
    if (this.#process === undefined) throw new Error('the operator does not run');
    return this.#process;
  }

  #feed(kinds: WatchedKinds): void {
    for (const kind of Object.values(kinds)) {
      const { plural } = kind.collection;
      const sink = kind.store.feed();
      sink.init();
      for (const object of this.kube.all(plural)) sink.apply(structuredClone(object) as Parameters<ReflectorSink['apply']>[0]);
      sink.initDone('1');
      this.#feeds.set(plural, sink);
    }
  }

  #check(object: KubeObject, plural: string): void {
    const kind = (Object.keys(KINDS) as Kind[]).find((candidate) => KINDS[candidate].plural === plural);
    const status = object.status as StatusBase | undefined;
    if (kind === undefined || status === undefined) return;
    const unexplained = (status.conditions ?? [])
      .filter(({ reason }) => !(reason in REASONS))
      .map(({ reason }) => `unknown reason ${reason}`);
    const bytes = Buffer.byteLength(JSON.stringify(status));
    const tooLarge = bytes > MAX_STATUS_BYTES ? [`status has ${bytes} bytes`] : [];
    const found = [...conditionProblems(object), ...schemaProblems(kind, 'status', status), ...unexplained, ...tooLarge];
    this.problems.push(...found.map((problem) => `${object.kind} ${keyOf(object)}: ${problem}`));
  }
}
