import type { SbcDevice } from '../../api/kinds.ts';
import { keyOf } from '../../api/meta.ts';
import type { Reason } from '../../api/reasons.ts';
import type { Seen } from '../../delivery/delivery.ts';
import type { DirectoryView } from '../../integrations/graph/port.ts';
import type { VoiceView } from '../../integrations/teams-admin/port.ts';
import type { ReconcileContext } from '../../runtime/reconciler.ts';
import type { ControllerDeps } from '../deps.ts';
import { freshness } from '../freshness.ts';
import { directoryTarget, ownerOf, voiceTarget } from '../targets.ts';
import { lookTwice, refusedAt, secretsNotBefore } from '../tenant-access.ts';

/** What the gateway must have where the spec says nothing (telephony 1.1, and the CRD's descriptions). */
const DEFAULT_SIP_PORT = 5061;
const DEFAULT_MEDIA_BYPASS = false;

type CarrierTrunk = NonNullable<SbcDevice['spec']['carrierTrunks']>[number];

/** One carrier trunk as seen in the provider's own tenant (telephony 1.1). `known: false`: nothing is known yet. */
export interface CarrierLook {
  readonly fqdn: string;
  readonly mode: 'Verify' | 'Declared';
  readonly known: boolean;
  readonly ready: boolean;
  readonly reason: Reason;
  readonly message: string;
  /** What of the provider's tenant it was judged by; nothing where the spec's word is taken. */
  readonly seen: readonly Seen<unknown>[];
}

type Verdict = Pick<CarrierLook, 'known' | 'ready' | 'reason' | 'message'>;
type Judged = Verdict & Pick<CarrierLook, 'seen'>;

/** Verify reads the provider's tenant, Declared takes the spec's word and says so. Never writes. */
export async function lookAtCarrier(
  trunk: CarrierTrunk,
  device: SbcDevice,
  deps: ControllerDeps,
  ctx: ReconcileContext,
): Promise<CarrierLook> {
  const mode = trunk.mode ?? 'Declared';
  const verdict = mode === 'Declared' ? { ...declared(trunk), seen: [] } : await verified(trunk, device, deps, ctx);
  return { fqdn: trunk.fqdn, mode, ...verdict };
}

function declared({ fqdn }: CarrierTrunk): Verdict {
  return {
    known: true,
    ready: true,
    reason: 'Declared',
    message: `${fqdn} is declared, not proven; set mode: Verify to have it read in the provider's tenant`,
  };
}

async function verified(trunk: CarrierTrunk, device: SbcDevice, deps: ControllerDeps, ctx: ReconcileContext): Promise<Judged> {
  const { tenantId, authenticationSecretRef, fqdn } = trunk;
  if (tenantId === undefined || authenticationSecretRef === undefined) {
    const problem = `spec.carrierTrunks[${fqdn}]: mode Verify needs tenantId and authenticationSecretRef; add them`;
    return { ...refusal('TenantIdMissing', problem), seen: [] };
  }
  const named = { fqdn, tenantId, secretName: authenticationSecretRef.name };
  const found = await lookTwice(
    (notBefore) => look(named, device, deps, ctx, notBefore),
    (looks) => ('refused' in looks ? undefined : refusedAt([looks.directory, looks.voice])),
    secretsNotBefore(ctx, deps.clock),
  );
  if ('refused' in found) return { ...found.refused, seen: [] };
  const { directory, voice } = found;
  return { ...(unseen(directory) ?? unseen(voice) ?? compare(trunk, directory, voice)), seen: [directory, voice] };
}

type Looks = { readonly directory: Seen<DirectoryView>; readonly voice: Seen<VoiceView> } | { readonly refused: Verdict };

async function look(
  named: Parameters<ControllerDeps['credentials']['carrierTenant']>[1],
  device: SbcDevice,
  { credentials, delivery, settings, clock }: ControllerDeps,
  ctx: ReconcileContext,
  notBefore: number | undefined,
): Promise<Looks> {
  const access = await credentials.carrierTenant(device, named, notBefore);
  if (access.state === 'refused') return { refused: refusal(access.reason, access.message) };
  const owner = ownerOf('SBCDevice', keyOf(device));
  const fresh = freshness(ctx, clock, settings.tenantPollMs);
  return {
    directory: delivery.see<DirectoryView>(directoryTarget(named.tenantId, access.party), owner, fresh),
    voice: delivery.see<VoiceView>(voiceTarget(named.tenantId, access.party), owner, fresh),
  };
}

function unseen(seen: Seen<unknown>): Verdict | undefined {
  if (seen.state === 'seen') return undefined;
  if (seen.state === 'reading') return { known: false, ready: false, reason: 'Observing', message: "The provider's tenant is being read" };
  return {
    known: seen.error.kind !== 'Retryable' && seen.error.kind !== 'Throttled',
    ready: false,
    reason: seen.error.reason as Reason,
    message: seen.error.message,
  };
}

function compare(trunk: CarrierTrunk, directory: Seen<DirectoryView>, voice: Seen<VoiceView>): Verdict {
  if (directory.state !== 'seen' || voice.state !== 'seen')
    return { known: false, ready: false, reason: 'Observing', message: "The provider's tenant is being read" };
  const base = trunk.fqdn.toLowerCase();
  const where = `spec.carrierTrunks[${trunk.fqdn}]`;
  if (!directory.view.domains.some(({ name, isVerified }) => name.toLowerCase() === base && isVerified)) {
    return refusal(
      'DomainNotVerified',
      `${where}: ${base} is not a verified domain of the provider's tenant ${trunk.tenantId}; add and verify it there`,
    );
  }
  const gateway = voice.view.objects.find(({ kind, name }) => kind === 'PstnGateway' && name.toLowerCase() === base);
  if (gateway === undefined)
    return refusal('CarrierGatewayMissing', `${where}: the provider's tenant has no PSTN gateway ${base}; create it there`);
  if (gateway.fields['enabled'] !== true)
    return refusal('CarrierGatewayDisabled', `${where}: the PSTN gateway ${base} is not enabled in the provider's tenant; enable it there`);
  const different = [
    ...difference('sipSignalingPort', trunk.sipSignalingPort, DEFAULT_SIP_PORT, gateway.fields['sipSignalingPort']),
    ...difference('mediaBypass', trunk.mediaBypass, DEFAULT_MEDIA_BYPASS, gateway.fields['mediaBypass']),
  ];
  return different.length === 0
    ? { known: true, ready: true, reason: 'Verified', message: `${base} is verified and enabled in the provider's tenant` }
    : refusal('CarrierGatewayDiffers', `${where}: ${different.join(', ')}; correct the spec or the gateway`);
}

function difference<T extends number | boolean>(field: string, set: T | undefined, absent: T, found: unknown): string[] {
  const wanted = set ?? absent;
  if (wanted === found) return [];
  const said = set === undefined ? `${String(absent)}, which absent means, in the spec` : `${String(set)} in the spec`;
  return [`${field} is ${found === undefined ? 'not told' : String(found)} in the provider's tenant and ${said}`];
}

function refusal(reason: Reason, message: string): Verdict {
  return { known: true, ready: false, reason, message };
}
