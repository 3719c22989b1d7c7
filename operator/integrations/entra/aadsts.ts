import type { FailureKind } from '../../errors/operator-error.ts';

/** What one class of sign-in failure means to the person who must act. Messages are stable; the number stands in the cause. */
export interface SignInFailure {
  readonly kind: FailureKind;
  readonly reason: string;
  readonly says: string;
  readonly remedy?: string;
  /** AADSTS numbers (microsoft-graph §1.9). */
  readonly codes: readonly number[];
}

const CONSENT_REMEDY = "Let an administrator of the customer's tenant grant admin consent to the application";

/**
 * Every number of microsoft-graph §1.9 that an app or a stored sign-in can meet, by what has to be done about it.
 * @internal Exported for its own tests.
 */
export const SIGN_IN_FAILURES: readonly SignInFailure[] = [
  {
    kind: 'Auth',
    reason: 'ClientSecretInvalid',
    says: 'does not know this client secret',
    remedy: 'Put the value (not the id) of a current client secret of the application into the Secret',
    codes: [7000215],
  },
  {
    kind: 'Auth',
    reason: 'ClientSecretExpired',
    says: 'says that the client secret has expired',
    remedy: 'Make a new client secret for the application and put it into the Secret',
    codes: [7000222],
  },
  {
    kind: 'Auth',
    reason: 'ClientCertificateInvalid',
    says: 'does not accept this certificate for the application',
    remedy: 'Upload the certificate to the application registration, or put the registered one into the Secret',
    codes: [700027, 50012, 700030, 700021, 700023, 700024],
  },
  {
    kind: 'Auth',
    reason: 'ClientCredentialMissing',
    says: 'wants a secret or certificate of this application',
    remedy: 'Register the application as a confidential client and put its secret or certificate into the Secret',
    codes: [7000216, 7000218, 700025],
  },
  {
    kind: 'Auth',
    reason: 'ApplicationDisabled',
    says: 'says that the application is disabled in the tenant',
    remedy: "Let an administrator enable the enterprise application in the customer's tenant",
    codes: [7000112],
  },
  {
    kind: 'Auth',
    reason: 'ApplicationNotFound',
    says: 'does not know the application in this tenant',
    remedy: `Check tenantId and clientId. ${CONSENT_REMEDY}`,
    codes: [700016],
  },
  {
    kind: 'Auth',
    reason: 'EnterpriseApplicationRemoved',
    says: 'has no enterprise application for the client in this tenant',
    remedy: CONSENT_REMEDY,
    codes: [7000229],
  },
  {
    kind: 'Terminal',
    reason: 'TenantNotFound',
    says: 'does not know the tenant',
    remedy: 'Check tenantId: the id or a verified domain of the tenant, in the configured cloud',
    codes: [90002, 900023, 900021],
  },
  {
    kind: 'Terminal',
    reason: 'TenantInOtherCloud',
    says: 'says that the tenant belongs to another national cloud',
    remedy: 'Configure the cloud that the tenant lives in',
    codes: [90038],
  },
  {
    kind: 'Auth',
    reason: 'ConsentRequired',
    says: 'has no consent of the tenant for the application',
    remedy: CONSENT_REMEDY,
    codes: [65001, 65004, 90094, 90095],
  },
  {
    kind: 'Auth',
    reason: 'ResourceNotInTenant',
    says: 'does not have the Microsoft service in this tenant that the token is for',
    remedy: 'Add at least one Teams licence to the tenant, and give the application that service among its permissions',
    codes: [650052, 500011, 650057],
  },
  {
    kind: 'Terminal',
    reason: 'SignInRequestInvalid',
    says: 'refuses the scope of the sign-in',
    codes: [70011, 1002012, 28002, 900144, 90014, 9001023],
  },
  {
    kind: 'Auth',
    reason: 'MfaRequired',
    says: 'wants multi-factor authentication',
    remedy: 'Sign in again with multi-factor authentication, or connect the customer by app registration',
    codes: [50076, 50079, 50074, 50072],
  },
  {
    kind: 'Auth',
    reason: 'ConditionalAccessBlocked',
    says: 'blocks the sign-in by a Conditional Access policy of the tenant',
    remedy: "Let an administrator exclude the application in the tenant's Conditional Access policy",
    codes: [53003, 530032, 53000, 53001],
  },
  {
    kind: 'Auth',
    reason: 'UserNotAssigned',
    says: 'says that the user is not assigned to the application',
    remedy: 'Let an administrator assign the user to the enterprise application',
    codes: [50105],
  },
  {
    kind: 'Auth',
    reason: 'SignInRefused',
    says: 'refuses this user',
    remedy: 'Sign in again with a user that exists, is enabled and has a valid password',
    codes: [50126, 50034, 50053, 50055, 50057, 50020, 51004, 16000],
  },
  {
    kind: 'Auth',
    reason: 'SignInExpired',
    says: 'says that the stored sign-in has expired or was revoked',
    remedy: 'Sign in again',
    codes: [50173, 70008, 700082, 70043, 70000],
  },
  { kind: 'Throttled', reason: 'Throttled', says: 'sees too many sign-ins of the application', codes: [50196] },
  { kind: 'Retryable', reason: 'ExternalSystemUnavailable', says: 'is not available', codes: [90033, 90024, 90006, 90090, 50033, 90055] },
];

const BY_CODE = new Map(SIGN_IN_FAILURES.flatMap((failure) => failure.codes.map((code) => [code, failure] as const)));

export function signInFailureOf(code: number): SignInFailure | undefined {
  return BY_CODE.get(code);
}

/** The failure with this reason; the reasons are a closed set of this file. */
export function signInFailureBy(reason: string): SignInFailure | undefined {
  return SIGN_IN_FAILURES.find((failure) => failure.reason === reason);
}
