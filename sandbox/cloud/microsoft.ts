import { Directory } from './directory.ts';
import { entraStandIn } from './entra/app.ts';
import { TokenService } from './entra/tokens.ts';
import { graphStandIn } from './graph/app.ts';
import { Person } from './person.ts';
import { snapshotTenant } from './snapshot.ts';
import type { CloudBase, StandIn } from './stand-in.ts';
import { teamsAdminStandIn } from './teams-admin/app.ts';
import { ConfigStore } from './teams-admin/store.ts';
import { TeamsUsers } from './teams-admin/users.ts';
import { CloudState } from './tenant.ts';
import { VoiceRules } from './voice.ts';

/** Microsoft's side of the sandbox: tenants, and the three services that show them. */
export interface Microsoft {
  readonly state: CloudState;
  readonly directory: Directory;
  readonly person: Person;
  readonly store: ConfigStore;
  readonly rules: VoiceRules;
  readonly standIns: { readonly entra: StandIn; readonly graph: StandIn; readonly teamsAdmin: StandIn };
  /** One tenant as plain JSON. */
  snapshot(tenantId: string): Record<string, unknown>;
}

export async function createMicrosoft(base: CloudBase): Promise<Microsoft> {
  const state = new CloudState(base.clock);
  const directory = new Directory(state, base);
  const rules = new VoiceRules(state, base);
  const store = new ConfigStore(base);
  const users = new TeamsUsers(base, rules, store);
  const tokens = await TokenService.create(base.clock);
  return {
    state,
    directory,
    rules,
    store,
    person: new Person({ state, directory, store, users }),
    standIns: {
      entra: entraStandIn({ state, base, tokens }),
      graph: graphStandIn({ state, base, tokens, directory, rules, users }),
      teamsAdmin: teamsAdminStandIn({ state, base, tokens, rules, store, users }),
    },
    snapshot: (tenantId) => snapshotTenant(state.tenant(tenantId), store),
  };
}
