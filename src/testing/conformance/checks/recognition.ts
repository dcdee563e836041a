/** SV-1, SV-2, SV-3: what a server makes of an id that it has seen. */

import type { Answer, Caller, Placed, Said } from '../caller.js';
import type { CheckPlan } from '../check-plan.js';
import type { CheckRun } from '../check-run.js';
import { expectClear, expectKept } from '../outcome.js';
import { readAck, readRefusal, type ServerFrame } from '../server-frame.js';

const COPIES_PER_CONNECTION = 4;

export const recognitionChecks: readonly CheckPlan[] = [
  { clause: 'SV-1', title: "takes a message under an id that is another user's", needs: [], perform: ofTwoUsers },
  { clause: 'SV-1', title: 'takes a message under an id of another conversation', needs: [], perform: ofTwoPlaces },
  { clause: 'SV-2', title: 'answers a repeat with the first result', needs: [], perform: repeated },
  { clause: 'SV-2', title: 'tells nobody of a repeat', needs: [], perform: repeatedInPublic },
  { clause: 'SV-2', title: 'makes one entry of copies that come at once', needs: [], perform: repeatedAtOnce },
  { clause: 'SV-3', title: 'refuses other content under a used id', needs: [], perform: contradicted },
];

async function ofTwoUsers(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const said = run.draft(conversationId);
  const first = await author.place(said);

  const same = await reader.say(said);
  expectKept(isAcked(same), `${reader.user} used an id of ${author.user} and was refused: ${named(same)}.`);
  const isApart = same.ack.seq !== first.seq && !same.ack.duplicate;
  expectKept(isApart, `${reader.user} used an id of ${author.user} and got the place of their message, ${first.seq}.`);

  const other: Said = { ...run.draft(conversationId), content: 'One thing' };
  await author.place(other);
  const unlike = await reader.say({ ...other, content: 'Another thing' });
  expectKept(
    isAcked(unlike),
    `${reader.user} used an id of ${author.user} for other words and was refused: ${named(unlike)}.`,
  );
  return `Two users used the same ids and got entries of their own (${first.seq} and ${same.ack.seq}).`;
}

async function ofTwoPlaces(run: CheckRun): Promise<string> {
  expectClear(run.makesConversations, 'Needs two conversations: give `conversation` as a function that makes one.');
  const { conversationId, author } = await run.gather();
  const otherId = await run.conversation();
  expectClear(otherId !== conversationId, 'Needs two conversations: `conversation` gave the same one twice.');
  await author.join(otherId);
  const said = run.draft(conversationId);
  await author.place(said);

  const answer = await author.say({ ...said, conversationId: otherId, content: 'Elsewhere' });
  expectKept(isAcked(answer), `An id of another conversation was refused: ${named(answer)}.`);
  expectKept(!answer.ack.duplicate, 'An id of another conversation was taken for a repeat.');
  return 'The same id made an entry in each of two conversations.';
}

async function repeated(run: CheckRun): Promise<string> {
  const { conversationId, author } = await run.gather();
  const said = run.draft(conversationId);
  const first = await author.place(said);
  const second = await run.callInto(conversationId);

  for (const [where, caller] of [['the same connection', author] as const, ['another connection', second] as const]) {
    expectFirstResult(await caller.say(said), { first, where });
  }
  await author.close();
  const third = await run.callInto(conversationId);
  expectFirstResult(await third.say(said), { first, where: 'a connection after the first one had ended' });
  return `Three repeats got the first result: seq ${first.seq}, \`duplicate: true\`.`;
}

async function repeatedInPublic(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const sibling = await run.callInto(conversationId);
  const said = run.draft(conversationId);
  await author.place(said);
  await author.say(said);
  await sibling.say(said);
  await run.quiet();

  for (const caller of [author, sibling, reader]) {
    const count = caller.broadcastsOf(conversationId, said.content).length;
    expectKept(count <= 1, `${caller.user} was told a message ${count} times that was sent three times under one id.`);
  }
  await expectOneEntry(run, said);
  return 'A message that was sent three times is in the log once and was told once.';
}

