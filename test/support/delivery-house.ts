import { createDelivery, type DeliveryDeps } from '../../operator/delivery/create-delivery.ts';
import { type AuditRecord, NO_METRICS } from '../../operator/delivery/hooks.ts';
import type { Change } from '../../operator/domain/change/change-set.ts';
import type { Target } from '../../operator/domain/change/driver.ts';
import { FakeClock } from './fake-clock.ts';
import { InMemorySystem, type SystemView } from './in-memory-system.ts';

export const tenant = (id: string): Target => ({ system: 'teams-admin', id, lane: `tenant/${id}` });
export const device = (id: string): Target => ({ system: 'sbc', id, lane: `device/${id}` });

export function create(target: Target, name: string, fields: Record<string, string> = { tag: 'a' }): Change {
  const wanted = Object.entries(fields).map(([path, after]) => ({ path, after }));
  return { system: target.system, target: target.id, kind: 'Rule', name, action: 'create', fields: wanted, after: [] };
}

type SystemOptions = Omit<ConstructorParameters<typeof InMemorySystem>[0], 'clock'>;

/** Delivery over one in-memory cloud (single sets) and one in-memory device system (group commit). */
export function deliveryHouse(overrides: Partial<DeliveryDeps> = {}, cloudOptions: SystemOptions = {}, deviceOptions: SystemOptions = {}) {
  const clock = new FakeClock();
  const cloud = new InMemorySystem({ clock, latencyMs: 20, ...cloudOptions });
  const group = { windowMs: 250, maxChanges: 200, maxBytes: 65_536 };
  const sbc = new InMemorySystem({ clock, latencyMs: 20, group, readsBack: true, stopsAtFailure: true, ...deviceOptions });
  const woken: string[] = [];
  const audit: AuditRecord[] = [];
  const trouble: string[] = [];
  const delivery = createDelivery({
    drivers: { 'teams-admin': cloud, sbc },
    clock,
    random: () => 0.5,
    wake: (owner) => void woken.push(owner),
    audit: (record) => void audit.push(record),
    metrics: { ...NO_METRICS, trouble: (where) => void trouble.push(where) },
    ...overrides,
  });
  const see = (target: Target, owner: string, freshness = {}) => delivery.see<SystemView>(target, owner, freshness);
  const submit = (owner: string, target: Target, changes: Change[], priority: 'urgent' | 'change' | 'poll' = 'change') =>
    delivery.submit({ owner, target, changes, priority });
  const results = (owner: string, target: Target) => {
    const outcome = delivery.outcomeOf(owner, target);
    return outcome.state === 'done' ? outcome.verdicts.map((verdict) => verdict.result) : outcome.state;
  };
  return { clock, cloud, sbc, delivery, woken, audit, trouble, see, submit, results };
}
