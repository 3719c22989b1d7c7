import { SandboxCa } from '../../../sandbox/cloud/ca.ts';
import { QUICKSTART } from '../../../sandbox/cloud/seed.ts';
import type { BadInput } from './case.ts';
import { CARRIER_TRUNK, type Plot } from './plot.ts';

const WRONG_FINGERPRINT = '00'.repeat(32);

/** A healthy device of the case's own, with its Secrets. */
const healthy = async (plot: Plot) => {
  const { secrets, manifest } = await plot.device();
  return [...secrets, manifest()];
};

/** A site and its numbers on the case's own device. */
const inUse = (plot: Plot) => [plot.customer(), plot.site({ trunks: [plot.trunk({ sbcRef: { name: plot.id } })] }), plot.range()];

const access: readonly BadInput[] = [
  {
    title: 'a password that the device refuses',
    rows: ['S166'],
    mistake: async (plot) => {
      const { manifest, secrets } = await plot.device();
      return [...secrets, plot.secret({ username: 'trunkline', password: 'not-the-password' }, `${plot.id}-login`), manifest()];
    },
    subject: 'SBCDevice',
    condition: 'Connected=False/AuthenticationFailed',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.credentialsSecretRef', value: `${plot.id}-login`, never: ['not-the-password'] }),
    correct: (plot) => [plot.secret({ username: 'trunkline', password: 'sandbox-sbc-password' }, `${plot.id}-login`)],
  },
  {
    title: 'a Secret for the login that does not exist',
    mistake: async (plot) => {
      const { manifest, secrets } = await plot.device();
      return [...secrets.slice(1), manifest()];
    },
    subject: 'SBCDevice',
    condition: 'Connected=False/SecretNotFound',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.credentialsSecretRef', value: `${plot.id}-login` }),
    correct: (plot) => plot.own.secrets,
  },
  {
    title: 'a Secret for the login without password',
    mistake: async (plot) => {
      const { manifest, secrets } = await plot.device();
      return [...secrets, plot.secret({ username: 'trunkline' }, `${plot.id}-login`), manifest()];
    },
    subject: 'SBCDevice',
    condition: 'Connected=False/SecretKeyMissing',
    ready: 'False Stalled',
    says: (_plot) => ({ field: 'spec.credentialsSecretRef', value: 'password' }),
    correct: (plot) => plot.own.secrets,
  },
  {
    title: 'another certificate authority than the one that signed the certificate',
    rows: ['S163'],
    mistake: async (plot) => {
      const { manifest, secrets } = await plot.device();
      const { certPem } = await SandboxCa.create('Somebody else');
      return [...secrets, plot.secret({ 'ca.crt': certPem }, `${plot.id}-ca`), manifest()];
    },
    subject: 'SBCDevice',
    condition: 'Connected=False/TlsError',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.tls.caSecretRef', value: `${plot.id}-ca` }),
    correct: (plot) => plot.own.secrets,
  },
  {
    title: 'a certificate authority that is no certificate',
    mistake: async (plot) => {
      const { manifest, secrets } = await plot.device();
      return [...secrets, plot.secret({ 'ca.crt': 'no certificate' }, `${plot.id}-ca`), manifest()];
    },
    subject: 'SBCDevice',
    condition: 'Connected=False/TlsError',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.tls.caSecretRef', value: `${plot.id}-ca` }),
    correct: (plot) => plot.own.secrets,
  },
  {
    title: 'a Secret without the key of the certificate authority',
    mistake: async (plot) => {
      const { manifest, secrets } = await plot.device();
      return [...secrets, manifest({ tls: { caSecretRef: { key: 'root.pem' } } })];
    },
    subject: 'SBCDevice',
    condition: 'Connected=False/SecretKeyMissing',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.tls.caSecretRef', value: 'root.pem' }),
    correct: (plot) => [plot.own.manifest()],
  },
  {
    title: 'a fingerprint that the certificate does not have',
    rows: ['S163'],
    mistake: async (plot) => {
      const { manifest, secrets } = await plot.device();
      return [...secrets, manifest({ tls: { caSecretRef: null, fingerprint: WRONG_FINGERPRINT } })];
    },
    subject: 'SBCDevice',
    condition: 'Connected=False/TlsError',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.tls.fingerprint', value: WRONG_FINGERPRINT }),
    correct: async (plot) => {
      await plot.house.patch('SBCDevice', plot.id, {
        spec: { tls: { fingerprint: null, caSecretRef: { name: `${plot.id}-ca`, key: 'ca.crt' } } },
      });
      return [];
    },
  },
  {
    title: 'an address where nothing answers',
    rows: ['S166'],
    mistake: async (plot) => {
      const { manifest, secrets } = await plot.device();
      // Looked at rarely: three missed looks would make it False.
      return [...secrets, manifest({ address: '127.0.0.1:1', verifyInterval: '10m' })];
    },
    subject: 'SBCDevice',
    condition: 'Connected=Unknown/Unreachable',
    ready: 'Unknown Reconciling',
    says: () => ({ field: 'spec.address', value: '127.0.0.1:1' }),
    correct: (plot) => [plot.own.manifest()],
  },
  {
    title: 'the address of an SBC that another SBCDevice manages',
    before: async (plot) => {
      const { secrets, manifest } = await plot.neighbour('beside').device();
      return [...secrets, manifest()];
    },
    mistake: async (plot) => {
      const { secrets, manifest } = await plot.device();
      const { id, namespace } = plot.neighbour('beside');
      const { stdout: taken } = await plot.house.cluster.kubectl([
        'get',
        'sbcdevice',
        id,
        '-n',
        namespace,
        '-o',
        'jsonpath={.spec.address}',
      ]);
      return [...secrets, manifest({ address: taken })];
    },
    subject: 'SBCDevice',
    condition: 'Connected=False/AddressInUse',
    ready: 'False Stalled',
    says: () => ({ field: 'spec.address', value: 'already in use', never: ['-beside'] }),
    correct: (plot) => [plot.own.manifest()],
  },
  {
    title: 'the address of something that is no SBC',
    rows: ['S162'],
    mistake: async (plot) => {
      const { manifest, secrets } = await plot.device();
      return [...secrets, manifest({ address: new URL(plot.house.cloud.endpoints.graph).host })];
    },
    subject: 'SBCDevice',
    condition: 'Connected=False/AuthenticationFailed',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.address', value: new URL(plot.house.cloud.endpoints.graph).host }),
    correct: (plot) => [plot.own.manifest()],
  },
];

