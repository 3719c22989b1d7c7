import { type Dockerfile, type Instruction, parseDockerfile, type Stage } from '../support/dockerfile.ts';
import type { Finding, Source } from './sources.ts';

const LABELS = ['title', 'description', 'licenses', 'version', 'revision'].map((name) => `org.opencontainers.image.${name}`);
const SECRET = /pass(word|wd)?|secret|token|credential|api_?key/i;

interface Rule {
  readonly says: string;
  readonly broken: (file: Dockerfile, last: Stage) => Instruction | boolean | undefined;
}

const everywhere = ({ stages }: Dockerfile): readonly Instruction[] => stages.flatMap(({ instructions }) => instructions);
const ofWord = (instructions: readonly Instruction[], ...words: readonly string[]): Instruction[] =>
  instructions.filter(({ word }) => words.includes(word));
const isJsonList = (text: string): boolean => /^\["[^"]*"(, ?"[^"]*")*\]$/.test(text);

/** An image can be pinned by digest from outside, and by default names a version. */
function isPinnable(file: Dockerfile, { image }: Stage): boolean {
  const argument = /^\$\{(\w+)\}$/.exec(image)?.[1];
  const value = file.arguments.get(argument ?? '') ?? '';
  return /:[\w.-]+$|@sha256:[0-9a-f]{64}$/.test(value) && !value.endsWith(':latest');
}

const RULES: readonly Rule[] = [
  { says: 'there is a stage to build in and one to run', broken: ({ stages }) => stages.length < 2 },
  {
    says: 'every base image is an ARG before the first FROM, with a version other than latest',
    broken: (file) => file.stages.some((stage) => !isPinnable(file, stage)),
  },
  {
    says: 'the last stage runs as a number other than 0, as the very last user',
    broken: (_, { instructions }) => !/^[1-9]\d*:[1-9]\d*$/.test(ofWord(instructions, 'USER').at(-1)?.rest ?? ''),
  },
  { says: 'the last stage runs no command: it has no shell', broken: (_, { instructions }) => ofWord(instructions, 'RUN', 'SHELL')[0] },
  {
    says: 'ENTRYPOINT and CMD are lists, for signals reach the process only without a shell in between',
    broken: (file, { instructions }) =>
      ofWord(instructions, 'ENTRYPOINT').length !== 1 ||
      ofWord(everywhere(file), 'ENTRYPOINT', 'CMD').find(({ rest }) => !isJsonList(rest)),
  },
  { says: 'COPY instead of ADD, which fetches and unpacks', broken: (file) => ofWord(everywhere(file), 'ADD')[0] },
  {
    says: 'what is copied stays owned by root',
    broken: (_, { instructions }) => ofWord(instructions, 'COPY').find(({ rest }) => /--ch(own|mod)/.test(rest)),
  },
  {
    says: 'only named files are copied, never the whole context',
    broken: (file) => ofWord(everywhere(file), 'COPY').find(({ rest }) => !rest.startsWith('--from') && /^(\S*\*|\.\/?) /.test(rest)),
  },
  {
    says: 'npm installs from the lockfile and runs no script of a package',
    broken: (file) =>
      ofWord(everywhere(file), 'RUN').find(
        ({ rest }) => /\bnpm (i|install|add|update)\b/.test(rest) || (/\bnpm ci\b/.test(rest) && !/--ignore-scripts/.test(rest)),
      ),
  },
  {
    says: 'the dependencies that run are installed without those that only build',
    broken: (file) => !/npm ci .*--omit=dev/.test(ofWord(everywhere(file), 'RUN').at(-1)?.rest ?? ''),
  },
  {
    says: 'WORKDIR is absolute',
    broken: (file) => ofWord(everywhere(file), 'WORKDIR').find(({ rest }) => !rest.startsWith('/')),
  },
  { says: 'no secret in ARG or ENV', broken: (file) => ofWord(everywhere(file), 'ARG', 'ENV').find(({ rest }) => SECRET.test(rest)) },
  {
    says: `the image says what it is: ${LABELS.join(', ')}`,
    broken: (_, { instructions }) => {
      const labels = ofWord(instructions, 'LABEL')
        .map(({ rest }) => rest)
        .join(' ');
      return LABELS.some((label) => !labels.includes(`${label}=`));
    },
  },
];

/** What the Dockerfile lacks of a small image that runs without rights. */
export function findDockerfileProblems(sources: readonly Source[]): Finding[] {
  return sources
    .filter(({ path }) => path.split('/').at(-1) === 'Dockerfile')
    .flatMap(({ path, text }) => {
      const file = parseDockerfile(text);
      const last = file.stages.at(-1);
      if (last === undefined) return [{ path, says: 'there is no FROM' }];
      return RULES.flatMap(({ says, broken }) => {
        const found = broken(file, last);
        if (found === undefined || found === false) return [];
        return [{ path, says, ...(found === true ? {} : { line: found.line }) }];
      });
    });
}
