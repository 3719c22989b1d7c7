import { describe, expect, it } from 'vitest';
import { AllowList } from './allow-list.ts';

const list = new AllowList([
  { operation: 'listThings', method: 'GET', path: '/v1/things' },
  {
    operation: 'putThing',
    method: 'PUT',
    path: '/v1/things/{name}',
    forbid: ({ params }) => (params['name'] === 'Global' ? 'Global is not ours' : undefined),
  },
]);

const judge = (method: string, path: string) => list.judge(method, new URL(path, 'https://api.example.net'), undefined);

describe('AllowList', () => {
  it('names the operation of a listed call', () => {
    expect(judge('GET', '/v1/things?$top=5')).toEqual({ allowed: true, operation: 'listThings' });
    expect(judge('PUT', '/v1/things/a%20b')).toEqual({ allowed: true, operation: 'putThing' });
  });

  it('refuses what has no rule, whatever the spelling', () => {
    for (const [method, path] of [
      ['DELETE', '/v1/things/a'],
      ['PUT', '/v1/things'],
      ['PUT', '/v1/things/'],
      ['PUT', '/v1/things/a/b'],
      ['PUT', '/v1/Things/a'],
      ['PUT', '//v1/things/a'],
      ['PUT', '/v1/things/a%2Fb'],
      ['PUT', '/v1/things/a%5Cb'],
      ['PUT', '/v1/things/%2e%2e'],
      ['PUT', '/v1/things/a%00'],
      ['PUT', '/v1/things/%ff'],
      ['get', '/v1/things'],
    ] as const) {
      expect(judge(method, path).allowed, `${method} ${path}`).toBe(false);
    }
  });

  it('lets a rule refuse by decoded parameters', () => {
    expect(judge('PUT', '/v1/things/%47lobal')).toEqual({ allowed: false, why: 'Global is not ours' });
  });
});
