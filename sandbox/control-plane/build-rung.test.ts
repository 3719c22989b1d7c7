import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BuildOptions, buildRung } from './build-rung.ts';
import type { BinaryName, Recipe } from './recipes.ts';

let root: string;
const lines: string[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'trunkline-build-'));
  lines.length = 0;
});
afterEach(() => rm(root, { recursive: true, force: true }));

const recipeOf = (binary: BinaryName): Recipe => ({
  binary,
  moduleDirectory: root,
  goPackage: `example.org/${binary}`,
  version: '1.2.3',
  ldflags: ['-s', '-X', 'a=b'],
});

/** A stand-in for the go command: a script that sees the arguments, the folder and the environment of a real build. */
async function fakeGo(script: string): Promise<string> {
  const path = join(root, 'go');
  await writeFile(path, `#!/bin/sh\nfor a in "$@"; do case $a in -o=*) out=\${a#-o=};; esac; done\n${script}\n`, { mode: 0o755 });
  return path;
}

const directory = () => join(root, 'out');

function rung(goCommand: string, more: Partial<BuildOptions> = {}) {
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOOS: 'plan9' };
  const platform = { os: 'linux', arch: 'amd64' };
  return buildRung({ directory: directory(), platform, env, report: (line) => void lines.push(line), recipeOf, goCommand, ...more });
}

describe('buildRung', () => {
  it('builds in the module folder, from the pinned versions only, whatever the user has set for other builds', async () => {
    const go = await fakeGo(`{ pwd; echo "$@"; echo "$CGO_ENABLED/$GOFLAGS/$GOOS/$GOARCH"; } > $out`);
    const { found } = await rung(go).provide(['etcd']);
    const [pwd, args, env] = (await readFile(found.get('etcd') ?? '', 'utf8')).split('\n');
    expect(pwd).toBe(root);
    expect(args).toMatch(/^build -mod=readonly -trimpath -buildvcs=false -ldflags=-s -X a=b -o=\S+ example\.org\/etcd$/);
    expect(env).toBe('0//linux/amd64');
  });

  it('says what it builds and how long that took, and leaves only the binaries behind', async () => {
    const { found } = await rung(await fakeGo('echo binary > $out')).provide(['etcd', 'helm']);
    expect([...found]).toEqual([
      ['etcd', join(directory(), 'etcd')],
      ['helm', join(directory(), 'helm')],
    ]);
    expect(lines.filter((line) => /built (etcd|helm) 1\.2\.3 in \d+ s \(\d+ MB\)/.test(line))).toHaveLength(2);
    expect((await readdir(directory())).sort()).toEqual(['etcd', 'helm']);
  });

  it('keeps what is finished and tells the last lines of the compiler when a build fails', async () => {
    const go = await fakeGo('case $out in *helm*) echo "undefined: Foo" >&2; exit 1;; esac; echo binary > $out');
    const { found, note } = await rung(go).provide(['etcd', 'helm']);
    expect([...found.keys()]).toEqual(['etcd']);
    expect(note).toBe('building helm failed (code 1):\nundefined: Foo');
  });

  it('says that Go is needed when there is none', async () => {
    const { found, note } = await rung(join(root, 'absent')).provide(['etcd']);
    expect(found.size).toBe(0);
    expect(note).toContain('Go 1.26 or newer cannot be run');
  });

  it('clears what an interrupted run left', async () => {
    await mkdir(directory(), { recursive: true });
    await writeFile(join(directory(), 'etcd-1.partial'), 'half');
    await rung(await fakeGo('echo binary > $out')).provide(['etcd']);
    expect(await readdir(directory())).toEqual(['etcd']);
  });
});
