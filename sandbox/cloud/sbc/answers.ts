import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { StandInEnv } from '../stand-in.ts';
import type { SbcDevice } from './device.ts';

export type SbcContext = Context<StandInEnv>;

/** The device's one error shape: a single string (audiocodes-sbc §1). */
export function failed(c: SbcContext, status: ContentfulStatusCode, description: string): Response {
  return c.json({ description }, status);
}

/** 409 with a description while an HA pair synchronises (§11.4). */
export function busy(device: SbcDevice, c: SbcContext): Response | undefined {
  return device.isSyncing ? failed(c, 409, 'Device is currently performing HA synchronization') : undefined;
}

const CHUNK = 64 * 1024;

/** A download: generated while it is sent, so that a hundred thousand rows are never one string. */
export function download(lines: Iterable<string>, lineEnd: string, cutAfter = Number.POSITIVE_INFINITY): Response {
  const encoder = new TextEncoder();
  const chunks = chunked(lines, lineEnd, cutAfter);
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
  });
  return new Response(body, { headers: { 'Content-Type': 'application/octet-stream' } });
}

function* chunked(lines: Iterable<string>, lineEnd: string, cutAfter: number): Generator<string> {
  let pending = '';
  let left = cutAfter;
  for (const line of lines) {
    pending += line + lineEnd;
    if (pending.length < CHUNK && pending.length < left) continue;
    yield pending.slice(0, left);
    left -= pending.length;
    pending = '';
    if (left <= 0) return;
  }
  if (pending !== '') yield pending.slice(0, left);
}
