import { type Change, type ChangeSet, changeId } from '../../domain/change/change-set.ts';
import type { AppliedBatch, Verdict } from '../../domain/change/driver.ts';
import { identityOf, type OutsideObject } from '../../domain/change/object.ts';
import { OperatorError, toOperatorError } from '../../errors/operator-error.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { TeamsAdminClient, WrittenChange } from './client.ts';
import type { VoiceView } from './port.ts';
import { readBackUntil } from './read-back.ts';
import type { UsageListWriter } from './usage-list.ts';
import { differsBesides, overlayVoiceView, policyObject, routeObject, showsChange } from './view.ts';
import { isProtected, type WrittenKind } from './wire.ts';

export interface VoiceBatchDeps {
  readonly client: TeamsAdminClient;
  readonly clock: Clock;
  readonly usages: UsageListWriter;
}

/** One set of changes on its way into a tenant: in order, one verdict each, read back at the end. */
export class VoiceBatch {
  readonly #deps: VoiceBatchDeps;
  readonly #tenantId: string;
  readonly #view: VoiceView | undefined;
  readonly #signal: AbortSignal;
  readonly #verdicts = new Map<string, Verdict>();
  /** Set once the tenant as a whole cannot be worked with: what is left is not tried. */
  #stopped: OperatorError | undefined;

  constructor(deps: VoiceBatchDeps, tenantId: string, view: VoiceView | undefined, signal: AbortSignal) {
    this.#deps = deps;
    this.#tenantId = tenantId;
    this.#view = view;
    this.#signal = signal;
  }

