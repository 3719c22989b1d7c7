import { OperatorError } from '../../errors/operator-error.ts';
import { ExchangeFailure } from '../http/failure.ts';
import { tryJson } from '../http/read-json.ts';
import { type AnsweredStatus, correlationIdOf, exchangeFacts, failureOfStatus } from '../http/translate.ts';
import { ErrorWire, GRAPH } from './wire.ts';

/** The least permission of each operation, for the remedy (microsoft-graph §5.1). */
const PERMISSION: Readonly<Record<string, string>> = {
  getOrganization: 'Organization.Read.All',
  listDomains: 'Domain.Read.All',
  listSubscribedSkus: 'Organization.Read.All',
  listUsers: 'User.Read.All',
  getUserConfiguration: 'TeamsUserConfiguration.Read.All',
  listNumberAssignments: 'TeamsTelephoneNumber.Read.All',
};

const TEAMS_OPERATIONS = new Set(['getUserConfiguration', 'listNumberAssignments']);

/** An answer of Graph, or an item of a batch, that is not success. Branches on status and code, never on the message (microsoft-graph §4.4). */
export function translateGraphFailure(answer: AnsweredStatus & { readonly text: string }, nowMs: number): OperatorError {
  const parsed = ErrorWire.safeParse(tryJson(answer.text));
  const code = parsed.success ? (parsed.data.error.code ?? undefined) : undefined;
  const byStatus = failureOfStatus(GRAPH, answer, nowMs, code === '' ? undefined : code);
  const correlationId = correlationIdOf(answer.headers);
  const detail = {
    ...(correlationId === undefined ? {} : { correlationId }),
    cause: new ExchangeFailure({ system: GRAPH.system, ...exchangeFacts(answer), ...(code ? { code } : {}) }),
  };
  if (code === 'Authorization_IdentityNotFound') return consentGone(detail);
  if (answer.status === 403) return permissionDenied(answer.operation, detail);
  if (code === 'Directory_ExpiredPageToken') {
    return new OperatorError(`${GRAPH.displayName} no longer continues the list: it changed while it was read`, {
      kind: 'Retryable',
      reason: 'ObservedChanged',
      ...detail,
    });
  }
  return byStatus;
}

type Detail = Pick<ConstructorParameters<typeof OperatorError>[1], 'correlationId' | 'cause'>;

function consentGone(detail: Detail): OperatorError {
  return new OperatorError(`${GRAPH.displayName} does not find the application in the tenant`, {
    kind: 'Auth',
    reason: 'EnterpriseApplicationRemoved',
    remedy: "Let an administrator of the customer's tenant grant admin consent to the application",
    ...detail,
  });
}

function permissionDenied(operation: string, detail: Detail): OperatorError {
  const permission = PERMISSION[operation];
  const named = permission === undefined ? 'a permission' : `permission ${permission}`;
  const role = TEAMS_OPERATIONS.has(operation) ? ', and directory role Teams Administrator' : '';
  return new OperatorError(`${GRAPH.displayName} refuses ${operation} for lack of ${named}${role}`, {
    kind: 'Auth',
    reason: 'PermissionDenied',
    remedy: `Let an administrator of the customer's tenant grant the application ${named}${role}`,
    ...detail,
  });
}
