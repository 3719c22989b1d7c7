/** The frame of every built-in mail: words, one button where there is a link, and the confidentiality notice (S123). */
export function mailBody(paragraphs: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ProviderName}}</title></head>
<body style="font-family: 'Segoe UI', Arial, sans-serif; color: #222; max-width: 40rem; margin: 0 auto; padding: 1rem">
<p>Dear administrator of {{AccountName}},</p>
${paragraphs.join('\n')}
<p>Kind regards<br>{{ProviderName}}</p>
<hr>
<p style="font-size: 0.8rem; color: #666">This message is confidential and meant only for the administrator of {{AccountName}}. If it reached you by mistake, please delete it and tell the sender.</p>
</body>
</html>
`;
}

export function paragraph(text: string): string {
  return `<p>${text}</p>`;
}

/** The invitation's own address, as a button and in letters for mail programs that show none. */
export function linkButton(words: string): string {
  const address = '{{CustomerAuthenticationPortalUrl}}/{{InvitationId}}';
  const style =
    'display: inline-block; background: #4b53bc; color: #fff; padding: 0.7rem 1.2rem; border-radius: 4px; text-decoration: none';
  return `<p><a href="${address}" style="${style}">${words}</a></p>
<p>If the button does not work, open this address in a browser: <a href="${address}">${address}</a></p>`;
}
