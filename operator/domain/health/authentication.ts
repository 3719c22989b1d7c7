/** `status.authentication.lastVerificationStatus` (S052). */
export type VerificationStatus = 'NeverPerformed' | 'Successful' | 'Failed' | 'TokenNotGenerated';

/**
 * The four statuses of the source, from what condition `Authenticated` says (S052). `lacksCredential`: signing in needs a token or secret
 * that nobody has provided yet, so nothing was sent; what was proven before stays so.
 */
export function verificationStatus(authenticated: 'True' | 'False' | 'Unknown', lacksCredential: boolean): VerificationStatus {
  if (authenticated === 'True') return 'Successful';
  if (lacksCredential) return 'TokenNotGenerated';
  return authenticated === 'False' ? 'Failed' : 'NeverPerformed';
}