  async run(changes: ChangeSet): Promise<AppliedBatch<VoiceView>> {
    for (const group of groupsOf(changes)) {
      const open = group.filter((change) => !this.#isSkipped(change));
      const [first] = open;
      if (first === undefined) continue;
      if (first.kind === 'PstnUsage') await this.#changeUsages(open);
      else await this.#writeOne(first);
    }
    const view = await this.#readBack(changes);
    const verdicts = changes.flatMap((change) => this.#verdicts.get(changeId(change)) ?? []);
    // Gateways and users are not read again: a policy may have been granted since the look that this batch started from.
    return view === undefined ? { verdicts } : { verdicts, view, isPartial: true };
  }

  /** A change whose predecessor failed, or that comes after the tenant stopped answering, is not tried. */
  #isSkipped(change: Change): boolean {
    const blockers = change.after
      .flatMap((id) => this.#verdicts.get(id) ?? [])
      .flatMap((verdict) => (verdict.result === 'applied' ? [] : [verdict.error]));
    const error = this.#stopped ?? blockers[0];
    if (error === undefined) return false;
    this.#settle(change, { change, result: 'skipped', error });
    return true;
  }

  async #writeOne(change: Change): Promise<void> {
    try {
      if (!isWritten(change)) throw neverWritten(change);
      await this.#carryOut(change);
      this.#settle(change, { change, result: 'applied' });
    } catch (thrown) {
      this.#fail(change, thrown);
    }
  }

  async #carryOut(change: WrittenChange): Promise<void> {
    try {
      await this.#send(change);
    } catch (thrown) {
      // The answer may have been lost after the work was done: what the tenant shows decides, for a create only under our own marker.
      const isOpen = thrown instanceof OperatorError && thrown.kind === 'Retryable' && thrown.reason !== 'Interrupted';
      if (!isOpen || !(await this.#isDone(change))) throw thrown;
    }
  }

  async #send(change: WrittenChange): Promise<void> {
    const { client } = this.#deps;
    if (change.action === 'remove') {
      await client.remove(this.#tenantId, change, this.#signal); // absent is removed
      return;
    }
    if (change.action === 'update') {
      if ((await client.update(this.#tenantId, change, this.#signal)) === 'absent') throw changedOutside(change, 'it is gone');
      return;
    }
    if ((await client.create(this.#tenantId, change, this.#signal)) === 'exists') throw await this.#takenBy(change);
  }

  /** Why a create met an object of its name. A Retryable answer leads to one more look at whether it is our own, done already. */
  async #takenBy(change: WrittenChange): Promise<OperatorError> {
    const found = this.#find(await this.#list(change.kind), change);
    if (found === undefined) return changedOutside(change, 'it exists, though lists do not show it yet');
    if (change.marker !== undefined && found.marker === change.marker) return changedOutside(change, 'it exists already and differs');
    return new OperatorError(`${change.kind} ${change.name} exists in the tenant and is not the operator's`, {
      kind: 'Terminal',
      reason: 'NameTaken',
      remedy: `Set annotation trunkline.dev/adopt to ${change.kind}/${change.name}, or choose another name`,
    });
  }

  async #isDone(change: WrittenChange): Promise<boolean> {
    const objects = await this.#list(change.kind);
    const isOurs = change.action !== 'create' || (change.marker !== undefined && this.#find(objects, change)?.marker === change.marker);
    return isOurs && showsChange(objects, change);
  }

  /** All usages of a group in one write of the list. A label that something still names is kept back: the service might strip it there. */
  async #changeUsages(changes: readonly Change[]): Promise<void> {
    const removals = changes.filter((change) => change.action === 'remove');
    const additions = changes.filter((change) => change.action === 'create');
    for (const change of changes.filter(({ action }) => action === 'update')) this.#fail(change, neverWritten(change));
    try {
      const naming = await this.#namedUsages();
      const removable = removals.filter((change) => !naming.has(change.name.toLowerCase()));
      for (const change of removals.filter((one) => !removable.includes(one))) this.#fail(change, usageInUse(change, naming));
      const expected = [...naming.values()].map(({ label }) => label);
      const request = { add: namesOf(additions), remove: namesOf(removable), expected: [...expected, ...this.#knownUsages()] };
      await this.#deps.usages.change(this.#tenantId, request, this.#signal);
      for (const change of [...additions, ...removable]) this.#settle(change, { change, result: 'applied' });
    } catch (thrown) {
      for (const change of [...additions, ...removals]) if (!this.#verdicts.has(changeId(change))) this.#fail(change, thrown);
    }
  }

  /** Labels that routes and policies name now, without those that this batch has removed and that lists may still show. */
  async #namedUsages(): Promise<Map<string, { readonly label: string; readonly by: string }>> {
    const objects = (await Promise.all([this.#list('VoiceRoute'), this.#list('VoiceRoutingPolicy')])).flat();
    const named = new Map<string, { label: string; by: string }>();
    for (const object of objects) {
      if (this.#hasRemoved(object)) continue;
      const { usages } = object.fields;
      for (const label of Array.isArray(usages) ? usages : []) {
        if (typeof label === 'string') named.set(label.toLowerCase(), { label, by: `${object.kind} ${object.name}` });
      }
    }
    return named;
  }

  #hasRemoved(object: OutsideObject): boolean {
    const verdict = this.#verdicts.get(identityOf(object));
    return verdict?.result === 'applied' && verdict.change.action === 'remove';
  }

  #knownUsages(): readonly string[] {
    return (this.#view?.objects ?? []).filter(({ kind }) => kind === 'PstnUsage').map(({ name }) => name);
  }

  /**
   * PUT answers alike whether or not it did anything (teams-admin-api §4 rule 5): an update that no look shows has not happened. What is read
   * is also news of the tenant: from here on a difference is somebody else's doing, not our own write on its way. An update that met an object
   * made anew, by itself even (rule 11), is not what was planned: the rest of it is missing.
   */
  async #readBack(changes: ChangeSet): Promise<VoiceView | undefined> {
    const applied = changes.filter((change) => this.#verdicts.get(changeId(change))?.result === 'applied');
    const updates = applied.filter(({ action }) => action === 'update');
    const kinds = [...new Set(applied.filter(isWritten).map(({ kind }) => kind))];
    if (kinds.length === 0) return undefined;
    try {
      const list = async () => (await Promise.all(kinds.map((kind) => this.#list(kind)))).flat();
      const problemOf = (objects: readonly OutsideObject[], change: Change): OperatorError | undefined => {
        if (!showsChange(objects, change)) return withoutEffect(change);
        return differsBesides(this.#view?.objects ?? [], objects, change)
          ? changedOutside(change, 'other fields of it changed')
          : undefined;
      };
      const areAsPlanned = (objects: readonly OutsideObject[]): boolean => updates.every((change) => !problemOf(objects, change));
      const objects = await readBackUntil(this.#deps.clock, areAsPlanned, list, this.#signal);
      for (const change of updates) {
        const problem = problemOf(objects, change);
        if (problem !== undefined) this.#fail(change, problem);
      }
      return this.#viewWith(applied, kinds, objects);
    } catch (thrown) {
      for (const change of updates) this.#fail(change, thrown);
      return undefined; // creates and removals were answered for; the next look shows them
    }
  }

  #viewWith(applied: ChangeSet, kinds: readonly WrittenKind[], objects: readonly OutsideObject[]): VoiceView | undefined {
    if (this.#view === undefined) return undefined;
    const others = applied.filter(({ kind }) => kind === 'PstnUsage').reduce(overlayVoiceView, this.#view);
    const unread = others.objects.filter(({ kind }) => !kinds.some((read) => read === kind));
    return { ...others, objects: [...unread, ...objects] };
  }

  async #list(kind: WrittenKind): Promise<OutsideObject[]> {
    const { client } = this.#deps;
    if (kind === 'VoiceRoute')
      return (await client.listRoutes(this.#tenantId, this.#signal)).map((route) => routeObject(this.#tenantId, route));
    return (await client.listPolicies(this.#tenantId, this.#signal)).map((policy) => policyObject(this.#tenantId, policy));
  }

  #find(objects: readonly OutsideObject[], change: Change): OutsideObject | undefined {
    return objects.find((object) => identityOf(object) === identityOf(change));
  }

  #fail(change: Change, thrown: unknown): void {
    const error = toOperatorError(thrown);
    if (concernsWholeTenant(error)) this.#stopped ??= error;
    this.#settle(change, { change, result: 'failed', error });
  }

  #settle(change: Change, verdict: Verdict): void {
    this.#verdicts.set(changeId(change), verdict);
  }
}

/** Usages that follow each other with the same action are one write; everything else goes one by one. */
function groupsOf(changes: ChangeSet): Change[][] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const last = groups.at(-1);
    const [first] = last ?? [];
    if (last !== undefined && first?.kind === 'PstnUsage' && change.kind === 'PstnUsage' && first.action === change.action)
      last.push(change);
    else groups.push([change]);
  }
  return groups;
}

function namesOf(changes: readonly Change[]): string[] {
  return changes.map(({ name }) => name);
}

function isWritten(change: Change): change is WrittenChange {
  return (change.kind === 'VoiceRoute' || change.kind === 'VoiceRoutingPolicy') && !isProtected(change.name);
}

function concernsWholeTenant({ kind, reason }: OperatorError): boolean {
  return kind === 'Throttled' || kind === 'Auth' || reason === 'ExternalSystemUnavailable' || reason === 'Interrupted';
}

function neverWritten(change: Change): OperatorError {
  return new OperatorError(`The operator never writes ${change.kind} ${change.name}`, { kind: 'Terminal', reason: 'CallForbidden' });
}

function changedOutside(change: Change, how: string): OperatorError {
  return new OperatorError(`${change.kind} ${change.name} is not as it was when the change was planned: ${how}`, {
    kind: 'Retryable',
    reason: 'ObservedChanged',
  });
}

function withoutEffect(change: Change): OperatorError {
  return new OperatorError(`Microsoft Teams accepted the change of ${change.kind} ${change.name} but does not show it`, {
    kind: 'Retryable',
    reason: 'ChangeNotVisible',
  });
}

function usageInUse(change: Change, naming: ReadonlyMap<string, { readonly by: string }>): OperatorError {
  const by = naming.get(change.name.toLowerCase())?.by ?? 'a route or policy';
  return new OperatorError(`PSTN usage ${change.name} is still named by ${by}`, {
    kind: 'DependencyNotReady',
    reason: 'UsageInUse',
    remedy: 'Remove the usage from the routes and policies that name it',
  });
}