/** A device that proves its carrier trunk in the provider's tenant. */
const verifying = async (plot: Plot, trunk: Readonly<Record<string, unknown>>) => {
  const { secrets, manifest } = await plot.device();
  const { tenantId } = QUICKSTART.provider;
  const proven = { fqdn: CARRIER_TRUNK, mode: 'Verify', tenantId, authenticationSecretRef: { name: 'provider-reader' } };
  return [...secrets, manifest({ carrierTrunks: [{ ...proven, ...trunk }] })];
};

/** A gateway in the provider's tenant that only this case has. */
const gateway = (plot: Plot, properties: Readonly<Record<string, unknown>> | undefined): string => {
  const { state, directory } = plot.house.cloud.microsoft;
  const fqdn = `${plot.id}.base.carrier.example`;
  const tenant = state.tenant(QUICKSTART.provider.tenantId);
  directory.verifyDomain(directory.addDomain(tenant, fqdn), { settled: true });
  directory.addUser(
    tenant,
    { userPrincipalName: `dr@${fqdn}`, usageLocation: 'CH', licences: ['PHONESYSTEM_VIRTUALUSER'], enterpriseVoice: true },
    { settled: true },
  );
  if (properties !== undefined)
    plot.person.putConfig(tenant.id, 'OnlinePSTNGateway', fqdn, { SipSignalingPort: 5061, Enabled: true, ...properties });
  return fqdn;
};

