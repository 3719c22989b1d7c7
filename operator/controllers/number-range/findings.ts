import type { NumberRange } from '../../api/kinds.ts';
import type { Prefix } from '../../domain/numbers/prefix.ts';
import type { Gate } from '../gates.ts';
import type { Governance, Hold } from '../governance.ts';
import type { Silence } from '../silence.ts';
import type { SiteScope } from '../site-scope.ts';
import type { Suspicion } from '../suspicion.ts';
import type { Work } from '../work.ts';
import type { Grants } from './grants.ts';
import type { Placement } from './placement.ts';

/** Everything one pass has found about a range. */
export interface RangeFindings {
  readonly range: NumberRange;
  readonly scope: SiteScope;
  readonly places: readonly Placement[];
  readonly wanted: readonly Prefix[];
  readonly held: ReadonlySet<string>;
  readonly grants: Grants;
  readonly silence: Silence;
  readonly suspicion: Suspicion | undefined;
  readonly governance: Governance;
  readonly closedGate: Gate;
  /** By SBC, why nothing is written to that one. */
  readonly deviceHolds: ReadonlyMap<string, Hold>;
  readonly works: readonly Work[];
  /** The Customer has `deploy: false`. */
  readonly undeployed: boolean;
  /** Patterns that another range of the Customer has taken over: they leave this one, and nothing is written. */
  readonly handedOver: ReadonlySet<string>;
  /** Ms until what goes is really taken away, in case another range takes it over; undefined: now. */
  readonly awaits: number | undefined;
}
