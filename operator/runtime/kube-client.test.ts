import { describe, expect, it } from 'vitest';
import { KubeClient } from './kube-client.ts';
import type { KubeRequest, KubeTransport } from './transport.ts';

const REF = { group: 'externaldns.k8s.io', version: 'v1alpha1', plural: 'dnsendpoints', namespace: 'acme' };

function clientOf(answer: (request: KubeRequest) => { status: number; body: unknown }): { client: KubeClient; asked: KubeRequest[] } {
  const asked: KubeRequest[] = [];
  const transport: KubeTransport = {
    send: async (request) => {
      asked.push(request);
      const { status, body } = answer(request);
      return { status, headers: {}, body: JSON.stringify(body) };
    },
    stream: () => Promise.reject(new Error('not used')),
    dropConnections: () => undefined,
    close: () => undefined,
  };
  return { client: new KubeClient(transport), asked };
}

describe('listing a collection', () => {
  it('follows every page', async () => {
    const { client, asked } = clientOf(({ query }) => {
      const first = query?.['continue'] === undefined;
      return { status: 200, body: { metadata: first ? { continue: 'more' } : {}, items: [{ metadata: { name: first ? 'a' : 'b' } }] } };
    });
    expect((await client.list(REF))?.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    expect(asked.map(({ path, query }) => [path, query?.['continue']])).toEqual([
      ['/apis/externaldns.k8s.io/v1alpha1/namespaces/acme/dnsendpoints', undefined],
      ['/apis/externaldns.k8s.io/v1alpha1/namespaces/acme/dnsendpoints', 'more'],
    ]);
  });

  it('is undefined for a kind that the server does not serve, and an error for anything else', async () => {
    expect(await clientOf(() => ({ status: 404, body: {} })).client.list(REF)).toBeUndefined();
    await expect(clientOf(() => ({ status: 403, body: {} })).client.list(REF)).rejects.toMatchObject({
      kind: 'Auth',
      reason: 'KubernetesForbidden',
    });
  });
});
