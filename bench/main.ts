import { runLoop } from './loop/command.ts';

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = { loop: runLoop };

const USAGE = `npm run bench -- loop [--objects N]
    The reconcile loop on a fresh control plane with N objects of four kinds (default 10000); prints one line of JSON.
`;

const [name, ...args] = process.argv.slice(2);
const command = name === undefined ? undefined : COMMANDS[name];
if (command === undefined) {
  console.error(USAGE);
  process.exit(2);
}
try {
  await command(args);
  process.exit(0); // kept-alive connections must not hold up the end
} catch (thrown) {
  console.error(thrown);
  process.exit(1);
}