async function repeatedAtOnce(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const siblings = [author, await run.callInto(conversationId), await run.callInto(conversationId)];
  const said = run.draft(conversationId);
  const { messageId, ...payload } = said;
  for (let copy = 0; copy < COPIES_PER_CONNECTION; copy += 1) {
    for (const caller of siblings) caller.send('send_message', payload, messageId);
  }
  const read = (frame: ServerFrame) => answerTo(frame, messageId);
  const answers = await Promise.all(
    siblings.map((caller) => caller.atLeast(COPIES_PER_CONNECTION, 'an answer to a copy', read)),
  );
  await run.quiet();

  // A copy that came too fast was not looked at.
  const acked = answers.flat().filter(isAcked);
  const places = new Set(acked.map(({ ack }) => ack.seq));
  const copies = `${siblings.length * COPIES_PER_CONNECTION} copies at once over ${siblings.length} connections`;
  expectClear(acked.length > 1, `Of ${copies} ${acked.length} were acknowledged, too few to compare.`);
  expectKept(places.size === 1, `${copies} were acknowledged at ${[...places].join(', ')}.`);
  await expectOneEntry(run, said);
  const told = reader.broadcastsOf(conversationId, said.content).length;
  expectKept(told <= 1, `${copies} were told ${told} times.`);
  return `${copies} became one entry, told once.`;
}

async function contradicted(run: CheckRun): Promise<string> {
  const { conversationId, author } = await run.gather();
  const said = run.draft(conversationId);
  const first = await author.place(said);
  const changed: Said = { ...said, content: `${said.content}, or something else` };

  const answer = await author.say(changed);
  const what = 'Other content under a used id';
  expectKept(!isAcked(answer), `${what} got ${named(answer)}.`);
  expectKept(answer.refusal.code === 'ID_CONFLICT', `${what} was refused with ${named(answer)} and not ID_CONFLICT.`);
  const { entries } = await run.look(conversationId);
  expectKept(!entries.some(({ content }) => content === changed.content), `${what} was refused and is in the log.`);
  const kept = entries.find(({ seq }) => seq === first.seq);
  expectKept(
    kept === undefined || kept.content === said.content,
    `${what} was refused and replaced what stood at ${first.seq}.`,
  );
  return `${what} was refused with ID_CONFLICT, and the log kept the first.`;
}

/** For other checks: nothing is said about a clause that builds on repeats, where repeats are not even known here. */
export async function expectRecognised(caller: Caller, said: Said, first: Placed): Promise<void> {
  const answer = await caller.say(said);
  const isKnown = isAcked(answer) && answer.ack.seq === first.seq && answer.ack.duplicate;
  expectClear(isKnown, 'Repeats are not recognised even without anything in between; see SV-2.');
}

export function expectFirstResult(answer: Answer, { first, where }: { first: Placed; where: string }): void {
  expectKept(isAcked(answer), `A repeat on ${where} was refused: ${named(answer)}.`);
  const { seq, id, duplicate } = answer.ack;
  expectKept(seq === first.seq, `A repeat on ${where} got seq ${seq}; the first one had ${first.seq}.`);
  expectKept(id === first.id, `A repeat on ${where} got the id ${id}; the first one had ${first.id}.`);
  expectKept(duplicate, `A repeat on ${where} was acknowledged without \`duplicate: true\`.`);
}

/** That what was said is in the log, and not twice. */
export async function expectOneEntry(run: CheckRun, { conversationId, content }: Said): Promise<void> {
  const { entries } = await run.look(conversationId);
  const places = entries.filter((entry) => entry.content === content).map(({ seq }) => seq);
  expectKept(
    places.length === 1,
    `One message is in the log ${places.length} times: ${places.join(', ') || 'nowhere'}.`,
  );
}

export function isAcked(answer: Answer): answer is Extract<Answer, { type: 'ack' }> {
  return answer.type === 'ack';
}

export function named(answer: Answer): string {
  return answer.type === 'refusal' ? answer.refusal.code : `an ack for ${answer.ack.seq}`;
}

function answerTo(frame: ServerFrame, messageId: string): Answer | null {
  const ack = readAck(frame);
  if (ack?.messageId === messageId) return { type: 'ack', ack };
  const refusal = readRefusal(frame);
  return refusal?.messageId === messageId ? { type: 'refusal', refusal } : null;
}
