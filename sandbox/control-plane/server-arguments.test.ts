import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { AUDIT_POLICY, layoutIn } from './layout.ts';
import { apiServerArguments, controllerManagerArguments, etcdArguments } from './server-arguments.ts';

const layout = layoutIn('/scratch');
const ports = { etcdClient: 20001, etcdPeer: 20002, apiServer: 20003 };
const apiServer = (choices = {}) => apiServerArguments(layout, ports, { auditLog: false, extra: [], ...choices });

describe('arguments of the servers', () => {
  it('bind to loopback only', () => {
    for (const argument of etcdArguments(layout, ports).filter((text) => text.includes('-urls='))) {
      expect(argument).toMatch(/=http:\/\/127\.0\.0\.1:\d+$/);
    }
    expect(apiServer()).toContain('--bind-address=127.0.0.1');
    expect(controllerManagerArguments(layout)).toContain('--secure-port=0');
  });

  it('keep all data under the scratch folder', () => {
    const all = [...etcdArguments(layout, ports), ...apiServer({ auditLog: true }), ...controllerManagerArguments(layout)];
    const paths = all.map((argument) => argument.split('=')[1] ?? '').filter((value) => value.startsWith('/'));
    expect(paths.length).toBeGreaterThan(8);
    for (const path of paths) expect(path).toMatch(/^\/scratch\//);
  });

  it('turn on RBAC and service-account tokens, and connect the API server to its etcd', () => {
    expect(apiServer()).toEqual(
      expect.arrayContaining([
        '--authorization-mode=RBAC',
        '--etcd-servers=http://127.0.0.1:20001',
        '--secure-port=20003',
        '--service-account-key-file=/scratch/service-accounts.pub',
        '--service-account-signing-key-file=/scratch/service-accounts.key',
      ]),
    );
  });

  it('write an audit log only when asked', () => {
    expect(apiServer().filter((argument) => argument.startsWith('--audit'))).toEqual([]);
    expect(apiServer({ auditLog: true })).toContain('--audit-log-path=/scratch/logs/audit.log');
  });

  it('put extra arguments last, where they win', () => {
    expect(apiServer({ extra: ['--max-requests-inflight=10'] }).at(-1)).toBe('--max-requests-inflight=10');
  });

  it('keep logs elsewhere when asked', () => {
    expect(layoutIn('/scratch', '/logs').auditLogFile).toBe('/logs/audit.log');
  });

  it('audit everything but health probes, without bodies', () => {
    const policy = parse(AUDIT_POLICY) as { rules: { level: string }[] };
    expect(policy.rules.map((rule) => rule.level)).toEqual(['None', 'Metadata']);
  });
});
