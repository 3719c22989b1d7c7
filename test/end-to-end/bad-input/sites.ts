import type { BadInput } from './case.ts';
import { CARRIER_TRUNK, type Plot } from './plot.ts';

const pro = (plot: Plot) => [plot.secret(), plot.proCustomer()];

const references: readonly BadInput[] = [
  {
    title: 'a Customer that does not exist',
    mistake: (plot) => [plot.site()],
    subject: 'SiteLocation',
    condition: 'Accepted=False/CustomerNotFound',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'spec.customerRef', value: `Customer ${plot.id}` }),
    correct: (plot) => [plot.customer()],
  },
  {
    title: 'a device that does not exist',
    mistake: (plot) => [plot.customer(), plot.site({ trunks: [plot.trunk({ sbcRef: { name: 'nowhere' } })] })],
    subject: 'SiteLocation',
    condition: 'Accepted=False/SBCDeviceNotFound',
    ready: 'False Reconciling',
    says: () => ({ field: 'spec.trunks[main].sbcRef', value: 'nowhere' }),
    correct: (plot) => [plot.site()],
  },
  {
    title: 'a device of another namespace that grants only its own',
    before: async (plot) => {
      const { secrets, manifest } = await plot.neighbour('beside').device();
      return [...secrets, manifest()];
    },
    mistake: (plot) => {
      const { id: name, namespace } = plot.neighbour('beside');
      return [plot.customer(), plot.site({ trunks: [plot.trunk({ sbcRef: { name, namespace } })] })];
    },
    subject: 'SiteLocation',
    condition: 'Accepted=False/NamespaceNotGranted',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'spec.trunks[main].sbcRef', value: `does not grant namespace ${plot.namespace}` }),
    correct: async (plot) => {
      await plot.house.patch(
        'SBCDevice',
        plot.neighbour('beside').id,
        { spec: { allowedNamespaces: { from: 'All' } } },
        plot.neighbour('beside').namespace,
      );
      return [];
    },
  },
  {
    title: 'a device of another namespace that grants namespaces by a label which this one has not',
    before: async (plot) => {
      const { secrets, manifest } = await plot.neighbour('beside').device();
      return [...secrets, manifest({ allowedNamespaces: { from: 'Selector', selector: { matchLabels: { tier: plot.id } } } })];
    },
    mistake: (plot) => {
      const { id: name, namespace } = plot.neighbour('beside');
      return [plot.customer(), plot.site({ trunks: [plot.trunk({ sbcRef: { name, namespace } })] })];
    },
    subject: 'SiteLocation',
    condition: 'Accepted=False/NamespaceNotGranted',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'spec.trunks[main].sbcRef', value: `does not grant namespace ${plot.namespace}` }),
    correct: async (plot) => {
      await plot.house.cluster.kubectl(['label', 'namespace', plot.namespace, `tier=${plot.id}`, '--overwrite']);
      return [];
    },
  },
  {
    title: 'a device that takes no new sites',
    before: async (plot) => {
      const { secrets, manifest } = await plot.device();
      return [...secrets, manifest({ cordoned: true })];
    },
    mistake: (plot) => [plot.customer(), plot.site({ trunks: [plot.trunk({ sbcRef: { name: plot.id } })] })],
    subject: 'SiteLocation',
    condition: 'Accepted=False/Cordoned',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'spec.trunks[main]', value: plot.id }),
    correct: (plot) => [plot.own.manifest({ cordoned: false })],
  },
  {
    title: 'a service that the Customer has not bought',
    rows: ['S016'],
    mistake: (plot) => [plot.customer(), plot.site({ service: 'OperatorConnect' })],
    subject: 'SiteLocation',
    condition: 'Accepted=False/ServiceNotFound',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.service', value: 'OperatorConnect' }),
    correct: (plot) => [
      plot.customer({
        services: [
          { type: 'DirectRouting', licenseType: 'HostedEssentials' },
          { type: 'OperatorConnect', licenseType: 'OCEssentials' },
        ],
      }),
    ],
  },
  {
    title: 'a service that has no sites',
    rows: ['S017'],
    mistake: (plot) => [
      plot.customer({ services: [{ type: 'DirectRouting', licenseType: 'HostedEssentials' }, { type: 'DeviceManager' }] }),
      plot.site({ service: 'DeviceManager' }),
    ],
    subject: 'SiteLocation',
    condition: 'Accepted=False/ServiceTypeNotManaged',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.service', value: 'DeviceManager' }),
  },
];

