import type { BadInput } from './case.ts';
import type { Plot } from './plot.ts';

/** Customer and site of the case; nothing of them is written anywhere, an Essentials licence has no Microsoft part. */
const house = (plot: Plot) => [plot.customer(), plot.site()];

const references: readonly BadInput[] = [
  {
    title: 'a site that does not exist',
    mistake: (plot) => [plot.customer(), plot.range()],
    subject: 'NumberRange',
    condition: 'Accepted=False/SiteLocationNotFound',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'spec.siteRef', value: `SiteLocation ${plot.id}` }),
    correct: (plot) => [plot.site()],
  },
  {
    title: 'a Customer that does not exist',
    mistake: (plot) => [plot.site(), plot.range()],
    subject: 'NumberRange',
    condition: 'Accepted=False/CustomerNotFound',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'spec.customerRef', value: `Customer ${plot.id}` }),
    correct: (plot) => [plot.customer()],
  },
  {
    title: 'the site of another Customer',
    before: (plot) => [plot.neighbour().customer(), plot.neighbour().site()],
    mistake: (plot) => [plot.customer(), plot.range({ siteRef: { name: plot.neighbour().id } })],
    subject: 'NumberRange',
    condition: 'Accepted=False/SiteOfOtherCustomer',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.siteRef', value: `SiteLocation ${plot.neighbour().id}` }),
  },
];

const notation: readonly BadInput[] = [
  {
    title: 'two patterns of one list that share numbers',
    mistake: (plot) => [...house(plot), plot.range({ prefixes: [plot.numbers('[00-49]'), plot.numbers('[40-60]')] })],
    subject: 'NumberRange',
    condition: 'Accepted=False/PrefixOverlap',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.prefixes', value: `${plot.numbers('[00-49]')} and ${plot.numbers('[40-60]')}` }),
    correct: (plot) => [plot.range({ prefixes: [plot.numbers('[00-49]'), plot.numbers('[50-60]')] })],
  },
  {
    title: 'a number that is also in a bracket of the list',
    mistake: (plot) => [...house(plot), plot.range({ prefixes: [plot.numbers('[00-49]'), plot.numbers('07')] })],
    subject: 'NumberRange',
    condition: 'Accepted=False/PrefixOverlap',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.prefixes', value: plot.numbers('07') }),
    correct: (plot) => [plot.range()],
  },
  {
    title: 'a ConfigMap of prefixes that does not exist',
    rows: ['S178'],
    mistake: (plot) => [...house(plot), fromConfigMap(plot)],
    subject: 'NumberRange',
    condition: 'Accepted=False/PrefixesMissing',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'spec.prefixesFrom', value: `ConfigMap ${plot.id}-numbers` }),
    correct: (plot) => [plot.configMap(plot.numbers('[00-49]'))],
  },
  {
    title: 'a ConfigMap without the key',
    mistake: (plot) => [...house(plot), plot.configMap(plot.numbers('[00-49]')), fromConfigMap(plot, 'lines')],
    subject: 'NumberRange',
    condition: 'Accepted=False/PrefixesMissing',
    ready: 'False Reconciling',
    says: () => ({ field: 'spec.prefixesFrom', value: 'key lines' }),
    correct: (plot) => [fromConfigMap(plot)],
  },
  {
    title: 'a ConfigMap of prefixes that is empty',
    rows: ['S178'],
    mistake: (plot) => [...house(plot), plot.configMap('# nothing yet\n'), fromConfigMap(plot)],
    subject: 'NumberRange',
    condition: 'Accepted=False/PrefixesMissing',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'spec.prefixesFrom', value: `ConfigMap ${plot.id}-numbers` }),
    correct: (plot) => [plot.configMap(plot.numbers('[00-49]'))],
  },
  {
    title: 'a bad line in a ConfigMap of prefixes',
    rows: ['S178', 'S213'],
    mistake: (plot) => [...house(plot), plot.configMap(`${plot.numbers('[00-49]')}\n${plot.numbers('5x')}\n`), fromConfigMap(plot)],
    subject: 'NumberRange',
    condition: 'Accepted=False/PrefixSyntax',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.prefixesFrom', value: plot.numbers('5x') }),
    correct: (plot) => [plot.configMap(`${plot.numbers('[00-49]')}\n${plot.numbers('50')}\n`)],
  },
  {
    title: 'an extension in a ConfigMap for the plan of tenants',
    mistake: (plot) => [...house(plot), plot.configMap('5755\n'), fromConfigMap(plot)],
    subject: 'NumberRange',
    condition: 'Accepted=False/PrefixSyntax',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.prefixesFrom', value: '5755' }),
    correct: (plot) => [plot.configMap(plot.numbers('[00-49]'))],
  },
  {
    title: "a customer's own range that is too broad",
    rows: ['S215'],
    mistake: (plot) => [...house(plot), plot.configMap('+41790[00-99]\n'), fromConfigMap(plot, 'list', { owner: 'Customer' })],
    subject: 'NumberRange',
    condition: 'Accepted=False/OwnerPrefixTooShort',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.prefixesFrom', value: '+41790[00-99]' }),
    correct: (plot) => [plot.configMap(plot.numbers('[00-49]'))],
  },
];

