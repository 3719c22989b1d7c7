import type { Hono } from 'hono';
import type { StandInEnv } from '../stand-in.ts';
import { failed, type SbcContext } from './answers.ts';
import type { SbcDevice } from './device.ts';

/** Ids by group, as public tools found them (audiocodes-sbc §6.2); the odd capital in `sipRecstats` is real. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  sbc: {
    callStats: ['activeSessions', 'attemptedCallsRateIn', 'attemptedCallsRateOut', 'answerSeizureRatio', 'networkEffectivenessRatio'],
    otherStats: ['registeredUsers', 'transactionRate'],
    sipRecstats: ['sipRecSessions'],
  },
  media: { mediaStats: ['mediaMOSIn', 'mediaMOSOut', 'mediaPacketLossIn', 'mediaPacketLossOut'] },
  network: { haStats: ['networkStatus'] },
  system: { licenseStats: ['sbcSessions', 'farEndUsers'] },
};

/** Groups that have an entity for each IP group: the cheapest inventory of IP groups (§6.1). */
const PER_IP_GROUP = new Set(['callStats', 'otherStats', 'mediaStats']);

interface Item {
  readonly id: string;
  readonly name: string;
  readonly value?: number | null;
}

/** The KPI tree; an idle device reports null (§6.1). `device.kpis` overrides single values by path. */
export function addKpiRoutes(api: Hono<StandInEnv>, device: SbcDevice): void {
  api.get('/kpi', (c) => items(c, 'kpi', ['current', 'history', 'interval'].map(named)));
  api.get('/kpi/interval', (c) => c.json({ intervals: [] }));
  api.get('/kpi/history/*', (c) => {
    const path = c.req.path.replace(/^.*\/kpi\/history\//, '').split('/');
    return levelBelow(device, path) === undefined ? failed(c, 404, 'Not Found') : c.body(null, 204);
  });
  api.get('/kpi/current', (c) => items(c, 'kpi/current', Object.keys(GROUPS).map(named)));
  api.get('/kpi/current/*', (c) => {
    const path = c.req.path.replace(/^.*\/kpi\/current\//, '').split('/');
    const below = path.some((part) => part === '') ? 'malformed' : levelBelow(device, path);
    if (below === 'malformed') return failed(c, 400, 'Malformed path');
    if (below === undefined) return failed(c, 404, 'Not Found');
    if (below.length === 0) return c.body(null, 204);
    return items(c, `kpi/current/${path.join('/')}`, below);
  });
}

function named(id: string): Item {
  return { id, name: id };
}

function items(c: SbcContext, path: string, list: readonly Item[]): Response {
  const wanted = c.req.query('kpi');
  const shown = wanted === undefined ? list : list.filter(({ id }) => id === wanted);
  return c.json({ items: shown.map((item) => ({ ...item, url: `/api/v1/${path}/${item.id}` })) });
}

/** `application/group/entity[/index][/kpi]`: asking a shorter path lists the next level. Undefined = there is no such thing. */
function levelBelow(device: SbcDevice, path: readonly string[]): Item[] | undefined {
  const [application = '', group, entity, ...rest] = path;
  const groups = GROUPS[application];
  if (groups === undefined) return undefined;
  if (group === undefined) return Object.keys(groups).map(named);
  const ids = groups[group];
  if (ids === undefined) return undefined;
  if (entity === undefined) return ['global', ...(PER_IP_GROUP.has(group) ? ['ipGroup'] : [])].map(named);
  if (entity === 'global') return values(device, `${application}/${group}/global`, ids, rest[0]);
  return entity === 'ipGroup' && PER_IP_GROUP.has(group) ? perIpGroup(device, `${application}/${group}/ipGroup`, ids, rest) : undefined;
}

function perIpGroup(device: SbcDevice, path: string, ids: readonly string[], [index, kpi]: readonly string[]): Item[] | undefined {
  const groups = device.running.rows('IPGroup');
  if (index === undefined) return groups.map((row) => ({ id: String(row.index), name: row.values['Name'] ?? '' }));
  return groups.some((row) => String(row.index) === index) ? values(device, `${path}/${index}`, ids, kpi) : undefined;
}

function values(device: SbcDevice, path: string, ids: readonly string[], kpi: string | undefined): Item[] | undefined {
  const wanted = kpi === undefined ? ids : ids.filter((id) => id === kpi);
  if (wanted.length === 0) return undefined;
  return wanted.map((id) => ({ id, name: id, value: device.kpis.get(`${path}/${id}`) ?? null }));
}
