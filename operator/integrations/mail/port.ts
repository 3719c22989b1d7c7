import type { Driver } from '../../domain/change/driver.ts';

/**
 * Outgoing mail as changes: kind `Mail`, action `create`, name = Message-ID (deterministic, without angle brackets), system `mail`, target `smtp`,
 * fields `{ to, template, variables: {…} }`. A connection lost after the message body was sent and before the server's answer is the failure
 * `DeliveryUnknown` (Terminal): it is never sent again by itself (design §4 mail).
 */
export interface MailView {
  /** Templates by name that load and compile; others with the reason. */
  readonly templates: Readonly<Record<string, 'ok' | string>>;
  /** Undefined: settings are complete. Else what is missing (`InvitationSettingsIncomplete`). */
  readonly settingsProblem: string | undefined;
}

/** system `mail`, target id = `smtp`. `read` does not talk to the server. */
export type MailDriver = Driver<MailView>;
