import type { Seen } from '../../delivery/delivery.ts';
import type { DirectoryView } from '../../integrations/graph/port.ts';
import type { SbcView } from '../../integrations/sbc/port.ts';
import type { Finding } from '../finding.ts';
import type { Gate } from '../gates.ts';
import type { Governance } from '../governance.ts';
import type { Silence } from '../silence.ts';
import type { SiteScope } from '../site-scope.ts';
import type { Stores } from '../stores.ts';
import type { Work } from '../work.ts';
import type { NamedTrunk } from './desired.ts';
import type { EmergencyRecord } from './emergency.ts';
import type { Ownership } from './naming.ts';
import type { SiteRecords } from './records.ts';

/** Everything one pass has found about a site. */
export interface SiteFindings {
  readonly scope: SiteScope;
  readonly stores: Stores;
  readonly accepted: Finding;
  readonly closedGate: Gate;
  readonly governance: Governance;
  /** Whether an edit would take something from users. */
  readonly silence: Silence;
  readonly ownership: Ownership;
  /** Of usage, routes and policy; undefined while it cannot be told. */
  readonly name: string | undefined;
  /** Trunks that Microsoft takes a route over. */
  readonly routable: readonly NamedTrunk[];
  /** Who answers for emergency calls; undefined: nobody has said so. */
  readonly emergency: EmergencyRecord | undefined;
  /** Where the names of the trunks lead, and what leads over them. */
  readonly records: SiteRecords;
  readonly directory: Seen<DirectoryView> | undefined;
  readonly devices: ReadonlyMap<string, Seen<SbcView>>;
  readonly voice: Work | undefined;
  readonly dns: Work | undefined;
}
