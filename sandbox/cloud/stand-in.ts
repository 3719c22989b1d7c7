import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { SandboxCa } from './ca.ts';
import { SandboxClock } from './clock.ts';
import { Consistency, type ConsistencyProfile } from './consistency.ts';
import { Faults } from './faults.ts';
import { type ExchangeInput, RequestLog } from './request-log.ts';
import { Switches } from './switches.ts';

/** What every stand-in shares: one CA, one clock, one set of faults, delays and switches, one request log. */
export interface CloudBase {
  readonly ca: SandboxCa;
  readonly clock: SandboxClock;
  readonly consistency: Consistency;
  readonly switches: Switches;
  readonly faults: Faults;
  readonly log: RequestLog;
}

export interface CloudBaseOptions {
  readonly clock?: SandboxClock;
  readonly profile?: ConsistencyProfile;
  /** Keep masked bodies in the request log (default). */
  readonly bodies?: boolean;
}

export async function createCloudBase({
  clock = new SandboxClock(),
  profile = 'zero',
  bodies = true,
}: CloudBaseOptions = {}): Promise<CloudBase> {
  return {
    ca: await SandboxCa.create(),
    clock,
    consistency: new Consistency(clock, profile),
    switches: new Switches(),
    faults: new Faults(),
    log: new RequestLog({ now: () => clock.now(), bodies }),
  };
}

/** Facts about the exchange under way. A handler corrects what the path alone does not tell, before it answers. */
export interface ExchangeFacts {
  target: string | undefined;
  /** Starts as "method is not GET, HEAD or OPTIONS". */
  write: boolean;
  /** Records exchanges that travelled inside this one (a batch). */
  readonly recordInner: (inner: Omit<ExchangeInput, 'standIn' | 'batched'>) => void;
}

/** Environment of a stand-in's Hono app: `c.env.facts`, and `c.env.incoming` for the socket. */
export interface StandInEnv {
  Bindings: HttpBindings & { facts: ExchangeFacts };
}

/** One outside system as the base serves it: its own port on loopback, HTTPS with a certificate of the sandbox CA. */
export interface StandIn {
  /** What faults, log and endpoints call it: `entra`, `graph`, `teams-admin`, `sbc1`, `dns`, `mail`. */
  readonly name: string;
  readonly app: Hono<StandInEnv>;
  /** Names in its certificate beside `localhost` and `127.0.0.1`. */
  readonly hosts?: readonly string[];
  /** The tenant or device that a request is for, told from the request alone: faults are aimed with it before any work is done. */
  readonly targetOf?: (request: Request) => string | undefined;
  /** Whether the request is a write, where method alone does not tell. */
  readonly isWrite?: (request: Request) => boolean;
  /** An injected `status` or `throttle` failure in this system's own shape. Default: plain text. */
  readonly failure?: (status: number, request: Request) => Response | Promise<Response>;
  /** Other certificate than one issued by the sandbox CA; `plain` serves HTTP. */
  readonly tls?: { readonly certPem: string; readonly keyPem: string } | 'plain';
  /** Routes under `/stand-ins/<name>` of the admin API: what a person would do there. */
  readonly admin?: Hono;
  /** State as plain JSON for "equal to before" comparisons. */
  readonly snapshot?: (target?: string) => unknown;
}
