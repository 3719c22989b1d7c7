import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE_MS } from '../namespace-objects.ts';
import { differences, type EndState, endStateOf } from './end-state.ts';
import { INVITED } from './manifests.ts';
import { type Kill, Stage } from './stage.ts';
import type { OutgoingWrite } from './write-watch.ts';

export interface Round {
  readonly writes: readonly OutgoingWrite[];
  /** Undefined when the operator came to rest before. */
  readonly killedAfter: OutgoingWrite | undefined;
  /** What is not as it should be, each a line for a person. */
  readonly problems: readonly string[];
}

/** No write for so long: at rest, if all is as expected. */
const QUIET_MS = 700;
const LOOK_MS = 250;

/** Deploys the quickstart and one invitation by an operator that nobody disturbs. */
export async function deployUndisturbed(): Promise<Round & { readonly end: EndState }> {
  const stage = await Stage.open();
  try {
    const { house, watch, history } = stage;
    await house.apply(stage.manifests);
    await house.start();
    await stage.untilDeployed();
    await house.untilIdle(2_500);
    return { writes: watch.writes, killedAfter: undefined, end: await endStateOf(house), problems: history.problems() };
  } finally {
    await stage.close();
  }
}

/** The same with a SIGKILL. `expected` is how the undisturbed one ended. */
export async function deployKilled(kill: Kill, expected: EndState): Promise<Round> {
  const stage = await Stage.open();
  try {
    const { house, watch, history } = stage;
    await house.apply(stage.manifests);
    const over = new AbortController();
    const killed = stage.killAfter(kill).finally(() => over.abort());
    await house.start();
    const killedAfter = await Promise.race([killed, atRest(stage, expected, over.signal).then(() => undefined)]);
    if (killedAfter !== undefined) await stage.revive();
    const end = await atRest(stage, expected);
    const problems = [
      ...differences(expected.world, end.world),
      ...invitationProblems(stage, expected, end),
      ...history.problems(),
      ...stage.tooEarly(),
    ];
    return { writes: watch.writes, killedAfter, problems };
  } finally {
    await stage.close();
  }
}

/** Waits until nothing is written any more and all is as expected; when that does not come, what is there is the end. */
async function atRest({ house, watch }: Stage, expected: EndState, over?: AbortSignal): Promise<EndState> {
  const deadline = performance.now() + PATIENCE_MS;
  let [count, since] = [-1, 0];
  for (;;) {
    await sleep(LOOK_MS);
    const now = performance.now();
    if (watch.writes.length !== count) [count, since] = [watch.writes.length, now];
    const isOver = over?.aborted === true || now > deadline;
    if (now - since < QUIET_MS && !isOver) continue;
    const end = await endStateOf(house);
    const isSettled = differences(expected.world, end.world).length === 0 && hasSettled(end.invitation, expected.invitation);
    if (isSettled || isOver) return end;
  }
}

const REASON = `Invitation/${INVITED}.status.conditions[EmailSent].reason`;

/** All as in the undisturbed round, or nobody knows what became of the mail. */
function hasSettled(invitation: readonly string[], expected: readonly string[]): boolean {
  return invitation.includes(`${REASON} = "DeliveryUnknown"`) || differences(expected, invitation).length === 0;
}

/** At most once (design §4): with the mark made and its end not recorded nobody knows; else the mail was sent and says so. */
function invitationProblems({ house, writesOfTheDead }: Stage, expected: EndState, end: EndState): string[] {
  const lastStatus = writesOfTheDead.findLast(({ api }) => api?.resource === 'invitations/status');
  const duplicates = Object.keys(house.cloud.mail.mailbox.duplicates()).map((id) => `mail ${id} was sent twice`);
  if (lastStatus?.api?.body.includes('"sending"') !== true)
    return [...duplicates, ...differences(expected.mails, end.mails), ...differences(expected.invitation, end.invitation)];
  const unknown = end.invitation.includes(`${REASON} = "DeliveryUnknown"`)
    ? []
    : ['the invitation does not say DeliveryUnknown', ...end.invitation];
  const wasTaken = writesOfTheDead.some(({ outside }) => outside?.standIn === 'mail');
  const isRight = wasTaken ? end.mails.length === 1 : end.mails.length <= 1;
  return [...duplicates, ...unknown, ...(isRight ? [] : [`${end.mails.length} mails arrived`])];
}