const carriers: readonly BadInput[] = [
  {
    title: "a carrier trunk whose base domain the provider's tenant has not verified",
    mistake: (plot) => verifying(plot, { fqdn: `${plot.id}.nowhere.example` }),
    subject: 'SBCDevice',
    condition: 'CarrierTrunkReady=False/DomainNotVerified',
    ready: 'True',
    says: (plot) => ({ field: 'spec.carrierTrunks', value: `${plot.id}.nowhere.example` }),
  },
  {
    title: "a carrier trunk without a gateway in the provider's tenant",
    mistake: (plot) => verifying(plot, { fqdn: gateway(plot, undefined) }),
    subject: 'SBCDevice',
    condition: 'CarrierTrunkReady=False/CarrierGatewayMissing',
    ready: 'True',
    says: (plot) => ({ field: 'spec.carrierTrunks', value: `${plot.id}.base.carrier.example` }),
    correct: (plot) => {
      plot.person.putConfig(QUICKSTART.provider.tenantId, 'OnlinePSTNGateway', `${plot.id}.base.carrier.example`, {
        SipSignalingPort: 5061,
        Enabled: true,
      });
      return [];
    },
    healed: 'CarrierTrunkReady=True',
  },
  {
    title: "a carrier trunk that is disabled in the provider's tenant",
    mistake: (plot) => verifying(plot, { fqdn: gateway(plot, { Enabled: false }) }),
    subject: 'SBCDevice',
    condition: 'CarrierTrunkReady=False/CarrierGatewayDisabled',
    ready: 'True',
    says: (plot) => ({ field: 'spec.carrierTrunks', value: `${plot.id}.base.carrier.example` }),
    correct: (plot) => {
      plot.person.setGateway(QUICKSTART.provider.tenantId, `${plot.id}.base.carrier.example`, true);
      return [];
    },
    healed: 'CarrierTrunkReady=True',
  },
  {
    title: "a carrier trunk with another port than in the provider's tenant",
    mistake: (plot) => verifying(plot, { fqdn: gateway(plot, {}), sipSignalingPort: 5067 }),
    subject: 'SBCDevice',
    condition: 'CarrierTrunkReady=False/CarrierGatewayDiffers',
    ready: 'True',
    says: () => ({ field: 'spec.carrierTrunks', value: "sipSignalingPort is 5061 in the provider's tenant and 5067" }),
    correct: (plot) => verifying(plot, { fqdn: `${plot.id}.base.carrier.example`, sipSignalingPort: 5061 }),
    healed: 'CarrierTrunkReady=True',
  },
  {
    title: "a Secret for the provider's tenant that does not exist",
    mistake: (plot) => verifying(plot, { authenticationSecretRef: { name: `${plot.id}-reader` } }),
    subject: 'SBCDevice',
    condition: 'CarrierTrunkReady=False/SecretNotFound',
    ready: 'True',
    says: (plot) => ({ field: 'spec.carrierTrunks', value: `${plot.id}-reader` }),
    correct: (plot) => {
      const { clientId, clientSecret } = QUICKSTART.provider;
      return [plot.secret({ clientId, clientSecret }, `${plot.id}-reader`)];
    },
    healed: 'CarrierTrunkReady=True',
  },
  {
    title: 'a site on a carrier trunk that is not ready',
    before: (plot) => verifying(plot, { fqdn: gateway(plot, { Enabled: false }) }),
    mistake: (plot) => {
      const { directory } = plot.house.cloud.microsoft;
      const fqdn = `${plot.id}.${plot.id}.base.carrier.example`;
      directory.verifyDomain(directory.addDomain(plot.tenant, fqdn), { settled: true });
      plot.person.addUser(plot.tenantId, { userPrincipalName: `dr@${fqdn}`, licences: ['PHONESYSTEM_VIRTUALUSER'], enterpriseVoice: true });
      const trunk = plot.trunk({ sbcRef: { name: plot.id }, carrierTrunk: `${plot.id}.base.carrier.example` });
      return [plot.secret(), plot.proCustomer(), plot.site({ trunks: [trunk] })];
    },
    subject: 'SiteLocation',
    condition: 'M365Deployed=False/CarrierTrunkNotReady',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'spec.trunks[main].carrierTrunk', value: `${plot.id}.base.carrier.example` }),
    correct: (plot) => {
      plot.person.setGateway(QUICKSTART.provider.tenantId, `${plot.id}.base.carrier.example`, true);
      return [];
    },
  },
];

