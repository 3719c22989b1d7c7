import type { z } from 'zod';
import type { HttpResponse } from './client.ts';
import { type SystemName, unexpectedResponse } from './translate.ts';

/** The answer's JSON, checked against a wire schema. Throws Retryable/UnexpectedResponse that names paths, never values. */
export function readJson<T>(name: SystemName, response: HttpResponse, schema: z.ZodType<T>): T {
  return checkShape(name, response, parsed(name, response), schema);
}

/** As readJson, for a value that is parsed already. */
export function checkShape<T>(name: SystemName, response: HttpResponse, value: unknown, schema: z.ZodType<T>): T {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const places = checked.error.issues.slice(0, 3).map((issue) => `${pathOf(issue.path)} (${issue.code})`);
  throw unexpectedResponse(name, response, `${response.operation}: ${places.join(', ')}`);
}

/** The answer's JSON or undefined when it is something else, for error bodies, which may be anything. */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a proxy's page, or nothing
  }
}

function parsed(name: SystemName, response: HttpResponse): unknown {
  const value = tryJson(response.text);
  if (value === undefined) throw unexpectedResponse(name, response, `${response.operation}: not JSON`);
  return value;
}

/** List positions become `[]`: a message that counts would change from look to look. */
function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the whole answer' : path.map((part) => (typeof part === 'number' ? '[]' : String(part))).join('.');
}
