import { readFileSync } from 'node:fs';
import { FIELD_MANAGERS } from '../api/group.ts';
import { type Config, ConfigProblem } from '../config/load.ts';
import type { Driver } from '../domain/change/driver.ts';
import { ruleSuffix } from '../domain/naming/rule-name.ts';
import { DnsEndpointDriver } from '../integrations/dns/driver.ts';
import type { TenantConnections } from '../integrations/entra/port.ts';
import type { HttpRuntime } from '../integrations/http/client.ts';
import { CLOUDS, type CloudEndpoints, customCloud } from '../integrations/http/clouds.ts';
import { SmtpMailDriver } from '../integrations/mail/driver.ts';
import { readTemplateFolder } from '../integrations/mail/folder.ts';
import type { MailSettings } from '../integrations/mail/port.ts';
import { createMicrosoftSystems } from '../integrations/microsoft.ts';
import { DeviceSessions } from '../integrations/sbc/audiocodes/connections.ts';
import { type AbandonedWork, AudioCodesDriver } from '../integrations/sbc/audiocodes/driver.ts';
import type { SbcConnections } from '../integrations/sbc/port.ts';
import type { SecretValues } from '../observability/secret-values.ts';
import type { Kube } from '../runtime/kube.ts';
import type { Log } from '../runtime/log.ts';
import { templatesIn } from './mail-templates.ts';

/** Every outside system of one process: drivers by system, and what controllers hand credentials to. */
export interface Outside {
  readonly drivers: Readonly<Record<string, Driver<unknown>>>;
  readonly tenants: TenantConnections;
  readonly sbcs: SbcConnections;
  close(): void;
}

export interface OutsideOptions {
  readonly config: Config;
  readonly runtime: HttpRuntime;
  readonly kube: Kube;
  readonly log: Log;
  /** Told of the password that settings name. */
  readonly secrets: SecretValues;
  readonly abandoned?: AbandonedWork;
}

/** Throws ConfigProblem when a file that the settings name cannot be read. */
export async function createOutside({ config, runtime, kube, log, secrets, abandoned }: OutsideOptions): Promise<Outside> {
  const microsoft = createMicrosoftSystems({
    runtime,
    cloud: cloudOf(config),
    onUsageLost: ({ tenantId, labels }) =>
      log.warn({ tenantId, labels, reason: 'UsageLost' }, 'PSTN usages of others were lost between two writes and put back'),
    onWarning: ({ tenantId, operation, text }) => log.warn({ tenantId, operation }, `Microsoft Teams warns: ${text}`),
  });
  const sessions = new DeviceSessions(runtime);
  const sbc = new AudioCodesDriver({
    clock: runtime.clock,
    sessions,
    suffix: ruleSuffix,
    ...(abandoned === undefined ? {} : { abandoned }),
  });
  const mail = new SmtpMailDriver({
    clock: runtime.clock,
    settings: await mailSettings(config, secrets),
    findTemplate: templatesIn(kube, config.namespace),
  });
  const drivers = { ...microsoft.drivers, sbc, mail, dns: new DnsEndpointDriver({ kube, fieldManager: FIELD_MANAGERS.objects }) };
  return {
    drivers: drivers as unknown as Outside['drivers'],
    tenants: microsoft.connections,
    sbcs: sessions,
    close: () => microsoft.close(),
  };
}

function cloudOf({ cloud }: Config): CloudEndpoints {
  if (cloud.name !== 'Custom') return CLOUDS[cloud.name];
  const { login, graph, teamsAdmin, caFile } = cloud;
  return customCloud({ login, graph, teamsAdmin, ...(caFile === undefined ? {} : { caPem: readSetting('cloud.caFile', caFile) }) });
}

async function mailSettings({ mail, portalUrl, provider }: Config, secrets: SecretValues): Promise<MailSettings> {
  const common = { providerName: provider.name, ...(portalUrl === undefined ? {} : { portalUrl }) };
  if (mail === undefined) return common;
  const { host, port, security, username, passwordFile, caFile, templatesFolder, from } = mail;
  const password = passwordFile === undefined ? undefined : readSetting('mail.passwordFile', passwordFile).trim();
  if (password !== undefined) secrets.add(password);
  const smtp = {
    host,
    port,
    security,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(caFile === undefined ? {} : { caPem: readSetting('mail.caFile', caFile) }),
  };
  const templates =
    templatesFolder === undefined
      ? {}
      : {
          templates: await readTemplateFolder(templatesFolder).catch((thrown: unknown) =>
            refuse('mail.templatesFolder', templatesFolder, thrown),
          ),
        };
  return { ...common, smtp, from, ...templates };
}

function readSetting(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    return refuse(setting, file, thrown);
  }
}

function refuse(setting: string, path: string, cause: unknown): never {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
  throw new ConfigProblem([`${setting}: ${path} cannot be read (${code})`], { cause });
}