const names: readonly BadInput[] = [
  {
    title: 'a site name that is no DNS label, and no label',
    rows: ['S004'],
    mistake: (plot) => [plot.customer(), plot.site({ siteName: `R&D ${plot.id}`, trunks: [plot.trunk({ label: null })] })],
    subject: 'SiteLocation',
    condition: 'Accepted=False/DnsLabelInvalid',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.trunks[main].label', value: `r&d ${plot.id}` }),
  },
  {
    title: 'a site name that makes the trunk name too long',
    mistake: (plot) => [
      plot.customer(),
      plot.site({ siteName: `${plot.id}-a-very-long-name-for-a-site`, trunks: [plot.trunk({ label: null })] }),
    ],
    subject: 'SiteLocation',
    condition: 'Accepted=False/FqdnTooLong',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.trunks[main].label', value: `${plot.id}-a-very-long-name-for-a-site.${CARRIER_TRUNK}` }),
  },
  {
    title: 'a label that a site of another tenant has',
    before: (plot) => [plot.neighbour().customer(), plot.neighbour().site({ trunks: [plot.trunk()] })],
    mistake: (plot) => [plot.customer(), plot.site()],
    subject: 'SiteLocation',
    condition: 'Accepted=False/LabelTaken',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.trunks[main]', value: `SiteLocation ${plot.neighbour().id}` }),
    correct: async (plot) => {
      await plot.house.delete('SiteLocation', plot.neighbour().id);
      return [];
    },
  },
  {
    title: 'a label that a site of another tenant in another namespace has, which is not told',
    before: async (plot) => {
      const beside = plot.neighbour('beside');
      const { secrets, manifest } = await beside.device();
      return [...secrets, manifest(), beside.customer(), beside.site({ trunks: [plot.trunk({ sbcRef: { name: beside.id } })] })];
    },
    mistake: (plot) => [plot.customer(), plot.site()],
    subject: 'SiteLocation',
    condition: 'Accepted=False/LabelTaken',
    ready: 'False Stalled',
    says: (plot) => ({
      field: 'spec.trunks[main]',
      value: plot.fqdn,
      never: [plot.neighbour('beside').id, plot.neighbour('beside').namespace],
    }),
  },
];

const gates: readonly BadInput[] = [
  {
    title: 'a carrier trunk that the device does not list',
    mistake: (plot) => [...pro(plot), plot.site({ trunks: [plot.trunk({ carrierTrunk: 'other.carrier.example' })] })],
    subject: 'SiteLocation',
    condition: 'DomainVerified=False/DomainNotVerified',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'spec.trunks[main]', value: `${plot.id}.other.carrier.example` }),
  },
  {
    title: 'a domain that the tenant has not verified',
    mistake: (plot) => {
      const manifests = [...pro(plot), plot.site()];
      plot.tenant.domains.delete(plot.fqdn);
      return manifests;
    },
    subject: 'SiteLocation',
    condition: 'DomainVerified=False/DomainNotVerified',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'spec.trunks[main]', value: plot.fqdn }),
    carriesOut: 'the address record goes first',
    correct: (plot) => {
      const { directory } = plot.house.cloud.microsoft;
      directory.verifyDomain(directory.addDomain(plot.tenant, plot.fqdn), { settled: true });
      return [];
    },
  },
  {
    title: 'a domain in which nobody has enterprise voice',
    mistake: (plot) => {
      const manifests = [...pro(plot), plot.site()];
      plot.person.setEnterpriseVoice(plot.tenantId, `dr-activation@${plot.fqdn}`, false);
      return manifests;
    },
    subject: 'SiteLocation',
    condition: 'DomainActivated=False/DomainNotActivated',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'spec.trunks[main]', value: plot.fqdn }),
    carriesOut: 'the address record goes first',
    correct: (plot) => {
      plot.person.setEnterpriseVoice(plot.tenantId, `dr-activation@${plot.fqdn}`, true);
      return [];
    },
  },
  {
    title: 'a Customer that cannot sign in',
    mistake: (plot) => [plot.proCustomer(), plot.site()],
    subject: 'SiteLocation',
    condition: 'M365Deployed=False/CustomerNotReady',
    ready: 'False Reconciling',
    says: (plot) => ({ field: `Customer ${plot.id}`, value: `Secret ${plot.id}-app` }),
    correct: (plot) => [plot.secret()],
  },
  {
    title: 'a voice route of the wanted name that is not ours',
    mistake: (plot) => {
      const manifests = [...pro(plot), plot.site()];
      plot.person.putConfig(plot.tenantId, 'OnlineVoiceRoute', `unrestricted-${plot.id}`, { NumberPattern: '^\\+41.*$' });
      return manifests;
    },
    subject: 'SiteLocation',
    condition: 'M365Deployed=False/NameTaken',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.siteName', value: `VoiceRoute/Unrestricted-${plot.id}` }),
    carriesOut: 'the address record and the other names',
    correct: (plot) => [plot.annotated(plot.site(), { 'trunkline.dev/adopt': `VoiceRoute/Unrestricted-${plot.id}` })],
  },
];

