import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDockerfileProblems } from './dockerfile.ts';
import { ROOT } from './place.ts';

const OURS = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
const problems = (text: string): string[] => findDockerfileProblems([{ path: 'Dockerfile', text }]).map(({ says }) => says);

describe('the Dockerfile', () => {
  it('breaks no rule', () => {
    expect(problems(OURS)).toEqual([]);
  });

  it.each([
    ['an image without version', /node:24-bookworm-slim/, 'node', 'every base image'],
    ['an image that moves', /:nonroot/, ':latest', 'every base image'],
    ['an image nobody can pin', /FROM \$\{RUNTIME_IMAGE\}/, 'FROM gcr.io/distroless/nodejs24-debian12', 'every base image'],
    ['root', /USER 65532:65532/, 'USER 0:0', 'the last stage runs as a number'],
    ['a user by name, which Kubernetes cannot check', /USER 65532:65532/, 'USER nonroot', 'the last stage runs as a number'],
    ['no user', /USER 65532:65532\n/, '', 'the last stage runs as a number'],
    ['a command in the last stage', /EXPOSE 8080/, 'RUN chmod -R a+w /app', 'the last stage runs no command'],
    ['a shell around the process', /ENTRYPOINT .*/, 'ENTRYPOINT node /app/dist/operator/main.js', 'ENTRYPOINT and CMD are lists'],
    ['no entry point', /ENTRYPOINT .*\n/, '', 'ENTRYPOINT and CMD are lists'],
    ['something fetched', /COPY LICENSE/, 'ADD https://example.org/LICENSE', 'COPY instead of ADD'],
    [
      'files that the process owns',
      /COPY --from=build \/build\/dist/,
      'COPY --from=build --chown=65532 /build/dist',
      'stays owned by root',
    ],
    ['the whole context', /COPY operator operator/, 'COPY . .', 'only named files'],
    ['versions not of the lockfile', /npm ci --omit=dev/, 'npm install --omit=dev', 'npm installs from the lockfile'],
    ['scripts of packages', / --ignore-scripts/, '', 'npm installs from the lockfile'],
    ['what only building needs', / --omit=dev/, '', 'installed without those'],
    ['a relative folder', /WORKDIR \/app/, 'WORKDIR app', 'WORKDIR is absolute'],
    ['a password', /ENV NODE_ENV=production/, 'ENV SMTP_PASSWORD=x', 'no secret'],
    ['no licence', /\s*org.opencontainers.image.licenses="Apache-2.0" \\/, '', 'the image says what it is'],
  ])('with %s is refused', (_, before, after, says) => {
    const changed = OURS.replace(before, after);
    expect(changed).not.toBe(OURS);
    expect(problems(changed).join('\n')).toContain(says);
  });

  it('with one stage only is refused', () => {
    expect(problems(OURS.slice(OURS.indexOf('FROM ${RUNTIME')).replace(/^/, 'ARG RUNTIME_IMAGE=a:1\n'))).toContain(
      'there is a stage to build in and one to run',
    );
  });
});
