import { sameJson } from '../../domain/change/canonical.ts';
import type { Change, ChangeSet } from '../../domain/change/change-set.ts';
import type { AppliedBatch, Target, Verdict } from '../../domain/change/driver.ts';
import type { OutsideObject } from '../../domain/change/object.ts';
import { OperatorError, toOperatorError } from '../../errors/operator-error.ts';
import type { Kube } from '../../runtime/kube.ts';
import { DNS_KIND, type DnsEndpoint, manifestOf, objectOf, readRecords, refOf, signOf } from './endpoint.ts';
import type { DnsDriver, DnsView } from './port.ts';

export interface DnsDriverDeps {
  readonly kube: Pick<Kube, 'list' | 'get' | 'apply' | 'delete'>;
  /** Owner of our fields in server-side apply. */
  readonly fieldManager: string;
}

/** DNS records of one namespace, as DNSEndpoint objects that external-dns publishes. The cluster's API is consistent: nothing propagates. */
export class DnsEndpointDriver implements DnsDriver {
  readonly overlayMs = 0;
  readonly #deps: DnsDriverDeps;

  constructor(deps: DnsDriverDeps) {
    this.#deps = deps;
  }

  async read({ id: namespace }: Target, signal: AbortSignal): Promise<DnsView> {
    const { group, version, plural } = DNS_KIND;
    const found = await this.#deps.kube.list<DnsEndpoint>({ group, version, plural, namespace }, signal);
    if (found === undefined) return { objects: [], kindInstalled: false };
    return { objects: found.map((endpoint) => objectOf(namespace, endpoint)), kindInstalled: true };
  }

  async apply(target: Target, changes: ChangeSet, _view: DnsView | undefined, signal: AbortSignal): Promise<AppliedBatch<DnsView>> {
    const before = await this.read(target, signal);
    if (!before.kindInstalled)
      return { verdicts: changes.map((change) => ({ change, result: 'failed', error: kindMissing() })), view: before };
    const outcomes: Verdict[] = [];
    for (const change of changes) outcomes.push(await this.#verdictOn(target.id, change, signal));
    const view = await this.read(target, signal);
    const verdicts = outcomes.map((verdict): Verdict => {
      if (verdict.result !== 'applied' || this.shows(view, verdict.change)) return verdict;
      return { change: verdict.change, result: 'failed', error: changedAgain(verdict.change) };
    });
    return { verdicts, view };
  }

  overlay(view: DnsView, change: Change): DnsView {
    const others = view.objects.filter((object) => !isAbout(object, change));
    const records = change.fields.find(({ path }) => path === 'records')?.after;
    if (change.action === 'remove' || records === undefined)
      return { ...view, objects: change.action === 'remove' ? others : view.objects };
    const { system, target, kind, name, marker, adopted } = change;
    const sign = { ...(marker === undefined ? {} : { marker }), ...(adopted === true ? { adopted } : {}) };
    return { ...view, objects: [...others, { system, target, kind, name, fields: { records }, ...sign }] };
  }

  shows(view: DnsView, change: Change): boolean {
    const found = view.objects.find((object) => isAbout(object, change));
    if (change.action === 'remove') return found === undefined;
    return found !== undefined && change.fields.every(({ path, after }) => after === undefined || sameJson(found.fields[path], after));
  }

  async #verdictOn(namespace: string, change: Change, signal: AbortSignal): Promise<Verdict> {
    try {
      if (change.kind !== DNS_KIND.kind) throw invalid(change, 'it is not a DNSEndpoint');
      await (change.action === 'remove' ? this.#remove(namespace, change, signal) : this.#put(namespace, change, signal));
      return { change, result: 'applied' };
    } catch (thrown) {
      return { change, result: 'failed', error: toOperatorError(thrown) };
    }
  }

  async #put(namespace: string, change: Change, signal: AbortSignal): Promise<void> {
    const records = readRecords(change.fields.find(({ path }) => path === 'records')?.after);
    if (records === undefined) throw invalid(change, 'it has no records');
    const ref = refOf(namespace, change.name);
    const current = await this.#deps.kube.get<DnsEndpoint>(ref, signal);
    // Server-side apply would take a stranger's object of this name over without a word.
    if (change.action === 'create' && current !== undefined && signOf(current).marker !== change.marker) throw nameTaken(change);
    const manifest = manifestOf(namespace, change.name, { records, sign: change, uid: current?.metadata.uid });
    await this.#deps.kube.apply(ref, manifest, { fieldManager: this.#deps.fieldManager, force: true }, signal);
  }

  async #remove(namespace: string, change: Change, signal: AbortSignal): Promise<void> {
    const ref = refOf(namespace, change.name);
    const uid = (await this.#deps.kube.get<DnsEndpoint>(ref, signal))?.metadata.uid;
    if (uid !== undefined) await this.#deps.kube.delete(ref, { uid }, signal);
  }
}

function isAbout({ kind, name }: OutsideObject, change: Change): boolean {
  return kind === change.kind && name.toLowerCase() === change.name.toLowerCase();
}

function kindMissing(): OperatorError {
  return new OperatorError('The kind DNSEndpoint is not installed in this cluster', {
    kind: 'DependencyNotReady',
    reason: 'DNSEndpointKindMissing',
    remedy: 'Install the CRD of external-dns, or set spec.dns.mode to Manual and publish the records shown in status.dns.required yourself',
  });
}

function nameTaken({ name, target }: Change): OperatorError {
  return new OperatorError(`DNSEndpoint ${target}/${name} exists and is not ours`, {
    kind: 'Terminal',
    reason: 'NameTaken',
    remedy: `Remove it, or adopt it with the annotation trunkline.dev/adopt: DNSEndpoint/${name}`,
  });
}

function invalid({ name }: Change, why: string): OperatorError {
  return new OperatorError(`Cannot write DNSEndpoint ${name}: ${why}`, { kind: 'Terminal', reason: 'InvalidConfiguration' });
}

function changedAgain({ name }: Change): OperatorError {
  return new OperatorError(`Somebody else changed DNSEndpoint ${name} at the same time`, { kind: 'Retryable', reason: 'ObservedChanged' });
}