const policies: readonly BadInput[] = [
  {
    title: 'changePolicy Observe on something that is not there',
    mistake: (plot) => [...pro(plot), plot.site({ changePolicy: 'Observe' })],
    subject: 'SiteLocation',
    condition: 'M365Deployed=False/NotDeployed',
    ready: 'False Reconciling',
    says: (plot) => ({ field: `SiteLocation ${plot.id}`, value: 'spec.changePolicy: Observe' }),
    correct: (plot) => [plot.site({ changePolicy: 'Enforce' })],
  },
  {
    title: 'changePolicy Approve, which this release does not manage',
    mistake: (plot) => [...pro(plot), plot.site({ changePolicy: 'Approve' })],
    subject: 'SiteLocation',
    condition: 'M365Deployed=False/NotManagedYet',
    ready: 'False Stalled',
    says: (plot) => ({ field: `SiteLocation ${plot.id}`, value: 'spec.changePolicy: Approve' }),
    correct: (plot) => [plot.site()],
  },
  {
    title: 'a service state on the Customer, which this release does not manage',
    mistake: (plot) => [plot.secret(), plot.proCustomer({ serviceState: 'Suspended' }), plot.site()],
    subject: 'SiteLocation',
    condition: 'SBCDeployed=False/NotManagedYet',
    ready: 'False Stalled',
    says: (plot) => ({ field: `Customer ${plot.id}`, value: 'spec.serviceState' }),
    correct: (plot) => [plot.proCustomer({ serviceState: 'Active' })],
  },
  {
    title: 'a rollout wave on the Customer, which this release does not manage',
    mistake: (plot) => [plot.secret(), plot.proCustomer({ rollout: { wave: 'second' } }), plot.site()],
    subject: 'SiteLocation',
    condition: 'SBCDeployed=False/NotManagedYet',
    ready: 'False Stalled',
    says: (plot) => ({ field: `Customer ${plot.id}`, value: 'spec.rollout' }),
    correct: async (plot) => {
      await plot.house.patch('Customer', plot.id, { spec: { rollout: null } });
      return [];
    },
  },
  {
    title: 'suspend on the Customer',
    mistake: (plot) => [plot.secret(), plot.proCustomer({ suspend: true }), plot.site()],
    subject: 'SiteLocation',
    condition: 'M365Deployed=False/Suspended',
    ready: 'False Reconciling',
    says: (plot) => ({ field: `Customer ${plot.id}`, value: 'spec.suspend: true' }),
    correct: (plot) => [plot.proCustomer({ suspend: false })],
  },
];

export const SITE_CASES: readonly BadInput[] = [...references, ...names, ...gates, ...policies];