function fromConfigMap(plot: Plot, key = 'list', more: Readonly<Record<string, unknown>> = {}) {
  return plot.range({ prefixes: null, prefixesFrom: { name: `${plot.id}-numbers`, key }, ...more });
}

const holders: readonly BadInput[] = [
  {
    title: 'a pattern that another range has',
    before: (plot) => [...house(plot.neighbour()), plot.neighbour().range()],
    mistake: (plot) => [...house(plot), plot.range()],
    subject: 'NumberRange',
    condition: 'Accepted=False/PatternHeld',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.prefixes', value: `NumberRange ${plot.neighbour().id}` }),
    correct: async (plot) => {
      const { id } = plot.neighbour();
      await plot.house.annotate('NumberRange', id, { 'trunkline.dev/confirm-delete': id });
      await plot.house.delete('NumberRange', id);
      return [];
    },
  },
  {
    title: 'a pattern that crosses one of another range, beside one that is free',
    before: (plot) => [...house(plot.neighbour()), plot.neighbour().range()],
    mistake: (plot) => [...house(plot), plot.range({ prefixes: [plot.numbers('[40-60]'), plot.numbers('[70-79]')] })],
    subject: 'NumberRange',
    condition: 'Accepted=False/PatternHeld',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.prefixes', value: plot.numbers('[40-60]') }),
    carriesOut: 'the pattern that nobody else has',
    correct: (plot) => [plot.range({ prefixes: [plot.numbers('[50-60]'), plot.numbers('[70-79]')] })],
  },
  {
    title: "a pattern on a shared device that another namespace's range has, which is not told",
    before: (plot) => {
      const beside = plot.neighbour('beside');
      const trunk = beside.trunk({ sbcRef: { name: 'open', namespace: beside.namespace } });
      return [beside.customer(), beside.site({ trunks: [trunk] }), beside.range()];
    },
    mistake: (plot) => {
      const trunk = plot.trunk({ sbcRef: { name: 'open', namespace: plot.neighbour('beside').namespace } });
      return [plot.customer(), plot.site({ trunks: [trunk] }), plot.range()];
    },
    subject: 'NumberRange',
    condition: 'Accepted=False/PatternHeld',
    ready: 'False Stalled',
    says: (plot) => {
      const { id, namespace } = plot.neighbour('beside');
      // The device is told as the trunk of this site names it, and stands in that namespace too.
      return { field: 'spec.prefixes', value: plot.numbers('[00-49]'), never: [id, `${namespace}/c`, `namespace ${namespace}`] };
    },
  },
  {
    title: "a customer's own pattern that is the beginning of another customer's numbers",
    before: (plot) => [...house(plot.neighbour()), plot.neighbour().range({ prefixes: [plot.numbers('1234')] })],
    mistake: (plot) => [...house(plot), plot.range({ owner: 'Customer', prefixes: [plot.numbers('12')] })],
    subject: 'NumberRange',
    condition: 'Accepted=False/PrefixCaptures',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.prefixes', value: plot.numbers('12') }),
  },
  {
    title: "a provider's pattern that is the beginning of others, which is allowed and told",
    before: (plot) => [...house(plot.neighbour()), plot.neighbour().range({ prefixes: [plot.numbers('1234')] })],
    mistake: (plot) => [...house(plot), plot.range({ prefixes: [plot.numbers('12')] })],
    subject: 'NumberRange',
    condition: 'Accepted=True/PrefixCaptures',
    ready: 'True',
    says: (plot) => ({ field: 'spec.prefixes', value: `${plot.numbers('12')} and ${plot.numbers('1234')}` }),
    carriesOut: 'the longer rule wins',
  },
  {
    title: 'a pattern that stands on the device with the tag of somebody else',
    mistake: (plot) => {
      plot.personAtDevice.addRule({ plan: 'TeamsTenants', prefix: plot.numbers('[00-49]'), tag: 'somebody.teams.carrier.example' });
      plot.personAtDevice.save();
      return [...house(plot), plot.range()];
    },
    subject: 'NumberRange',
    condition: 'Accepted=False/NameTaken',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.prefixes', value: 'somebody.teams.carrier.example' }),
    correct: (plot) => [plot.annotated(plot.range(), { 'trunkline.dev/adopt': 'true' })],
  },
];

