import { createTransport } from 'nodemailer';
import type { Change, ChangeSet } from '../../domain/change/change-set.ts';
import type { AppliedBatch, Target, Verdict } from '../../domain/change/driver.ts';
import type { Json } from '../../domain/change/object.ts';
import { OperatorError, toOperatorError } from '../../errors/operator-error.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { MailDriver, MailSettings, MailTemplate, MailView } from './port.ts';
import { type OutgoingMessage, type SmtpSettings, sendMessage } from './smtp.ts';
import { type CompiledTemplate, compileTemplate, type MailVariables, PLACE_HOLDERS } from './template.ts';
import { BUILT_IN, LINK_TEMPLATES } from './templates/built-in.ts';

export interface MailDriverDeps {
  readonly clock: Clock;
  readonly settings: MailSettings;
  /** Templates that are neither built in nor in the settings, looked up when they are named (`Invitation.spec.template`). */
  readonly findTemplate: (name: string, signal: AbortSignal) => Promise<MailTemplate | undefined>;
}

/** Message-IDs that this process has handed over; more than any day brings. */
const REMEMBERED = 10_000;

/**
 * Mail as one system. Each change is one message, handed over at most once: the controller records its intention before it submits, the
 * Message-ID is the change's name, and an outcome that nobody knows is told as such, never tried again here (design §4).
 */
export class SmtpMailDriver implements MailDriver {
  readonly overlayMs = 0;
  readonly #deps: MailDriverDeps;
  readonly #taken = new Set<string>();

  constructor(deps: MailDriverDeps) {
    this.#deps = deps;
  }

  async read(_target: Target, _signal: AbortSignal): Promise<MailView> {
    return this.#view();
  }

