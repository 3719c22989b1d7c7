import type { Driver } from '../../domain/change/driver.ts';
import type { OutsideObject } from '../../domain/change/object.ts';

/**
 * One tenant's voice configuration, free of REST details. `objects` holds, with `system: 'teams-admin'` and `target: <tenantId>`:
 *
 * | kind | name | fields |
 * | --- | --- | --- |
 * | `PstnGateway` | FQDN | `enabled` bool, `sipSignalingPort` int, `mediaBypass` bool; read only in this release |
 * | `PstnUsage` | label | none; creating appends it to the one list, removing takes only it out (telephony 4.3) |
 * | `VoiceRoute` | identity | `numberPattern` string, `gateways` string[] (sorted, lower case), `usages` string[], `priority` int (only if managed) |
 * | `VoiceRoutingPolicy` | identity without `Tag:` | `usages` string[] in order |
 *
 * `Global` policies and `LocalRoute` are in the view and never in a change (telephony 7.4). Descriptions are `marker`.
 */
export interface VoiceView {
  readonly objects: readonly OutsideObject[];
  /** What the answer lacks to be trusted, although the service gave it for complete; a non-empty list is ObservationSuspect (telephony 6.4). */
  readonly gaps: readonly string[];
  /**
   * Lower-case name of a voice routing policy → users who have it at least, directly or through a group; for DeletionHeld. Undefined: could not
   * be read, counts as granted.
   */
  readonly grants: Readonly<Record<string, number>> | undefined;
}

/** system `teams-admin`, target id = tenant id; for reads of the provider's own tenant its `connectionId`. */
export type TeamsAdminDriver = Driver<VoiceView>;
