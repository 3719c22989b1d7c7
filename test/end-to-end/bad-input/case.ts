import type { Kind } from '../../../operator/api/kinds.ts';
import type { Reason } from '../../../operator/api/reasons.ts';
import type { Expected } from '../../support/verdict-message.ts';
import type { Manifest } from '../manifests.ts';
import type { Plot } from './plot.ts';

type Status = 'True' | 'False' | 'Unknown';
type Manifests = readonly Manifest[];

/** One thing that is wrong with what the API server accepts, and what the running operator says to it. */
export interface BadInput {
  readonly title: string;
  /** Requirement rows that the case proves. */
  readonly rows?: readonly string[];
  /** What stood there before and is well; it is Ready before the mistake is made. */
  readonly before?: (plot: Plot) => Manifests | Promise<Manifests>;
  /** The mistake. */
  readonly mistake: (plot: Plot) => Manifests | Promise<Manifests>;
  /** The kind of the plot's own object that tells. */
  readonly subject: Kind;
  readonly condition: `${string}=${Status}/${Reason}`;
  /** Status of Ready, and which of the two goes with it. */
  readonly ready: 'True' | 'True Reconciling' | 'False Reconciling' | 'False Stalled' | 'Unknown Reconciling';
  readonly says: (plot: Plot) => Expected;
  /** Set where a part of what is wanted is rightly carried out; else nothing of the case is written anywhere. */
  readonly carriesOut?: string;
  /** What a person does about it; the operator finds out by itself. Absent: nothing that a person can do makes it right. */
  readonly correct?: (plot: Plot) => Manifests | Promise<Manifests>;
  /** What the subject says then. Default: Ready=True. */
  readonly healed?: `${string}=${Status}` | `${string}=${Status}/${Reason}`;
}
