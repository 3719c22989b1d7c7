import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CLOUDS, customCloud } from './clouds.ts';

const CRD = new URL('../../../crds/trunkline.dev_sbcdevices.yaml', import.meta.url);

describe('clouds', () => {
  it('are those that a resource may name, and one of your own', () => {
    const { spec } = parse(readFileSync(CRD, 'utf8')) as { spec: { versions: { schema: { openAPIV3Schema: unknown } }[] } };
    const named = /"cloud":\{[^}]*"enum":(\[[^\]]*\])/.exec(JSON.stringify(spec.versions[0]?.schema))?.[1] ?? '[]';
    expect([...Object.keys(CLOUDS), 'Custom'].sort()).toEqual((JSON.parse(named) as string[]).sort());
  });

  it('ask for tokens of their own Graph, and of the one Teams administration resource', () => {
    for (const [name, cloud] of Object.entries(CLOUDS)) {
      expect(cloud.name).toBe(name);
      expect(cloud.scopes).toEqual({ graph: `${cloud.graph}/.default`, 'teams-admin': CLOUDS.Public.scopes['teams-admin'] });
    }
  });

  it('[S297] never speak to the directory API that Graph has replaced', () => {
    const addresses = Object.values(CLOUDS).flatMap(({ login, graph, teamsAdmin, scopes }) => [
      login,
      graph,
      teamsAdmin,
      ...Object.values(scopes),
    ]);
    expect(
      addresses.filter((address) => /graph\.windows\.net|graph\.cloudapi\.de|00000002-0000-0000-c000-000000000000/.test(address)),
    ).toEqual([]);
    expect(new Set(Object.values(CLOUDS).map(({ graph }) => new URL(graph).hostname))).toEqual(
      new Set(['graph.microsoft.com', 'graph.microsoft.us', 'dod-graph.microsoft.us', 'microsoftgraph.chinacloudapi.cn']),
    );
  });

  it('have Teams administration in Graph in the global service only', () => {
    expect(Object.values(CLOUDS).flatMap(({ name, hasTeamsInGraph }) => (hasTeamsInGraph ? [name] : []))).toEqual(['Public']);
  });

  it('of your own are reached over HTTPS only', () => {
    const addresses = { login: 'https://login.example/', graph: 'https://graph.example/v1.0', teamsAdmin: 'http://teams.example' };
    expect(() => customCloud(addresses)).toThrow(TypeError);
    expect(customCloud({ ...addresses, teamsAdmin: 'https://teams.example' })).toMatchObject({
      graph: 'https://graph.example',
      name: 'Custom',
    });
  });
});
