import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { OperatorError } from '../../errors/operator-error.ts';
import { parseTemplate } from './folder.ts';
import { plainText } from './plain-text.ts';
import { compileTemplate, type MailVariables, PLACE_HOLDERS } from './template.ts';
import { BUILT_IN, LINK_TEMPLATES } from './templates/built-in.ts';

const LINK = '<a href="{{CustomerAuthenticationPortalUrl}}/{{InvitationId}}">go</a>';
const FILLED: MailVariables = {
  CustomerId: 'contoso/acme',
  CustomerAuthenticationPortalUrl: 'https://portal.carrier.example/authenticate',
  InvitationId: 'inv-7',
  AccountName: 'Acme AG',
  ProviderName: 'Carrier',
  AddedBy: 'Carrier',
  AdminEmail: 'new@acme.example',
  ExpiresAt: '9 November 2026',
  PreviousCount: '10',
  UpdatedCount: '25',
};

function problem(subject: string, html: string, needsLink = true): string {
  try {
    compileTemplate('Mine', { subject, html }, needsLink);
    return 'ok';
  } catch (thrown) {
    if (!(thrown instanceof OperatorError)) throw thrown;
    expect([thrown.kind, thrown.reason]).toEqual(['Terminal', 'TemplateInvalid']);
    return thrown.message.replace('Mail template Mine cannot be used: ', '');
  }
}

describe('mail template', () => {
  it.each([
    ['[S117] [S118] takes the two place holders of the link', 'Hello', LINK, 'ok'],
    ['[S117] [S118] takes them in the subject as well', '{{CustomerId}} {{AccountName}}', LINK, 'ok'],
    [
      '[S118] refuses an unknown place holder',
      'Hello',
      `${LINK}{{CustomerName}}`,
      'its body has the unknown place holder {{CustomerName}}',
    ],
    ['[S118] refuses an unknown place holder in the subject', 'Hi {{Nobody}}', LINK, 'its subject has the unknown place holder {{Nobody}}'],
    [
      '[S117] refuses a body without the link',
      'Hello',
      '<p>Hello</p>',
      'its body lacks {{CustomerAuthenticationPortalUrl}} and {{InvitationId}}, without which there is no link',
    ],
    [
      '[S117] refuses a body with half a link',
      'Hello',
      '{{CustomerAuthenticationPortalUrl}}',
      'its body lacks {{InvitationId}}, without which there is no link',
    ],
    ['[S117] refuses an empty subject', '  ', LINK, 'its subject is empty'],
    ['[S117] refuses an empty body', 'Hello', '\n', 'its body is empty'],
    ['refuses braces that do not match', 'Hello', `${LINK}{{AccountName`, 'its body has braces that do not match'],
    ['refuses values that are not escaped', 'Hello', `${LINK}{{{AccountName}}}`, 'its body has more than plain place holders'],
    ['refuses helpers', 'Hello', `${LINK}{{lookup AccountName "constructor"}}`, 'its body has more than plain place holders'],
    ['refuses blocks', 'Hello', `${LINK}{{#if AccountName}}x{{/if}}`, 'its body has more than plain place holders'],
    ['refuses partials', 'Hello', `${LINK}{{> other}}`, 'its body has more than plain place holders'],
    ['refuses paths', 'Hello', `${LINK}{{AccountName.constructor}}`, 'its body has more than plain place holders'],
    ['refuses paths of the frame', 'Hello', `${LINK}{{../AccountName}}`, 'its body has more than plain place holders'],
    ['lets comments be', 'Hello', `${LINK}{{! for us }}`, 'ok'],
  ])('%s', (_, subject, html, expected) => {
    expect(problem(subject, html)).toBe(expected);
  });

  it('names the place holder that has no value in this mail', () => {
    const compiled = compileTemplate('Mine', { subject: 'Hello', html: `${LINK}{{PreviousCount}}` }, true);
    expect(() => compiled.render({ ...FILLED, PreviousCount: undefined } as never)).not.toThrow(TypeError);
    const { PreviousCount: _, ...without } = FILLED;
    expect(() => compiled.render(without)).toThrow('there is no value for {{PreviousCount}} in this mail');
  });

  it('[S118] escapes every value in the body and keeps it in one line in the subject', () => {
    const compiled = compileTemplate('Mine', { subject: '{{AccountName}}', html: `<p>{{AccountName}}</p>${LINK}` }, true);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const { subject, html } = compiled.render({ ...FILLED, AccountName: name });
        expect(subject).not.toMatch(/[\r\n]/);
        expect(html.slice(3, html.indexOf('</p>'))).not.toMatch(/[<>"]/);
        expect(html.endsWith('">go</a>')).toBe(true);
      }),
    );
    expect(compiled.render({ ...FILLED, AccountName: 'R&D "<b>"' }).html).toContain('<p>R&amp;D &quot;&lt;b&gt;&quot;</p>');
  });
});

