import { parseStatus, retryAfterMs } from './kube-failure.ts';
import type { KubeAnswer, KubeStream } from './transport.ts';
import type { StreamEnd } from './watch-decision.ts';

const MAX_REFUSAL_BYTES = 64 * 1024;

/** Reads what a stream that was not granted says instead. */
export async function refused(stream: KubeStream): Promise<StreamEnd> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream.chunks) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_REFUSAL_BYTES) break;
  }
  return refusal({ status: stream.status, headers: stream.headers, body: Buffer.concat(chunks).toString('utf8') });
}

/** Why the API server ended or refused a stream, and how long it asks to wait. */
export function refusal(answer: KubeAnswer): StreamEnd {
  const status = parseStatus(answer.body);
  const wait = retryAfterMs(answer.headers, status);
  const isBusy = answer.status === 429 || answer.status === 503 || status.details?.retryAfterSeconds !== undefined;
  return {
    kind: 'http',
    code: answer.status,
    reason: status.reason ?? '',
    causes: (status.details?.causes ?? []).map((cause) => cause.reason ?? ''),
    ...(wait !== undefined && isBusy ? { retryAfterMs: wait } : {}),
  };
}

/** One line for the readiness page and the log. */
export function describeEnd(end: StreamEnd, plural: string): string {
  switch (end.kind) {
    case 'http':
      if (end.code === 403) return `forbidden: list and watch ${plural}; the ClusterRole of the chart grants it`;
      if (end.code === 404) return `the API server does not serve ${plural}: install the CRDs of this release`;
      return `HTTP ${end.code} ${end.reason}`.trim();
    case 'errorEvent':
      return `error event ${end.code} ${end.reason}`.trim();
    case 'connection':
    case 'undecodable':
      return `${end.kind}: ${end.error instanceof Error ? end.error.message : String(end.error)}`;
    case 'silence':
      return 'the watch was silent for too long';
    case 'stale':
      return 'the API server is behind what was seen before';
    case 'closed':
      return 'the watch ends as soon as it begins';
  }
}
