import Handlebars from 'handlebars';
import { OperatorError } from '../../errors/operator-error.ts';
import { plainText } from './plain-text.ts';
import type { MailTemplate } from './port.ts';

/** Every place holder that a subject or body may have; the first three are those of the products that this replaces (S118, S136). */
export const PLACE_HOLDERS = [
  'CustomerId',
  'CustomerAuthenticationPortalUrl',
  'InvitationId',
  'AccountName',
  'ProviderName',
  'AddedBy',
  'AdminEmail',
  'ExpiresAt',
  'PreviousCount',
  'UpdatedCount',
] as const;

type PlaceHolder = (typeof PLACE_HOLDERS)[number];
export type MailVariables = Readonly<Partial<Record<PlaceHolder, string>>>;

/** The two that make the invitation's link: a body without them invites nobody to anywhere (S117, S118). */
const LINK: readonly PlaceHolder[] = ['CustomerAuthenticationPortalUrl', 'InvitationId'];

interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** A template that was checked and can be filled in. */
export interface CompiledTemplate {
  /** Place holders of the body. */
  readonly used: ReadonlySet<PlaceHolder>;
  /** Throws Terminal/TemplateInvalid naming a place holder without a value. */
  render(variables: MailVariables): RenderedMail;
}

/**
 * Checks and compiles. `needsLink`: the body must hold the link's place holders. Throws Terminal/TemplateInvalid that names what is wrong:
 * a place holder that nobody fills, anything that is more than a place holder, an empty subject or body.
 */
export function compileTemplate(name: string, template: MailTemplate, needsLink: boolean): CompiledTemplate {
  if (template.subject.trim() === '') throw invalid(name, 'its subject is empty');
  if (template.html.trim() === '') throw invalid(name, 'its body is empty');
  placeHoldersOf(name, 'subject', template.subject);
  const used = placeHoldersOf(name, 'body', template.html);
  const absent = LINK.filter((holder) => needsLink && !used.has(holder));
  if (absent.length > 0)
    throw invalid(name, `its body lacks ${absent.map((holder) => `{{${holder}}}`).join(' and ')}, without which there is no link`);
  const subject = Handlebars.compile(template.subject, { strict: true, noEscape: true });
  const body = Handlebars.compile(template.html, { strict: true });
  return { used, render: (variables) => rendered(name, variables, subject, body) };
}

function rendered(
  name: string,
  variables: MailVariables,
  subject: Handlebars.TemplateDelegate,
  body: Handlebars.TemplateDelegate,
): RenderedMail {
  try {
    const html = body(variables);
    return { subject: oneLine(subject(variables)), html, text: plainText(html) };
  } catch (thrown) {
    const holder = PLACE_HOLDERS.find((known) => thrown instanceof Error && thrown.message.includes(`"${known}"`));
    throw invalid(name, holder === undefined ? 'it cannot be filled in' : `there is no value for {{${holder}}} in this mail`, thrown);
  }
}

/** A value with a line break must not become a header of its own. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function placeHoldersOf(name: string, part: string, text: string): ReadonlySet<PlaceHolder> {
  const used = new Set<PlaceHolder>();
  for (const statement of parsed(name, part, text).body) {
    if (statement.type === 'ContentStatement' || statement.type === 'CommentStatement') continue;
    const written = writtenAs(statement);
    const holder = PLACE_HOLDERS.find((known) => known === written);
    if (holder === undefined)
      throw invalid(
        name,
        `its ${part} has ${written === undefined ? 'more than plain place holders' : `the unknown place holder {{${written}}}`}`,
      );
    used.add(holder);
  }
  return used;
}

function parsed(name: string, part: string, text: string): hbs.AST.Program {
  try {
    return Handlebars.parse(text);
  } catch (cause) {
    throw invalid(name, `its ${part} has braces that do not match`, cause);
  }
}

/** The name in `{{Name}}`; undefined for helpers, blocks, partials, paths and unescaped values. */
function writtenAs(statement: hbs.AST.Statement): string | undefined {
  if (statement.type !== 'MustacheStatement') return undefined;
  const { path, params, hash, escaped } = statement as hbs.AST.MustacheStatement;
  if (!escaped || params.length > 0 || hash !== undefined || path.type !== 'PathExpression') return undefined;
  const { original, parts, depth, data } = path as hbs.AST.PathExpression;
  return depth === 0 && !data && parts.length === 1 && original === parts[0] ? original : undefined;
}

function invalid(name: string, why: string, cause?: unknown): OperatorError {
  return new OperatorError(`Mail template ${name} cannot be used: ${why}`, {
    kind: 'Terminal',
    reason: 'TemplateInvalid',
    remedy: `Correct the template; place holders are ${PLACE_HOLDERS.map((holder) => `{{${holder}}}`).join(', ')}`,
    cause,
  });
}
