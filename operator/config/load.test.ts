import { describe, expect, it } from 'vitest';
import { ConfigProblem, loadConfig, parseConfig } from './load.ts';

describe('configuration', () => {
  it('needs only the name of the installation, and is safe by default', () => {
    const config = parseConfig('installation: nl1');
    expect(config).toMatchObject({
      installation: 'nl1',
      actuation: 'Active',
      defaults: { changePolicy: 'Enforce' },
      cloud: { name: 'Public' },
    });
    expect(Object.isFrozen(config.cloud)).toBe(true);
  });

  it('reports every problem at once, with its path and never with a value', () => {
    const bad = 'installation: "NOT OK"\nportalUrl: http://secret-host/x\ntypo: 1\nmail: { host: h, from: a@b, password: hunter2 }\n';
    try {
      parseConfig(bad);
      expect.unreachable('must be refused');
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(ConfigProblem);
      const { message } = thrown as ConfigProblem;
      for (const path of ['installation:', 'portalUrl:', 'typo', 'mail:']) expect(message).toContain(path);
      for (const value of ['NOT OK', 'secret-host', 'hunter2']) expect(message).not.toContain(value);
    }
  });

  it('[S061] refuses a portal address that is not https or does not end in /authenticate', () => {
    expect(() => parseConfig('installation: nl1\nportalUrl: https://portal.example/login')).toThrow('/authenticate');
    expect(parseConfig('installation: nl1\nportalUrl: https://portal.example/authenticate').portalUrl).toBe(
      'https://portal.example/authenticate',
    );
  });

  it('names the lines that are not YAML, and nothing of what they say', () => {
    const bad = 'installation: nl1\nmail: { password: "hunter2\nlogLevel: [info\n';
    expect(() => parseConfig(bad)).toThrow(/line \d+: not YAML/);
    expect(() => parseConfig(bad)).not.toThrow('hunter2');
    expect(() => parseConfig('installation: *nobody')).toThrow('alias');
  });

  it('exports series of single customers, up to a bound, unless they are switched off', () => {
    expect(parseConfig('installation: nl1').metrics).toEqual({ perCustomer: true, maxSeries: 5000 });
    expect(parseConfig('installation: nl1\nmetrics: { perCustomer: false }').metrics).toEqual({ perCustomer: false, maxSeries: 5000 });
  });

  it('names the file that cannot be read', () => {
    expect(() => loadConfig('/nonexistent/config.yaml')).toThrow('--config');
  });
});