  async apply(_target: Target, changes: ChangeSet, _view: MailView | undefined, signal: AbortSignal): Promise<AppliedBatch<MailView>> {
    const verdicts: Verdict[] = [];
    for (const change of changes) verdicts.push(await this.#verdictOn(change, signal));
    return { verdicts, view: this.#view() };
  }

  overlay(view: MailView): MailView {
    return view;
  }

  /** A view says nothing of mails: there is nothing to wait for. */
  shows(): boolean {
    return true;
  }

  async #verdictOn(change: Change, signal: AbortSignal): Promise<Verdict> {
    try {
      if (!this.#taken.has(change.name)) await this.#send(change, signal);
      this.#remember(change.name);
      return { change, result: 'applied' };
    } catch (thrown) {
      return { change, result: 'failed', error: toOperatorError(thrown) };
    }
  }

  async #send(change: Change, signal: AbortSignal): Promise<void> {
    const { smtp, from } = this.#deps.settings;
    const problem = this.#settingsProblem();
    if (problem !== undefined || smtp === undefined || from === undefined) throw incomplete(problem ?? '');
    const { to, template, variables } = readChange(change);
    const compiled = await this.#compiled(template, variables['InvitationId'] !== undefined, signal);
    const mail = compiled.render(this.#filled(variables));
    await sendMessage(smtp, await this.#compose(change.name, smtp, { from, to, ...mail }), signal);
  }

  #filled(variables: MailVariables): MailVariables {
    const { portalUrl = '', providerName } = this.#deps.settings;
    const provider = providerName === '' ? 'Your telephone service provider' : providerName;
    return { AddedBy: provider, ...variables, ProviderName: provider, CustomerAuthenticationPortalUrl: portalUrl.replace(/\/+$/, '') };
  }

  async #compiled(name: string, needsLink: boolean, signal: AbortSignal): Promise<CompiledTemplate> {
    const settled = this.#templates();
    const known = Object.hasOwn(settled, name) ? settled[name] : await this.#deps.findTemplate(name, signal);
    if (known !== undefined) return compileTemplate(name, known, needsLink || LINK_TEMPLATES.has(name));
    throw new OperatorError(`There is no mail template ${name}`, {
      kind: 'Terminal',
      reason: 'TemplateInvalid',
      remedy: 'Create it, or name another one',
    });
  }

  async #compose(
    messageId: string,
    smtp: SmtpSettings,
    mail: { from: string; to: string; subject: string; html: string; text: string },
  ): Promise<OutgoingMessage> {
    const composer = createTransport({
      streamTransport: true,
      buffer: true,
      newline: 'windows',
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const { envelope, message } = await composer.sendMail({
      ...mail,
      messageId: `<${messageId}>`,
      date: new Date(this.#deps.clock.now()),
      // Auto-replies to an operator help nobody (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    const [recipient] = envelope.to;
    if (envelope.from === false || recipient === undefined || !Buffer.isBuffer(message))
      throw incomplete(`a usable sender for ${smtp.host}`);
    return { from: envelope.from, to: recipient, raw: message };
  }

  #remember(messageId: string): void {
    this.#taken.add(messageId);
    if (this.#taken.size <= REMEMBERED) return;
    const [oldest] = this.#taken;
    if (oldest !== undefined) this.#taken.delete(oldest);
  }

  #view(): MailView {
    const states = Object.entries(this.#templates()).map(([name, template]) => [name, stateOf(name, template)] as const);
    return { templates: Object.fromEntries(states), settingsProblem: this.#settingsProblem() };
  }

  #templates(): Readonly<Record<string, MailTemplate>> {
    return { ...BUILT_IN, ...this.#deps.settings.templates };
  }

  #settingsProblem(): string | undefined {
    const { smtp, from = '', portalUrl = '' } = this.#deps.settings;
    const missing = [
      ...(smtp === undefined || smtp.host === '' ? ['a mail server'] : []),
      ...(from === '' ? ['a sender'] : []),
      ...(portalUrl === '' ? ['the portal address'] : []),
    ];
    return missing.length === 0 ? undefined : `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not configured`;
  }
}

function stateOf(name: string, template: MailTemplate): string {
  try {
    compileTemplate(name, template, LINK_TEMPLATES.has(name));
    return 'ok';
  } catch (thrown) {
    return toOperatorError(thrown).message;
  }
}

const ADDRESS = /^[^\s@<>(),;:"\\]{1,64}@[^\s@<>(),;:"\\]{1,255}$/;

function readChange({ kind, action, name, fields }: Change): { to: string; template: string; variables: MailVariables } {
  const value = (path: string): Json | undefined => fields.find((field) => field.path === path)?.after;
  const to = String(value('to') ?? '');
  if (kind !== 'Mail' || action !== 'create' || !/^[\x21-\x7e]{1,200}$/.test(name)) {
    throw new OperatorError(`A mail is created with its Message-ID as name, not: ${action} ${kind}`, {
      kind: 'Terminal',
      reason: 'InvalidConfiguration',
    });
  }
  if (!ADDRESS.test(to)) {
    throw new OperatorError('The address of the recipient is not one mail address', {
      kind: 'Terminal',
      reason: 'RecipientRefused',
      remedy: 'Correct the mail address',
    });
  }
  return { to, template: String(value('template') ?? ''), variables: readVariables(value('variables')) };
}

function readVariables(value: Json | undefined): MailVariables {
  if (value === undefined || value === null || typeof value !== 'object') return {};
  const given = new Map(Object.entries(value));
  return Object.fromEntries(
    PLACE_HOLDERS.flatMap((holder) => {
      const text = given.get(holder);
      return typeof text === 'string' || typeof text === 'number' ? [[holder, String(text)]] : [];
    }),
  );
}

function incomplete(problem: string): OperatorError {
  return new OperatorError(`Mail cannot be sent: ${problem}`, {
    kind: 'DependencyNotReady',
    reason: 'InvitationSettingsIncomplete',
    remedy: 'Complete mail, portalUrl and provider in the chart values',
  });
}
