import type { z } from 'zod';
import type { ChangeSet } from '../../domain/change/change-set.ts';
import type { AppliedBatch, Driver, Target } from '../../domain/change/driver.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import type { HttpResponse } from '../http/client.ts';
import { refuseWrites } from '../http/read-only.ts';
import type { DirectoryView, GraphDriver, NumberAssignment, NumbersDriver, NumbersView, SubscribedSku } from './port.ts';
import { GraphSession, type GraphSessionDeps } from './session.ts';
import { type FindVoiceUser, voiceDomains } from './voice-domains.ts';
import {
  DOMAINS_PATH,
  DomainWire,
  GRAPH,
  NUMBERS_PATH,
  NumberWire,
  ORGANIZATION_PATH,
  OrganizationWire,
  SKUS_PATH,
  SkuWire,
} from './wire.ts';

export interface GraphDriverDeps extends GraphSessionDeps {
  /** From the Teams admin API, for users that Graph does not show. */
  readonly findVoiceUser: FindVoiceUser;
}

/** Makes the driver of system `graph`: a tenant's directory in three calls, whatever its size. */
export function createGraphDriver(deps: GraphDriverDeps): GraphDriver {
  return readOnly((target, signal) => readDirectory(deps, target.id, signal));
}

/** Makes the driver of system `graph-numbers`. Apart from the directory, since it grows with the numbers and few ask for it. */
export function createNumbersDriver(deps: GraphSessionDeps): NumbersDriver {
  return readOnly((target, signal) => readNumbers(deps, target.id, signal));
}

function readOnly<View>(read: (target: Target, signal: AbortSignal) => Promise<View>): Driver<View> {
  return {
    read,
    apply: async (_target: Target, changes: ChangeSet): Promise<AppliedBatch<View>> => refuseWrites(GRAPH.displayName, changes),
    overlay: (view) => view,
    shows: () => true,
    overlayMs: 0,
  };
}

async function readDirectory(deps: GraphDriverDeps, tenantId: string, signal: AbortSignal): Promise<DirectoryView> {
  const session = new GraphSession(deps, tenantId, signal);
  const [organizations, domainsPage, skusPage] = await session.batch([
    { url: ORGANIZATION_PATH },
    { url: DOMAINS_PATH },
    { url: SKUS_PATH },
  ]);
  const [organization] = await session.rest(present(organizations), OrganizationWire);
  if (organization === undefined) throw tenantUnreadable();
  const domains = await session.rest(present(domainsPage), DomainWire);
  const skus = await session.rest(present(skusPage), SkuWire);
  const { findVoiceUser, cloud } = deps;
  return {
    organization: {
      tenantId: organization.id.toLowerCase(),
      displayName: organization.displayName ?? '',
      country: organization.countryLetterCode ?? undefined,
    },
    domains: domains.map(({ id, isVerified, supportedServices }) => ({
      name: id.toLowerCase(),
      isVerified: isVerified === true,
      supportedServices,
    })),
    skus: skus.filter(isUsable).map(skuOf),
    voiceDomains: await unlessDenied(
      voiceDomains({ session, tenantId, domains, hasTeamsInGraph: cloud.hasTeamsInGraph, findVoiceUser, signal }),
    ),
  };
}

/** An app that only proves a carrier trunk has no right to read users, and needs none. */
async function unlessDenied<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (thrown) {
    if (thrown instanceof OperatorError && thrown.kind === 'Auth' && thrown.reason === 'PermissionDenied') return undefined;
    throw thrown;
  }
}

/** 404 for a collection: the tenant's data is not readable yet (microsoft-graph §2.0, Directory_ObjectNotFound). */
function present(answer: HttpResponse | undefined): HttpResponse {
  if (answer === undefined) throw tenantUnreadable();
  return answer;
}

function tenantUnreadable(): OperatorError {
  return new OperatorError("Microsoft Graph does not show the tenant's data yet", {
    kind: 'Retryable',
    reason: 'ExternalSystemUnavailable',
  });
}

/** Subscriptions in warning still serve; suspended and deleted ones do not (microsoft-graph §2.3). */
function isUsable({ capabilityStatus }: z.infer<typeof SkuWire>): boolean {
  return capabilityStatus === 'Enabled' || capabilityStatus === 'Warning';
}

function skuOf({ skuId, skuPartNumber, prepaidUnits, consumedUnits, servicePlans }: z.infer<typeof SkuWire>): SubscribedSku {
  return {
    skuId,
    skuPartNumber,
    total: prepaidUnits.enabled + prepaidUnits.warning,
    used: consumedUnits,
    servicePlans: servicePlans.map(({ servicePlanName, servicePlanId }) => servicePlanName ?? servicePlanId),
  };
}

async function readNumbers(deps: GraphSessionDeps, tenantId: string, signal: AbortSignal): Promise<NumbersView> {
  if (!deps.cloud.hasTeamsInGraph) {
    throw new OperatorError('Numbers cannot be read in this cloud: it has no Teams administration in Microsoft Graph', {
      kind: 'Terminal',
      reason: 'NotAvailableInCloud',
    });
  }
  const rows = await new GraphSession(deps, tenantId, signal).list(NUMBERS_PATH, NumberWire);
  return { assignments: rows.map(assignmentOf) };
}

const NUMBER_TYPES: Readonly<Record<string, NumberAssignment['type']>> = {
  directrouting: 'DirectRouting',
  callingplan: 'CallingPlan',
  operatorconnect: 'OperatorConnect',
};

const NOBODY = '00000000-0000-0000-0000-000000000000';

function assignmentOf({ telephoneNumber, numberType, assignmentTargetId }: z.infer<typeof NumberWire>): NumberAssignment {
  return {
    number: telephoneNumber.startsWith('+') ? telephoneNumber : `+${telephoneNumber}`,
    type: NUMBER_TYPES[(numberType ?? '').toLowerCase()] ?? 'Other',
    holder: !assignmentTargetId || assignmentTargetId === NOBODY ? undefined : assignmentTargetId,
  };
}
