import type { CloudBase } from '../stand-in.ts';
import type { ConfigItem } from '../tenant.ts';
import { badRequest } from './errors.ts';
import { type ConfigType, hasRightType, type PropertySpec, valueProblem } from './types.ts';

const IDENTITY_MEMBERS = new Set(['Identity', 'Key', 'ConfigId', 'ConfigMetadata']);

/** What the service reads from a body, and how it shows an instance: the quirks of teams-admin-api §4. */
export class ConfigBodies {
  readonly #switches;

  constructor({ switches }: CloudBase) {
    this.#switches = {
      unknownOnCreate: switches.define(
        'teams.unknownPropertyOnCreate',
        ['refused', 'ignored'],
        'teams-admin-api §4 rule 5 speaks of PUT only',
      ),
      clearByNull: switches.define('teams.clearByNull', ['clears', 'ignored'], 'teams-admin-api §4 rule 3'),
      listModifiers: switches.define('teams.usageListModifiers', ['dropped', 'accepted'], 'teams-admin-api §7, §34.5'),
      outboundSpelling: switches.define('teams.outboundRuleSpelling', ['correct', 'misspelt'], 'teams-admin-api §6, §34.2'),
    };
  }

  /** The properties that the service takes over. On update, what it does not understand is dropped in silence. */
  accepted(type: ConfigType, body: Record<string, unknown>, on: 'create' | 'update'): Record<string, unknown> {
    const accepted: Record<string, unknown> = {};
    for (const [sent, value] of Object.entries(body)) {
      if (IDENTITY_MEMBERS.has(sent) || sent === type.alias) continue;
      const name = this.#storedName(sent);
      const spec = type.properties[name ?? ''];
      if (name !== undefined && spec !== undefined) this.#take(accepted, name, spec, value, on);
      else if (on === 'create' && this.#switches.unknownOnCreate() === 'refused')
        throw badRequest(`A parameter ${sent} does not exist for ${type.name}.`);
    }
    return accepted;
  }

  #take(accepted: Record<string, unknown>, name: string, spec: PropertySpec, value: unknown, on: 'create' | 'update'): void {
    if (value === null && this.#switches.clearByNull() === 'clears') accepted[name] = spec.default;
    else if (hasRightType(spec, value)) accepted[name] = checkedValue(name, spec, value);
    else if (on === 'create' && value !== null) throw badRequest(`The value of parameter ${name} has the wrong type.`);
  }

  /** The stored name of a property as sent; undefined when only the other spelling is taken (§6 wire-name caveat). */
  #storedName(sent: string): string | undefined {
    const misspelt = this.#switches.outboundSpelling() === 'misspelt';
    if (sent === 'OutbundTeamsNumberTranslationRules') return misspelt ? 'OutboundTeamsNumberTranslationRules' : undefined;
    return sent === 'OutboundTeamsNumberTranslationRules' && misspelt ? undefined : sent;
  }

  /** `{"Usage":{"Add":[…]}}`: an object where an array belongs, unless the service turns out to take it (§7). */
  withModifiers(type: ConfigType, known: ConfigItem | undefined, body: Record<string, unknown>): Record<string, unknown> {
    const { Usage: modifier } = body as { Usage?: unknown };
    if (type.name !== 'OnlinePstnUsages' || this.#switches.listModifiers() === 'dropped' || !isModifier(modifier)) return body;
    const present = (known?.properties['Usage'] ?? []) as string[];
    const removed = new Set((modifier.Remove ?? []).map((usage) => usage.toLowerCase()));
    const kept = (modifier.Replace ?? present).filter((usage) => !removed.has(usage.toLowerCase()));
    return { ...body, Usage: [...kept, ...(modifier.Add ?? [])] };
  }

  /** An instance as answers carry it, read-only members included (§4 rule 9). */
  shown(type: ConfigType, { identity, properties }: ConfigItem): Record<string, unknown> {
    const { OutboundTeamsNumberTranslationRules: outbound, ...others } = properties;
    const spelling =
      this.#switches.outboundSpelling() === 'misspelt' ? 'OutbundTeamsNumberTranslationRules' : 'OutboundTeamsNumberTranslationRules';
    return {
      Identity: identity,
      ...(type.alias === undefined ? {} : { [type.alias]: identity }),
      ...others,
      ...(outbound === undefined ? {} : { [spelling]: outbound }),
      ...type.readOnly,
      ConfigMetadata: { Authority: 'Tenant' },
      ...(type.scope === 'collection'
        ? {}
        : { Key: { ScopeClass: identity === 'Global' ? 'Global' : 'Tag' }, ConfigId: identity.replace(/^Tag:/, '') }),
    };
  }
}

function checkedValue(sent: string, spec: PropertySpec, value: unknown): unknown {
  const problem = valueProblem(sent, spec, value);
  if (problem !== undefined) throw badRequest(problem);
  return value;
}

interface Modifier {
  readonly Add?: readonly string[];
  readonly Remove?: readonly string[];
  readonly Replace?: readonly string[];
}

function isModifier(value: unknown): value is Modifier {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
