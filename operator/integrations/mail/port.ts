import type { Driver } from '../../domain/change/driver.ts';

/** One mail template: Handlebars with plain place holders only (`PLACE_HOLDERS`), values escaped in the body. */
export interface MailTemplate {
  readonly subject: string;
  /** HTML; the text part is generated from it. */
  readonly html: string;
}

/** What the chart sets for outgoing mail. Whatever is missing is told in `MailView.settingsProblem`, not thrown. */
export interface MailSettings {
  readonly smtp?: {
    readonly host: string;
    readonly port: number;
    /** `Tls`: from the first byte. `StartTls`: the connection is given up if the server does not offer it. There is no third way. */
    readonly security: 'StartTls' | 'Tls';
    readonly username?: string;
    readonly password?: string;
    /** Replaces the system's certificate authorities. */
    readonly caPem?: string;
  };
  /** Sender, with or without a display name. */
  readonly from?: string;
  /** Where invitations lead; the place holder `CustomerAuthenticationPortalUrl`. */
  readonly portalUrl?: string;
  /** The place holder `ProviderName`; empty stands for a general wording. */
  readonly providerName: string;
  /** The provider's own templates by name; a built-in one of the same name gives way. */
  readonly templates?: Readonly<Record<string, MailTemplate>>;
}

/**
 * Outgoing mail as changes: kind `Mail`, action `create`, name = Message-ID (deterministic, without angle brackets), system `mail`, target `smtp`,
 * fields `{ to, template, variables: {…} }`. A connection lost after the message body was sent and before the server's answer is the failure
 * `DeliveryUnknown` (Terminal): it is never sent again by itself (design §4 mail). `ProviderName` and `CustomerAuthenticationPortalUrl` come
 * from the settings, all other place holders from `variables`.
 */
export interface MailView {
  /** Templates by name that load and compile; others with the reason. */
  readonly templates: Readonly<Record<string, 'ok' | string>>;
  /** Undefined: settings are complete. Else what is missing (`InvitationSettingsIncomplete`). */
  readonly settingsProblem: string | undefined;
}

/** system `mail`, target id = `smtp`. `read` does not talk to the server. */
export type MailDriver = Driver<MailView>;
