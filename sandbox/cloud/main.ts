import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminApp } from './admin.ts';
import type { SandboxClock } from './clock.ts';
import type { ConsistencyProfile } from './consistency.ts';
import { startDns } from './dns/server.ts';
import { createDns, type Dns, seedQuickstartDns } from './dns/stand-in.ts';
import { startSmtp } from './mail/smtp-server.ts';
import { createMail, type Mail } from './mail/stand-in.ts';
import { createMicrosoft, type Microsoft } from './microsoft.ts';
import { personApi } from './person-api.ts';
import type { SbcDevice } from './sbc/device.ts';
import { seedQuickstartSbc } from './sbc/seed.ts';
import { sbcStandIn } from './sbc/stand-in.ts';
import { seedQuickstart } from './seed.ts';
import { startAdmin, startStandIn } from './server.ts';
import { type CloudBase, createCloudBase, type StandIn } from './stand-in.ts';

const PARTS = ['admin', 'entra', 'graph', 'teamsAdmin', 'sbc1', 'sbc2', 'dns', 'smtp', 'mailbox'] as const;
type CloudPart = (typeof PARTS)[number];

/** URLs without trailing slash; `dns` and `smtp` are `address:port`. `mailbox` shows the mails that arrived. */
type CloudEndpoints = Readonly<Record<CloudPart, string>>;

export interface CloudOptions {
  /** 0 or absent = any free port. */
  readonly ports?: Partial<Readonly<Record<CloudPart, number>>>;
  readonly profile?: ConsistencyProfile;
  readonly clock?: SandboxClock;
  /** Off for measurements: keeps no bodies in the request log. */
  readonly bodies?: boolean;
  /** What stands there at the start: the world of `examples/` (default), nothing in Microsoft's cloud, or what the function makes. */
  readonly seed?: 'quickstart' | 'empty' | ((cloud: CloudWorld) => void | Promise<void>);
}

/** What the stand-ins show, for tests that look at or change it in the process. */
interface CloudWorld {
  readonly base: CloudBase;
  readonly microsoft: Microsoft;
  readonly sbc: Readonly<Record<'sbc1' | 'sbc2', SbcDevice>>;
  readonly dns: Dns;
  readonly mail: Mail;
}

export interface Cloud extends CloudWorld {
  readonly endpoints: CloudEndpoints;
  readonly caPem: string;
  /** The same in a file, for NODE_EXTRA_CA_CERTS and curl. */
  readonly caPath: string;
  /** Everything outside as plain JSON, for "equal to before". */
  snapshot(): Record<string, unknown>;
  /** Closes every port, ends hanging exchanges and removes the file. */
  stop(): Promise<void>;
}

/** Starts the whole cloud on loopback: Microsoft, two SBCs of different dialects, DNS, mail, and the admin API. */
export async function startCloud({ ports = {}, profile, clock, bodies, seed = 'quickstart' }: CloudOptions = {}): Promise<Cloud> {
  const base = await createCloudBase({
    ...(clock === undefined ? {} : { clock }),
    ...(profile === undefined ? {} : { profile }),
    ...(bodies === undefined ? {} : { bodies }),
  });
  const world = await createWorld(base, seed);
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    base.clock.stop();
    await Promise.all(closers.splice(0).map((close) => close()));
  };
  try {
    const endpoints = await startAll(world, ports, closers);
    const folder = await mkdtemp(join(tmpdir(), 'trunkline-cloud-'));
    closers.push(() => rm(folder, { recursive: true, force: true }));
    const caPath = join(folder, 'ca.pem');
    await writeFile(caPath, base.ca.certPem);
    return { ...world, endpoints, caPem: base.ca.certPem, caPath, snapshot: () => snapshotWorld(world), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function createWorld(base: CloudBase, seed: NonNullable<CloudOptions['seed']>): Promise<CloudWorld> {
  const microsoft = await createMicrosoft(base);
  const dns = createDns(base);
  const sbc = {
    sbc1: await seedQuickstartSbc(base, { name: 'sbc1', dialect: 'nested' }),
    sbc2: await seedQuickstartSbc(base, { name: 'sbc2', dialect: 'sectioned' }),
  };
  microsoft.state.lookupTxt = async (name) => {
    const found = dns.zones.lookup(name, 'TXT');
    return found.outcome === 'found' ? found.records.flatMap((record) => record.values) : [];
  };
  const world: CloudWorld = { base, microsoft, sbc, dns, mail: createMail(base) };
  seedQuickstartDns(dns);
  if (seed === 'quickstart') seedQuickstart(microsoft);
  else if (seed !== 'empty') await seed(world);
  return world;
}

async function startAll(
  world: CloudWorld,
  ports: NonNullable<CloudOptions['ports']>,
  closers: (() => Promise<void>)[],
): Promise<CloudEndpoints> {
  const { base, microsoft, sbc, dns, mail } = world;
  const start = async (standIn: StandIn, part: CloudPart): Promise<string> => {
    const running = await startStandIn(standIn, base, { port: ports[part] ?? 0 });
    closers.push(() => running.close());
    return running.url;
  };
  const sbcs = { sbc1: sbcStandIn(sbc.sbc1), sbc2: sbcStandIn(sbc.sbc2) };
  const runningDns = await startDns(dns.zones, base, { port: ports.dns ?? 0 });
  closers.push(() => runningDns.close());
  const smtp = await startSmtp(mail.mailbox, base, { port: ports.smtp ?? 0 });
  closers.push(() => smtp.close());
  const outside = {
    entra: await start(microsoft.standIns.entra, 'entra'),
    graph: await start(microsoft.standIns.graph, 'graph'),
    teamsAdmin: await start(microsoft.standIns.teamsAdmin, 'teamsAdmin'),
    sbc1: await start(sbcs.sbc1, 'sbc1'),
    sbc2: await start(sbcs.sbc2, 'sbc2'),
    dns: runningDns.address,
    smtp: `${smtp.host}:${smtp.port}`,
    mailbox: await start(mail.standIn, 'mailbox'),
  };
  const standIns = [...Object.values(microsoft.standIns), ...Object.values(sbcs), dns.standIn, mail.standIn];
  const mounts = { microsoft: personApi(microsoft.person, microsoft.state, microsoft.store) };
  const admin = adminApp(base, standIns, () => outside, mounts);
  const runningAdmin = await startAdmin(admin, ports.admin ?? 0);
  closers.push(() => runningAdmin.close());
  return { ...outside, admin: runningAdmin.url };
}

function snapshotWorld({ microsoft, sbc, dns, mail }: CloudWorld): Record<string, unknown> {
  return {
    microsoft: Object.fromEntries([...microsoft.state.tenants.keys()].sort().map((id) => [id, microsoft.snapshot(id)])),
    sbc1: sbc.sbc1.snapshot(),
    sbc2: sbc.sbc2.snapshot(),
    dns: dns.zones.records(),
    mail: mail.standIn.snapshot?.(),
  };
}
