import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../runtime/system-clock.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../http/client.ts';
import { CLOUDS } from '../http/clouds.ts';
import { GraphSession } from './session.ts';
import { NUMBERS_PATH, NumberWire } from './wire.ts';

const signal = new AbortController().signal;

/** A session over an HTTP client that answers from a list. */
function sessionOver(...bodies: unknown[]) {
  const sent: HttpRequest[] = [];
  const http: HttpClient = {
    send: async (request): Promise<HttpResponse> => {
      sent.push(request);
      const body = bodies.shift();
      return {
        status: 200,
        headers: {},
        text: typeof body === 'string' ? body : JSON.stringify(body),
        operation: 'listNumberAssignments',
        method: request.method,
      };
    },
    close: () => undefined,
  };
  const tokens = { tokenOf: async () => 'token', drop: () => undefined };
  return { sent, session: new GraphSession({ http, tokens, cloud: CLOUDS.Public, clock: new SystemClock() }, 'tenant', signal) };
}

const row = { telephoneNumber: '+41440000001', numberType: 'directRouting', assignmentTargetId: null };

describe('GraphSession', () => {
  it('takes a single object where a list belongs', async () => {
    const { session } = sessionOver({ value: row });
    expect(await session.list(NUMBERS_PATH, NumberWire)).toHaveLength(1);
  });

  it('follows links of its own origin as they are, over empty pages, and sends headers again', async () => {
    const next = `${CLOUDS.Public.graph}/v1.0/admin/teams/telephoneNumberManagement/numberAssignments?$top=1000&$skiptoken=a%2Bb`;
    const { session, sent } = sessionOver({ value: [], '@odata.nextLink': next }, { value: [row] });
    expect(await session.list(NUMBERS_PATH, NumberWire, { headers: { ConsistencyLevel: 'eventual' } })).toHaveLength(1);
    expect(sent.map(({ url }) => url)[1]).toBe(next);
    expect(sent.map(({ headers }) => headers?.['ConsistencyLevel'])).toEqual(['eventual', 'eventual']);
  });

  it.each([
    'https://evil.example/v1.0/users',
    'http://graph.microsoft.com/v1.0/users',
    'nonsense',
  ])('does not carry the token to another origin (%s)', async (link) => {
    const { session, sent } = sessionOver({ value: [row], '@odata.nextLink': link }, { value: [] });
    await expect(session.list(NUMBERS_PATH, NumberWire)).rejects.toMatchObject({ kind: 'Retryable', reason: 'UnexpectedResponse' });
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['<html>'],
    [{ value: [{ telephoneNumber: 5 }] }],
    [{}],
  ])('calls an answer of another shape unexpected, without its values (%o)', async (body) => {
    const { session } = sessionOver(body);
    await expect(session.list(NUMBERS_PATH, NumberWire)).rejects.toMatchObject({ kind: 'Retryable', reason: 'UnexpectedResponse' });
  });

  it('splits batches at 20 and misses no item', async () => {
    const responses = (count: number) => ({
      responses: Array.from({ length: count }, (_, i) => ({ id: String(count - i), status: 200, body: { at: count - i } })),
    });
    const { session, sent } = sessionOver(responses(20), responses(5));
    const answers = await session.batch(Array.from({ length: 25 }, () => ({ url: '/organization' })));
    expect(answers.map((answer) => JSON.parse(answer?.text ?? '').at)).toEqual([...Array(20).keys(), ...Array(5).keys()].map((i) => i + 1));
    expect(sent).toHaveLength(2);
    const short = sessionOver({ responses: [] });
    await expect(short.session.batch([{ url: '/organization' }])).rejects.toMatchObject({ reason: 'UnexpectedResponse' });
  });
});
