/** `name=value;value` as (name, value, whether it was named); a tag without a name is called `default` (audiocodes-sbc §12.6). */
export function readTags(tags: string): [name: string, value: string, named: boolean][] {
  return tags
    .split(';')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
    .map((tag) => {
      const at = tag.indexOf('=');
      return at < 0 ? ['default', tag, false] : [tag.slice(0, at).trim(), tag.slice(at + 1).trim(), true];
    });
}