const writing: readonly BadInput[] = [
  {
    title: 'a device that shows no dialect',
    mistake: async (plot) => {
      const { secrets, manifest } = await plot.device({ dialect: 'unlearnable' });
      return [...secrets, manifest(), ...inUse(plot)];
    },
    subject: 'NumberRange',
    condition: 'SBCDeployed=False/DialectUnknown',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'SBC ', value: plot.id }),
  },
  {
    title: 'a device with changes that somebody else has not saved',
    before: healthy,
    mistake: async (plot) => {
      const { PersonAtDevice } = await import('../../../sandbox/cloud/sbc/person.ts');
      new PersonAtDevice(plot.own.device).addRule({ plan: 'CustDialPlan', prefix: '+41000', tag: 'half.done.example' });
      return inUse(plot);
    },
    subject: 'NumberRange',
    condition: 'SBCDeployed=False/ForeignUnsavedChanges',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'SBC ', value: plot.id }),
    correct: (plot) => {
      plot.own.device.save();
      return [];
    },
  },
  {
    title: 'a device with changes that somebody else has not saved, which the spec takes along',
    before: healthy,
    mistake: async (plot) => {
      const { PersonAtDevice } = await import('../../../sandbox/cloud/sbc/person.ts');
      new PersonAtDevice(plot.own.device).addRule({ plan: 'CustDialPlan', prefix: '+41000', tag: 'half.done.example' });
      return inUse(plot);
    },
    subject: 'NumberRange',
    condition: 'SBCDeployed=False/ForeignUnsavedChanges',
    ready: 'False Reconciling',
    says: () => ({ field: 'spec.saveForeign', value: 'SBC' }),
    correct: (plot) => [plot.own.manifest({ saveForeign: true })],
  },
  {
    title: 'a device that is locked by its own people',
    mistake: async (plot) => {
      const { secrets, manifest, device } = await plot.device();
      device.isLocked = true;
      return [...secrets, manifest(), ...inUse(plot)];
    },
    subject: 'NumberRange',
    condition: 'SBCDeployed=False/Locked',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'SBC ', value: plot.id }),
    correct: (plot) => {
      plot.own.device.isLocked = false;
      return [];
    },
  },
  {
    title: 'spec.locked true',
    mistake: async (plot) => {
      const { secrets, manifest } = await plot.device();
      return [...secrets, manifest({ locked: true }), ...inUse(plot)];
    },
    subject: 'NumberRange',
    condition: 'SBCDeployed=False/Locked',
    ready: 'False Reconciling',
    says: (plot) => ({ field: 'SBCDevice ', value: `${plot.id} has spec.locked: true` }),
    correct: (plot) => [plot.own.manifest({ locked: false })],
  },
  {
    title: 'change windows on the device, which this release does not manage',
    mistake: async (plot) => {
      const { secrets, manifest } = await plot.device();
      return [...secrets, manifest({ changeWindows: [{ cron: '0 22 * * 1-5', duration: '4h' }] }), ...inUse(plot)];
    },
    subject: 'NumberRange',
    condition: 'SBCDeployed=False/NotManagedYet',
    ready: 'False Stalled',
    says: (plot) => ({ field: `SBCDevice ${plot.id}`, value: 'spec.changeWindows' }),
    correct: async (plot) => {
      await plot.house.patch('SBCDevice', plot.id, { spec: { changeWindows: null } });
      return [];
    },
  },
  {
    title: 'a user at the device who may only look',
    rows: ['S163'],
    mistake: async (plot) => {
      const { secrets, manifest } = await plot.device();
      return [...secrets, plot.secret({ username: 'watch', password: 'sandbox-monitor' }, `${plot.id}-login`), manifest(), ...inUse(plot)];
    },
    subject: 'SBCDevice',
    condition: 'Connected=False/PermissionDenied',
    ready: 'False Stalled',
    says: (plot) => ({ field: 'spec.credentialsSecretRef', value: `${plot.id}-login` }),
    correct: (plot) => plot.own.secrets,
  },
];

export const DEVICE_CASES: readonly BadInput[] = [...access, ...carriers, ...writing];