describe('built-in mails', () => {
  it.each(Object.keys(BUILT_IN))('[S119] [S136] %s compiles, can be filled in and names the account', (name) => {
    const template = BUILT_IN[name];
    if (template === undefined) throw new Error(name);
    const mail = compileTemplate(name, template, LINK_TEMPLATES.has(name)).render(FILLED);
    expect([mail.subject, mail.html, mail.text].every((part) => part.includes('Acme AG'))).toBe(true);
    expect([mail.text.includes('{{'), mail.text.includes('<'), mail.text.includes('confidential')]).toEqual([false, false, true]);
    expect(mail.text.includes('https://portal.carrier.example/authenticate/inv-7')).toBe(LINK_TEMPLATES.has(name));
  });

  it.each([
    ['Activate', 'Activate the Microsoft Teams integration of Acme AG'],
    ['SyncRequired', 'Sync required: changes of Acme AG are pending'],
    ['SyncFailed', 'The integration sync of Acme AG failed'],
    ['LicensesChanged', 'Integration licences of Acme AG have changed'],
    ['Removed', 'The Microsoft Teams integration of Acme AG was removed'],
    ['AdminReassigned', 'The administrator of Acme AG has been reassigned'],
    ['AdminAssigned', 'You are now the administrator of Acme AG'],
  ])('%s has the subject: %s', (name, subject) => {
    const template = BUILT_IN[name];
    if (template === undefined) throw new Error(name);
    expect(compileTemplate(name, template, false).render(FILLED).subject).toBe(subject);
  });

  it('[S120] [S125] the invitation as text', () => {
    const template = BUILT_IN['Activate'] ?? { subject: '', html: '' };
    expect(compileTemplate('Activate', template, true).render(FILLED).text.split('\n').slice(0, 8)).toEqual([
      'Dear administrator of Acme AG,',
      '',
      'Carrier has set up calling with Microsoft Teams for Acme AG. One step is left for you: let us connect to your Microsoft 365.',
      '',
      'Click here to activate your tenant (https://portal.carrier.example/authenticate/inv-7)',
      '',
      'If the button does not work, open this address in a browser: https://portal.carrier.example/authenticate/inv-7',
      '',
    ]);
  });

  it('shows both counts', () => {
    const template = BUILT_IN['LicensesChanged'] ?? { subject: '', html: '' };
    expect(compileTemplate('LicensesChanged', template, false).render(FILLED).text).toContain('Previous count: 10\nUpdated count: 25');
  });

  it('uses no place holder that is not known', () => {
    const used = Object.values(BUILT_IN).flatMap(({ subject, html }) =>
      [...`${subject}${html}`.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? ''),
    );
    expect(used.filter((name) => !(PLACE_HOLDERS as readonly string[]).includes(name))).toEqual([]);
  });
});

describe('text part', () => {
  it.each([
    ['<p>a</p><p>b</p>', 'a\n\nb\n'],
    ['<ul><li>a</li><li>b</li></ul>', '- a\n- b\n'],
    ['a<br>b<br/>c', 'a\nb\nc\n'],
    ['<style>p { }</style><title>x</title>a<!-- no -->', 'a\n'],
    ['<a href="https://x.example/?a=1&amp;b=2">here</a>', 'here (https://x.example/?a=1&b=2)\n'],
    ['<a href="https://x.example/">https://x.example/</a>', 'https://x.example/\n'],
    ['&lt;b&gt; &#x3D; &#61; &eacute; &nbsp;', '<b> = = &eacute;\n'],
    ['&#99999999;&#x110000;', '&#99999999;&#x110000;\n'],
    ['', '\n'],
  ])('of %j', (html, text) => {
    expect(plainText(html)).toBe(text);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (html) => {
        expect(plainText(html).endsWith('\n')).toBe(true);
      }),
    );
  });
});

describe("a provider's template file", () => {
  it.each([
    ['Subject: Hello\n\n<p>x</p>\n', { subject: 'Hello', html: '<p>x</p>' }],
    ['\uFEFFsubject:Hello\r\n<p>x</p>', { subject: 'Hello', html: '<p>x</p>' }],
    ['<p>x</p>', { subject: '', html: '<p>x</p>' }],
  ])('%j is read', (text, template) => {
    expect(parseTemplate(text)).toEqual(template);
  });
});
