import type { ChangeSet } from '../../domain/change/change-set.ts';
import type { AppliedBatch, Target } from '../../domain/change/driver.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import type { Clock } from '../../runtime/clock.ts';
import { VoiceBatch } from './batch.ts';
import type { TeamsAdminClient } from './client.ts';
import type { TeamsAdminDriver, VoiceView } from './port.ts';
import { UsageListWriter, type UsageLost } from './usage-list.ts';
import { overlayVoiceView, showsChange, voiceView } from './view.ts';
import { isProtected } from './wire.ts';

export interface TeamsAdminDriverDeps {
  readonly client: TeamsAdminClient;
  readonly clock: Clock;
  /** Told when labels of others were found missing and put back; for the log, an event and a metric. */
  readonly onUsageLost: (loss: UsageLost) => void;
}

/** A tenant with more users than 20 pages hold has too many to count at each look; its grants are "could not be read". */
const MAX_USER_PAGES = 20;

/** Makes the driver of system `teams-admin`. Its writes belong into the tenant's lane, one at a time. */
export function createTeamsAdminDriver({ client, clock, onUsageLost }: TeamsAdminDriverDeps): TeamsAdminDriver {
  const usages = new UsageListWriter({ client, clock, onUsageLost });
  return {
    read: (target: Target, signal: AbortSignal) => readVoiceView(client, target.id, signal),
    apply: (target: Target, changes: ChangeSet, view: VoiceView | undefined, signal: AbortSignal): Promise<AppliedBatch<VoiceView>> =>
      new VoiceBatch({ client, clock, usages }, target.id, view, signal).run(changes),
    overlay: overlayVoiceView,
    shows: (view, change) => showsChange(view.objects, change),
    overlayMs: 120_000, // teams-admin-api §32
    marked: true,
  };
}

async function readVoiceView(client: TeamsAdminClient, tenantId: string, signal: AbortSignal): Promise<VoiceView> {
  const [gateways, usages, routes, policies] = await Promise.all([
    client.listGateways(tenantId, signal),
    client.listUsages(tenantId, signal),
    client.listRoutes(tenantId, signal),
    client.listPolicies(tenantId, signal),
  ]);
  // Where nothing can be granted, nobody has it: a tenant without policies of its own costs no look at its users.
  const isGrantable = policies.some(({ Identity }) => !isProtected(Identity));
  const [users, groups] = await Promise.all([
    isGrantable ? ifReadable(client.listUsers(tenantId, MAX_USER_PAGES, signal)) : [],
    isGrantable ? ifReadable(client.listGroupAssignments(tenantId, signal)) : [],
  ]);
  return voiceView(tenantId, { gateways, usages, routes, policies, users, groups });
}

/** Undefined when this surface is refused or speaks differently: configuration is still worth having, and unread grants count as granted. */
async function ifReadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (thrown) {
    const isAnswer =
      thrown instanceof OperatorError &&
      (thrown.reason === 'PermissionDenied' || thrown.reason === 'UnexpectedResponse' || thrown.kind === 'Terminal');
    if (isAnswer) return undefined;
    throw thrown;
  }
}
