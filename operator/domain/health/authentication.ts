/** `status.authentication.lastVerificationStatus` (S052). */
export type VerificationStatus = 'NeverPerformed' | 'Successful' | 'Failed' | 'TokenNotGenerated';

/** The last try to sign in at a tenant, as far as one was made. */
export interface LastVerification {
  readonly succeeded: boolean;
  /** A sign-in needs a token or secret that nobody has provided yet, so nothing was sent. */
  readonly lacksCredential: boolean;
  /** Why it failed, finer than `Failed`: `ConsentRequired`, `TenantMismatch`, `SecretNotFound` … */
  readonly reason?: string;
}

export interface VerificationState {
  readonly status: VerificationStatus;
  /** What condition `Authenticated` says of it. */
  readonly condition: { readonly status: 'True' | 'False' | 'Unknown'; readonly reason: string };
}

/** The four statuses of the source and the condition that each becomes (S052). */
export function verificationState(last: LastVerification | undefined): VerificationState {
  if (last === undefined) return state('NeverPerformed', 'Unknown');
  if (last.succeeded) return state('Successful', 'True');
  if (last.lacksCredential) return state('TokenNotGenerated', 'False', last.reason);
  return state('Failed', 'False', last.reason);
}

function state(status: VerificationStatus, condition: 'True' | 'False' | 'Unknown', finer?: string): VerificationState {
  return { status, condition: { status: condition, reason: finer ?? status } };
}
