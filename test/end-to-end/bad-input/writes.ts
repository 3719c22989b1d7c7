import { CustomObjectsApi } from '@kubernetes/client-node';
import { adminKubeConfig } from '../../support/control-plane.ts';
import type { Plot } from './plot.ts';

/** Everything that was written outside for a case: into its tenant, onto an SBC, as DNS record or as mail. One line each. */
export async function writesOf(plot: Plot): Promise<string[]> {
  const { base } = plot.house.cloud;
  const own = [plot.tenantId.toLowerCase(), plot.id];
  const outside = base.log
    .list({ write: true })
    .filter(({ standIn, target = '', requestBody = '', path }) => {
      if (standIn === 'mail') return path.includes(plot.id) || requestBody.includes(plot.id);
      return own.includes(target.toLowerCase()) || (standIn.startsWith('sbc') && requestBody.includes(plot.fqdn));
    })
    .map(({ standIn, method, path, status }) => `${standIn}: ${method} ${path} ${status}`);
  return [...outside, ...(await dnsRecordsOf(plot))];
}

async function dnsRecordsOf({ house, namespace, fqdn }: Plot): Promise<string[]> {
  const api = adminKubeConfig(house.cluster).makeApiClient(CustomObjectsApi);
  const list = await api.listNamespacedCustomObject({
    group: 'externaldns.k8s.io',
    version: 'v1alpha1',
    namespace,
    plural: 'dnsendpoints',
  });
  const items = list.items as { readonly metadata: { readonly name: string }; readonly spec?: unknown }[];
  return items.filter(({ spec }) => JSON.stringify(spec ?? {}).includes(fqdn)).map(({ metadata }) => `DNSEndpoint ${metadata.name}`);
}
