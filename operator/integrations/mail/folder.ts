import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { MailTemplate } from './port.ts';

/**
 * The provider's templates: every `<Name>.html` of a folder, whose first line is `Subject: …` and whose rest is the body. A file without
 * that line gives a template with an empty subject, which the view then shows as unusable. Throws what the file system throws.
 */
export async function readTemplateFolder(folder: string): Promise<Readonly<Record<string, MailTemplate>>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.html')).sort();
  const templates = await Promise.all(
    files.map(async (file) => [basename(file, '.html'), parseTemplate(await readFile(join(folder, file), 'utf8'))] as const),
  );
  return Object.fromEntries(templates);
}

/** @internal Exported for its own tests. */
export function parseTemplate(text: string): MailTemplate {
  const [, subject = '', html = text] = /^\uFEFF?Subject:[ \t]*([^\r\n]*)\r?\n([\s\S]*)$/i.exec(text) ?? [];
  return { subject: subject.trim(), html: html.trim() };
}
