/** DS-5, SV-4: what is told has been stored, and what has been stored is known again. */

import type { CheckPlan } from '../check-plan.js';
import type { CheckRun } from '../check-run.js';
import { expectClear, expectKept } from '../outcome.js';
import type { Backlog } from '../server-frame.js';
import { expectFirstResult, expectOneEntry, expectRecognised, isAcked, named } from './recognition.js';

export const durabilityChecks: readonly CheckPlan[] = [
  { clause: 'DS-5', title: 'names the place of a message in its ack', needs: [], perform: placed },
  { clause: 'DS-5', title: 'keeps what it has acknowledged', needs: ['restart'], perform: keptThroughRestart },
  { clause: 'SV-4', title: 'knows a repeat after a restart', needs: ['restart'], perform: rememberedThroughRestart },
  {
    clause: 'SV-4',
    title: 'knows a message that it stored right before it died',
    needs: ['crashAfterStore'],
    perform: rememberedThroughCrash,
  },
];

async function placed(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const said = run.draft(conversationId);
  const answer = await author.say(said);
  expectKept(isAcked(answer), `A plain message was refused with ${named(answer)}.`);
  const { id, seq } = answer.ack;
  expectKept(id !== null, 'The ack names no `id`.');
  expectKept(seq !== null, 'The ack names no `seq` that is a whole number from 1.');
  await run.quiet();

  const [broadcast] = reader.broadcastsOf(conversationId, said.content);
  expectKept(broadcast !== undefined, `A message was acknowledged at ${seq}, and ${reader.user} was not told.`);
  expectKept(broadcast.seq === seq, `A message was acknowledged at ${seq} and told at ${broadcast.seq}.`);
  expectKept(broadcast.entry?.id === id, `A message was acknowledged as ${id} and told as ${broadcast.entry?.id}.`);
  const entry = entryAt(await run.look(conversationId), seq);
  expectKept(entry?.content === said.content, `A message was acknowledged at ${seq}, where the log does not have it.`);
  return `Ack, broadcast and log agree on seq ${seq}.`;
}

async function keptThroughRestart(run: CheckRun): Promise<string> {
  const { conversationId, author } = await run.gather();
  const said = run.draft(conversationId);
  const { seq } = await author.place(said);
  await run.hook('restart', (restart) => restart());

  const entry = entryAt(await run.look(conversationId), seq);
  expectKept(entry?.content === said.content, `A message that was acknowledged at ${seq} is gone after a restart.`);
  return `A message was at ${seq} after a restart right behind its ack.`;
}

async function rememberedThroughRestart(run: CheckRun): Promise<string> {
  const { conversationId, author } = await run.gather();
  const said = run.draft(conversationId);
  const first = await author.place(said);
  await expectRecognised(author, said, first);
  await run.quiet();
  await run.hook('restart', (restart) => restart());

  const isThere = entryAt(await run.look(conversationId), first.seq)?.content === said.content;
  const answer = await (await run.callInto(conversationId)).say(said);
  const isPhantom = !isThere && isAcked(answer) && answer.ack.duplicate;
  expectKept(!isPhantom, `After a restart the id is known and the message at ${first.seq} is gone.`);
  expectClear(isThere, 'The message itself was gone after the restart; see DS-5.');
  expectFirstResult(answer, { first, where: 'a connection after a restart' });
  await expectOneEntry(run, said);
  return `A repeat after a restart got the first result, seq ${first.seq}.`;
}

async function rememberedThroughCrash(run: CheckRun): Promise<string> {
  const { conversationId, author } = await run.gather();
  const said = run.draft(conversationId);
  const { messageId, ...payload } = said;
  await run.hook('crashAfterStore', (crash) => crash(() => author.send('send_message', payload, messageId)));

  const { entries } = await run.look(conversationId);
  const isThere = entries.some(({ content }) => content === said.content);
  const answer = await (await run.callInto(conversationId)).say(said);
  expectKept(isAcked(answer), `A message that was stored right before the server died was refused: ${named(answer)}.`);
  const isPhantom = !isThere && answer.ack.duplicate;
  expectKept(!isPhantom, 'After a crash the id is known and the message is not in the log.');
  expectClear(isThere, 'The message was not in the log after the crash: `hooks.crashAfterStore` came too early.');
  await expectOneEntry(run, said);
  expectClear(answer.ack.seq !== null, 'Acks name no `seq`; see DS-5.');
  expectKept(answer.ack.duplicate, 'A message that was stored right before the server died was not known any more.');
  return `A message that was stored right before the server died is in the log once, at ${answer.ack.seq}.`;
}

function entryAt({ entries }: Backlog, seq: number) {
  return entries.find((entry) => entry.seq === seq);
}
