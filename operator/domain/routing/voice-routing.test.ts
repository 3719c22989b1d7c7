import { describe, expect, it } from 'vitest';
import { type RoutedTrunk, VOICE_ROUTING_ORDER, voiceRouting } from './voice-routing.ts';

const NAME = 'Unrestricted-zurich';

function trunk(fqdn: string, priority = 1, state: RoutedTrunk['state'] = 'Active'): RoutedTrunk {
  return { fqdn, priority, state };
}

function routing(...trunks: readonly RoutedTrunk[]) {
  return voiceRouting({ tenantId: 't', name: NAME, marker: 'trunkline:test/acme/SiteLocation/zurich', trunks });
}

function routes(...trunks: readonly RoutedTrunk[]) {
  return routing(...trunks)
    .filter(({ kind }) => kind === 'VoiceRoute')
    .map(({ name, fields }) => [name, fields['gateways']]);
}

describe('the Microsoft side of default routing', () => {
  it('[S182] [S183] is one usage, one route for every number and one policy, in the order in which Microsoft takes them', () => {
    const objects = routing(trunk('A.example.net'));
    expect(objects.map(({ kind, name }) => [kind, name])).toEqual(VOICE_ROUTING_ORDER.map((kind) => [kind, NAME]));
    expect(objects.map(({ fields }) => fields)).toEqual([
      {},
      { numberPattern: '.*', gateways: ['a.example.net'], usages: [NAME] },
      { usages: [NAME] },
    ]);
  });

  it('trunks of equal priority share one route, in the same order however the spec lists them', () => {
    const both = [[NAME, ['a.example.net', 'b.example.net']]];
    expect(routes(trunk('b.example.net'), trunk('a.example.net'))).toEqual(both);
    expect(routes(trunk('a.example.net'), trunk('B.example.net'))).toEqual(both);
  });

  it('each further priority is a route of its own with the same usage and pattern, numbered by rank, not by value', () => {
    expect(routes(trunk('c.example.net', 9), trunk('a.example.net', 2), trunk('b.example.net', 5))).toEqual([
      [NAME, ['a.example.net']],
      [`${NAME}-2`, ['b.example.net']],
      [`${NAME}-3`, ['c.example.net']],
    ]);
    const [, first, second] = routing(trunk('a.example.net'), trunk('b.example.net', 2));
    expect({ ...second?.fields, gateways: [] }).toEqual({ ...first?.fields, gateways: [] });
  });

  it.each(['Standby', 'Draining'] as const)('a %s trunk has no place in any route beside an Active one, whatever its priority', (state) => {
    expect(routes(trunk('a.example.net'), trunk('b.example.net', 1, state))).toEqual([[NAME, ['a.example.net']]]);
    expect(routes(trunk('a.example.net', 2), trunk('b.example.net', 1, state))).toEqual([[NAME, ['a.example.net']]]);
  });

  it('without any Active trunk there is no route; usage and policy stay prepared', () => {
    expect(routing(trunk('a.example.net', 1, 'Standby')).map(({ kind }) => kind)).toEqual(['PstnUsage', 'VoiceRoutingPolicy']);
  });

  it('Draining trunks keep their routes as long as there is no Active one to hand over to', () => {
    const draining = [trunk('a.example.net', 1, 'Draining'), trunk('b.example.net', 2, 'Draining')];
    expect(routes(...draining, trunk('c.example.net', 1, 'Standby'))).toEqual([
      [NAME, ['a.example.net']],
      [`${NAME}-2`, ['b.example.net']],
    ]);
    expect(routes(...draining, trunk('c.example.net', 3))).toEqual([[NAME, ['c.example.net']]]);
  });

  it('two trunks of one name are one gateway', () => {
    expect(routes(trunk('a.example.net'), trunk('A.example.net'))).toEqual([[NAME, ['a.example.net']]]);
  });
});
