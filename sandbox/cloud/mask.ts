const SECRET_KEY = /secret|password|passwd|assertion|access_?token|refresh_?token|id_?token|authorization|private_?key|device_?code/i;
const MASK = '***';
const MAX_LENGTH = 16_384;

/** The body with secret values replaced, whether JSON, a form or text with `key: value` lines, cut to 16 KiB. */
export function maskBody(body: string): string {
  return maskText(body).slice(0, MAX_LENGTH);
}

function maskText(body: string): string {
  const trimmed = body.trimStart();
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) {
    try {
      return JSON.stringify(JSON.parse(body), (key, value: unknown) => (SECRET_KEY.test(key) && typeof value === 'string' ? MASK : value));
    } catch {
      return maskLines(body); // not JSON after all, or cut short
    }
  }
  return maskLines(body);
}

function maskLines(body: string): string {
  return body
    .replace(/([\w.-]*(?:secret|password|passwd|assertion|token|device_code)[\w.-]*\s*[=:]\s*)("[^"]*"|[^\s&;,"]+)/gi, `$1${MASK}`)
    .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]+/g, `$1 ${MASK}`)
    .replace(/^(\s*(?:set\s+)?password\s+)\S+/gim, `$1${MASK}`);
}
