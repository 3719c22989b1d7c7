import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createTCPServer, createUDPServer, Packet } from 'dns2';
import type { CloudBase } from '../stand-in.ts';
import type { RecordSet, RecordType } from './records.ts';
import type { Lookup, Zones } from './zone.ts';

export interface DnsListenOptions {
  /** The same for UDP and TCP; 0 or absent = any free one. */
  readonly port?: number;
}

export interface RunningDns {
  readonly port: number;
  /** For `Resolver.setServers`. */
  readonly address: string;
  close(): Promise<void>;
}

const SOA = { admin: 'hostmaster.sandbox.invalid', serial: 1, refresh: 3600, retry: 600, expiration: 604_800, minimum: 5 };
const ATTEMPTS = 10;

type Send = (response: Packet) => unknown;

/** Serves zones over UDP and TCP on loopback, authoritative only, with the faults and the log of the cloud around it. */
export async function startDns(zones: Zones, base: CloudBase, { port = 0 }: DnsListenOptions = {}): Promise<RunningDns> {
  const stopped = new AbortController();
  const handle = (request: Packet, send: Send): void => {
    answer(zones, base, request, stopped.signal)
      .then((response) => (response === undefined ? undefined : send(response)))
      .catch((error: unknown) =>
        base.log.record({ standIn: 'dns', method: 'QUERY', path: `/error/${String(error)}`, status: 0, write: false }),
      );
  };
  for (let attempt = 1; ; attempt += 1) {
    const udp = createUDPServer(handle);
    const bound = await bindUdp(udp, port);
    try {
      const closeTcp = await listenTcp(handle, bound);
      const closeUdp = (): Promise<void> => new Promise((resolve) => udp.close(() => resolve()));
      const close = async (): Promise<void> => {
        stopped.abort();
        await Promise.all([closeUdp(), closeTcp()]);
      };
      return { port: bound, address: `127.0.0.1:${bound}`, close };
    } catch (taken) {
      // UDP and TCP ports are given out apart: the free UDP port may be in use for TCP.
      udp.close();
      if (port !== 0 || attempt >= ATTEMPTS) throw taken;
    }
  }
}

function bindUdp(udp: ReturnType<typeof createUDPServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    udp.once('error', reject);
    udp.bind(port, '127.0.0.1', () => resolve(udp.address().port));
  });
}

async function listenTcp(handle: (request: Packet, send: Send) => void, port: number): Promise<() => Promise<void>> {
  const tcp = createTCPServer(handle);
  const sockets = new Set<Socket>();
  tcp.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    tcp.once('error', reject);
    tcp.listen(port, '127.0.0.1', () => resolve());
  });
  if ((tcp.address() as AddressInfo).port !== port) throw new Error('TCP and UDP ports differ');
  return () =>
    new Promise((resolve) => {
      tcp.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
}

/** Undefined = no answer goes out (hang, reset, lost answer). */
async function answer(zones: Zones, base: CloudBase, request: Packet, stopped: AbortSignal): Promise<Packet | undefined> {
  const question = request.questions[0];
  const name = question?.name ?? '';
  const typeName = Packet.TYPE_NAME[question?.type ?? 0] ?? String(question?.type);
  const path = `/${typeName}/${name}`;
  const fault = base.faults.take({ standIn: 'dns', target: name, method: 'QUERY', path, write: false });
  if (fault?.kind === 'delay') await delay(fault.delayMs ?? 0, undefined, { signal: stopped }).catch(() => undefined); // stopping ends the wait
  const failed = fault?.kind === 'status' || fault?.kind === 'throttle';
  const silent = fault !== undefined && !failed && fault.kind !== 'delay';
  const response = Packet.createResponseFromRequest(request);
  if (failed) response.header.rcode = fault.kind === 'throttle' ? Packet.RCODE.REFUSED : Packet.RCODE.SERVFAIL;
  else respond(zones, response, name, typeName);
  const faultId = fault === undefined ? {} : { fault: fault.id };
  base.log.record({
    standIn: 'dns',
    target: name,
    method: 'QUERY',
    path,
    status: silent ? 0 : response.header.rcode,
    write: false,
    ...faultId,
  });
  return silent ? undefined : response;
}

function respond(zones: Zones, response: Packet, name: string, typeName: string): void {
  const { RCODE } = Packet;
  response.header.aa = 1;
  if (response.questions.length !== 1) {
    response.header.rcode = RCODE.FORMERR;
  } else if (typeName === 'SOA' || typeName === 'NS') {
    respondApex(zones, response, name, typeName);
  } else {
    fill(response, name, zones.lookup(name, typeName));
  }
}

function respondApex(zones: Zones, response: Packet, name: string, typeName: 'SOA' | 'NS'): void {
  const { CLASS, TYPE } = Packet;
  if (!zones.names.includes(name.toLowerCase())) fill(response, name, zones.lookup(name, 'NS'));
  else if (typeName === 'SOA') response.answers.push(soa(name));
  else response.answers.push(new Packet.Resource({ name, type: TYPE.NS, class: CLASS.IN, ttl: 300, ns: `ns.${name}` }));
}

function fill(response: Packet, asked: string, lookup: Lookup): void {
  const { RCODE } = Packet;
  if (lookup.outcome === 'refused') {
    response.header.aa = 0;
    response.header.rcode = RCODE.REFUSED;
  } else if (lookup.outcome === 'found') {
    for (const record of lookup.records) response.answers.push(...resources(record, asked));
  } else {
    response.authorities.push(soa(lookup.zone));
    if (lookup.outcome === 'nxDomain') response.header.rcode = RCODE.NXDOMAIN;
  }
}

/** Names are answered in the spelling in which they were asked. */
function resources({ name, type, ttl, values }: RecordSet, asked: string) {
  const owner = asked.toLowerCase() === name ? asked : name;
  return values.map(
    (value) => new Packet.Resource({ name: owner, type: Packet.TYPE[type], class: Packet.CLASS.IN, ttl, ...dataOf(type, value) }),
  );
}

function dataOf(type: RecordType, value: string) {
  const words = value.split(' ');
  const readers = {
    A: () => ({ address: value }),
    AAAA: () => ({ address: value }),
    CNAME: () => ({ domain: value }),
    NS: () => ({ ns: value }),
    TXT: () => ({ data: value.match(/[\s\S]{1,255}/g) ?? [''] }),
    MX: () => ({ priority: Number(words[0]), exchange: words[1] ?? '' }),
    SRV: () => ({ priority: Number(words[0]), weight: Number(words[1]), port: Number(words[2]), target: words[3] ?? '' }),
  };
  return readers[type]();
}

function soa(zone: string) {
  return new Packet.Resource({ name: zone, type: Packet.TYPE.SOA, class: Packet.CLASS.IN, ttl: 5, primary: `ns.${zone}`, ...SOA });
}
