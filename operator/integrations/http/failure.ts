/** What is kept of a failed exchange: nothing of the request but its operation, nothing of the answer but its status and ids. */
export interface ExchangeFailureFacts {
  readonly system: string;
  readonly operation: string;
  readonly method: string;
  /** Absent when no answer came. */
  readonly status?: number;
  /** Transport code such as ECONNRESET, or the outside system's own error code. */
  readonly code?: string;
}

/**
 * The sanitised stand-in for what a client library threw: its own errors carry the request, and the request carries the token
 * (style 2.7). The only thing that integrations put into `cause`.
 */
export class ExchangeFailure extends Error {
  readonly system: string;
  readonly operation: string;
  readonly method: string;
  readonly status: number | undefined;
  readonly code: string | undefined;

  constructor({ system, operation, method, status, code }: ExchangeFailureFacts) {
    const outcome = [status === undefined ? 'no answer' : `status ${status}`, ...(code === undefined ? [] : [code])].join(', ');
    super(`${system} ${operation} (${method}): ${outcome}`);
    this.name = 'ExchangeFailure';
    this.system = system;
    this.operation = operation;
    this.method = method;
    this.status = status;
    this.code = code;
  }
}
