const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/**
 * The text part of a mail from its HTML body: paragraphs and list items as lines, links as `words (address)`, everything that is not text
 * left out. Made for our own templates' vocabulary; unknown elements leave their words.
 */
export function plainText(html: string): string {
  const withoutHead = html.replace(/<(head|style|script|title)\b[\s\S]*?<\/\1\s*>/gi, '').replace(/<!--[\s\S]*?-->/g, '');
  const lines = withoutHead
    .replace(/\s+/g, ' ')
    .replace(/<a\b[^>]*?\bhref\s*=\s*"([^"]*)"[^>]*>(.*?)<\/a\s*>/gi, (_, href: string, words: string) => linkText(href, words))
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<li\b[^>]*>/gi, '\n- ')
    .replace(/<\/?(p|div|table|tr|h[1-6]|ul|ol|hr|header|footer|section|body)\b[^>]*>/gi, '\n\n')
    .replace(/<[^>]*>/g, '')
    .split('\n')
    .map((line) => decoded(line).trim());
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

/** Words that are the address itself are not said twice. */
function linkText(href: string, words: string): string {
  const plain = words.replace(/<[^>]*>/g, '').trim();
  return plain === '' || decoded(plain) === decoded(href) ? href : `${plain} (${href})`;
}

function decoded(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0x10_ff_ff ? whole : String.fromCodePoint(code);
  });
}
