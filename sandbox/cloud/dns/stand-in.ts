import { Hono } from 'hono';
import { z } from 'zod';
import type { CloudBase, StandIn, StandInEnv } from '../stand-in.ts';
import { Publisher } from './publisher.ts';
import { Endpoint, normalName, RECORD_TYPES } from './records.ts';
import { Zones } from './zone.ts';

export interface DnsOptions {
  readonly zones: readonly string[];
}

export interface Dns {
  readonly zones: Zones;
  readonly publisher: Publisher;
  /** For the admin API and snapshots; queries come over UDP and TCP (`startDns`), not over HTTP. */
  readonly standIn: StandIn;
}

/** Zones of the sandbox: the provider's own, and one of a customer that hosts its DNS here too. */
const QUICKSTART_ZONES = ['carrier.example', 'nordwind.example'] as const;

/** What `teams.publicAddresses` of the quickstart's devices says (telephony 1.3). */
const QUICKSTART_PUBLIC_ADDRESS = '203.0.113.10';

export function createDns(base: CloudBase, { zones: names }: DnsOptions = { zones: QUICKSTART_ZONES }): Dns {
  const zones = new Zones(names);
  const publisher = new Publisher(zones, base);
  return {
    zones,
    publisher,
    standIn: {
      name: 'dns',
      app: new Hono<StandInEnv>(),
      tls: 'plain',
      admin: dnsAdmin(zones, publisher),
      snapshot: () => zones.records(),
    },
  };
}

/** The provider's base record, put there by hand long ago. */
export function seedQuickstartDns({ zones }: Dns, carrierTrunk = 'teams.carrier.example'): void {
  zones.set({ name: carrierTrunk, type: 'A', ttl: 300, values: [QUICKSTART_PUBLIC_ADDRESS] });
}

const Mode = z.strictObject({
  enabled: z.boolean().exactOptional(),
  managedRecordTypes: z.array(z.enum(RECORD_TYPES)).exactOptional(),
  registryPrefix: z.string().exactOptional(),
});

/** `/stand-ins/dns`: records as published, the DNS controller's mode, and records set by hand. */
function dnsAdmin(zones: Zones, publisher: Publisher): Hono {
  const app = new Hono();
  app.get('/records', (c) => c.json(zones.records()));
  app.get('/problems', (c) => c.json(publisher.problems()));
  app.get('/mode', (c) => c.json(publisher.mode));
  app.patch('/mode', async (c) => {
    publisher.setMode(Mode.parse(await c.req.json()));
    return c.json(publisher.mode);
  });
  app.put('/by-hand/:owner', async (c) => {
    publisher.upsert(`by hand: ${c.req.param('owner')}`, z.array(Endpoint).parse(await c.req.json()));
    return c.json(publisher.problems());
  });
  app.delete('/by-hand/:owner', (c) => {
    publisher.remove(`by hand: ${c.req.param('owner')}`);
    return c.body(null, 204);
  });
  app.get('/lookup/:type/:name', (c) => c.json(zones.lookup(normalName(c.req.param('name')), c.req.param('type'))));
  return app;
}
