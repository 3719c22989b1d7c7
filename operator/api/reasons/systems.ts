import { good, microsoft, passing, provider, type ReasonEntry } from './entry.ts';

/** Outside systems in general, the operator's own process, and the Kubernetes API server. */
export const SYSTEMS = {
  // Outside systems
  ExternalSystemUnavailable: passing('An outside system does not answer, or answers with an error of its own.'),
  Throttled: passing('An outside system asked to be called less often.'),
  AuthenticationFailed: provider('The outside system refuses the credential.', 'Correct the Secret.'),
  PermissionDenied: provider('The outside system refuses the call.', 'Grant the right that the message names.'),
  InvalidConfiguration: provider('The outside system refuses a value.', 'Correct the field that the message names.'),
  CertificateUntrusted: provider(
    'An outside system presents a TLS certificate that is not trusted.',
    'Check its names and dates, and the configured CA or fingerprint.',
  ),
  OutsideObjectMissing: passing('An outside object is gone; it is planned again.'),
  CallForbidden: provider('The operator refused to send a call that it must never make.', 'Report it with the log: it is a defect.'),
  Interrupted: passing('A call was given up because the operator ran out of time for it or is stopping.'),
  UnexpectedResponse: microsoft('An outside system answered in a form that is not known.', 'Report it with the correlation id of the log.'),
  InternalError: provider('A defect of the operator.', 'Report it with the log.'),
  Unobserved: passing('Three looks in a row failed, so nobody knows.'),
  FormerSbcUnreachable: provider(
    'Rules of the range are left on an SBC to which no trunk leads any more, and it cannot be read.',
    'Nothing if it comes back: they are removed then. Is it gone for good, set annotation trunkline.dev/force-remove as the message says.',
  ),
  ObservedChanged: passing('The outside changed between plan and write; it is planned again.'),
  DependentChangeFailed: passing('A change that has to come before this one failed; both are planned again.'),
  LeadershipLost: passing('Another replica of the operator leads now and goes on with it.'),
  ShuttingDown: passing('The operator is stopping; what had not been sent is sent after the start.'),
  NotLeading: passing('This replica of the operator does not lead, so it writes nothing; the leading one goes on.'),
  // The Kubernetes API server
  KubernetesUnavailable: passing('The Kubernetes API server does not answer, or fails.'),
  KubernetesUnauthorized: provider(
    "The Kubernetes API server does not know the operator's credentials.",
    'Check the token of the service account, or the kubeconfig.',
  ),
  KubernetesForbidden: provider(
    "The operator's role does not allow a call to the Kubernetes API.",
    'Upgrade the chart, or grant the verb that the message names; in namespaced mode, check watchNamespaces.',
  ),
  KubernetesRejected: provider(
    'The Kubernetes API server refuses the content of a write.',
    'Install the CRDs of the release that runs; they come with the chart.',
  ),
  StatusTooLarge: provider(
    'The status would be larger than 128 KiB, so it is not written.',
    'Split the object, for example one range into several; then report it: what is long should go elsewhere.',
  ),
  ReconcileTimeout: passing('A pass took longer than it may; it was given up and starts again.'),
  ReconcileRequestHandled: good('The request of annotation trunkline.dev/reconcile-at was carried out.'),
} as const satisfies Readonly<Record<string, ReasonEntry>>;