const tags: readonly BadInput[] = [
  {
    title: 'the tag of somebody else',
    rows: ['S176'],
    mistake: (plot) => [...house(plot), plot.range({ tag: 'somebody.teams.carrier.example' })],
    subject: 'NumberRange',
    condition: 'Accepted=False/TagNotAllowed',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.tag', value: 'somebody.teams.carrier.example' }),
    correct: (plot) => [plot.range({ tag: 'allowed-for-all' })],
  },
  {
    title: 'a role of the dial plans that the device does not map',
    mistake: async (plot) => {
      const { secrets, manifest } = await plot.device();
      return [
        ...secrets,
        manifest({ dialPlans: { tenants: null, customers: 'CustDialPlan' } }),
        plot.customer(),
        plot.site({ trunks: [plot.trunk({ sbcRef: { name: plot.id } })] }),
        plot.range(),
      ];
    },
    subject: 'NumberRange',
    condition: 'Accepted=False/DialPlanNotMapped',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.dialPlan', value: `SBCDevice ${plot.namespace}/${plot.id}` }),
    correct: (plot) => [plot.own.manifest({ dialPlans: { tenants: 'TeamsTenants', customers: 'CustDialPlan' } })],
  },
  {
    title: 'a dial plan that the device does not have',
    mistake: async (plot) => {
      const { secrets, manifest } = await plot.device();
      return [
        ...secrets,
        manifest({ dialPlans: { tenants: 'Tenants2' } }),
        plot.customer(),
        plot.site({ trunks: [plot.trunk({ sbcRef: { name: plot.id } })] }),
        plot.range(),
      ];
    },
    subject: 'SiteLocation',
    condition: 'SBCDeployed=False/DialPlanMissing',
    ready: 'False Stalled',
    says: (plot) => ({ field: `SBCDevice ${plot.namespace}/${plot.id}`, value: 'Tenants2' }),
    correct: (plot) => [plot.own.manifest()],
  },
  {
    title: 'a tag that is longer than the device takes',
    mistake: async (plot) => {
      const { secrets, manifest } = await plot.device();
      return [
        ...secrets,
        manifest({ limits: { tagLength: 16 } }),
        plot.customer(),
        plot.site({ trunks: [plot.trunk({ sbcRef: { name: plot.id } })] }),
        plot.range(),
      ];
    },
    subject: 'NumberRange',
    condition: 'Accepted=False/TagTooLong',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.tag', value: plot.fqdn }),
    correct: (plot) => [plot.own.manifest({ limits: { tagLength: 70 } })],
  },
  {
    title: 'more rules than the device takes',
    mistake: async (plot) => {
      const { secrets, manifest } = await plot.device();
      return [
        ...secrets,
        manifest({ limits: { dialPlanRules: 7 } }),
        plot.customer(),
        plot.site({ trunks: [plot.trunk({ sbcRef: { name: plot.id } })] }),
        plot.range(),
      ];
    },
    subject: 'NumberRange',
    condition: 'SBCDeployed=False/LimitExceeded',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.limits', value: plot.id }),
    correct: (plot) => [plot.own.manifest({ limits: { dialPlanRules: 1000 } })],
  },
  {
    title: 'the plan of registered users, which this release does not write',
    mistake: (plot) => [...house(plot), plot.range({ dialPlan: 'registeredUsers', usage: 'Extension', prefixes: ['5755'] })],
    subject: 'NumberRange',
    condition: 'Accepted=False/NotManagedYet',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.dialPlan', value: 'registeredUsers' }),
  },
  {
    title: 'a cutover, which this release does not manage',
    mistake: (plot) => [...house(plot), plot.range({ cutover: { from: 'OtherCarrier', trigger: 'Manual' } })],
    subject: 'NumberRange',
    condition: 'SBCDeployed=False/NotManagedYet',
    ready: 'False Stalled',
    says: (plot) => ({ field: `NumberRange ${plot.id}`, value: 'spec.cutover' }),
    correct: async (plot) => {
      await plot.house.patch('NumberRange', plot.id, { spec: { cutover: null } });
      return [];
    },
  },
  {
    title: 'changePolicy Observe on rules that are not there',
    mistake: (plot) => [...house(plot), plot.range({ changePolicy: 'Observe' })],
    subject: 'NumberRange',
    condition: 'SBCDeployed=False/NotDeployed',
    ready: 'False Reconciling',
    says: (plot) => ({ field: `NumberRange ${plot.id}`, value: 'spec.changePolicy: Observe' }),
    correct: (plot) => [plot.range({ changePolicy: 'Report' })],
  },
];

export const RANGE_CASES: readonly BadInput[] = [...references, ...notation, ...holders, ...tags];
