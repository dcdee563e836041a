/** SV-7, SV-8: which events have a number, and that no reader sees one missing. */

import type { Caller, Placed, Said } from '../caller.js';
import type { CheckPlan } from '../check-plan.js';
import type { CheckRun } from '../check-run.js';
import { expectClear, expectKept } from '../outcome.js';

export const logNumberChecks: readonly CheckPlan[] = [
  { clause: 'SV-7', title: 'gives every reader the same numbers without holes', needs: [], perform: contiguous },
  { clause: 'SV-7', title: 'keeps the place of what is deleted', needs: ['deleteMessage'], perform: deleted },
  { clause: 'SV-7', title: 'keeps the place of what is edited', needs: ['editMessage'], perform: edited },
  { clause: 'SV-8', title: 'gives no number to who is typing', needs: [], perform: ephemeral },
];

async function contiguous(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const first = await author.place(run.draft(conversationId));
  const second = await author.place(run.draft(conversationId));
  await reader.place(run.draft(conversationId));
  // Being read is an event of the log too. A server may refuse the frame, and then it is none.
  const marks = { conversationId, messageIds: [first.id, second.id] };
  const messageId = run.freshId();
  reader.send('mark_read', marks, messageId);
  await run.quiet();
  const last = await author.place(run.draft(conversationId));
  await run.quiet();

  for (const caller of [author, reader]) expectNoHoles(caller, { conversationId, from: first.seq, to: last.seq });
  return `Both readers saw every number from ${first.seq} to ${last.seq}.`;
}

async function deleted(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const before = await author.place(run.draft(conversationId));
  const said = run.draft(conversationId);
  const place = await author.place(said);
  await run.hook('deleteMessage', (remove) => remove({ ...storedOf(run, said, place) }));
  const last = await author.place(run.draft(conversationId));
  await run.quiet();

  for (const caller of [author, reader]) expectNoHoles(caller, { conversationId, from: before.seq, to: last.seq });
  for (const user of [run.author, run.reader]) {
    const { entries } = await run.look(conversationId, user);
    const tombstone = entries.find(({ seq }) => seq === place.seq);
    expectKept(
      tombstone !== undefined,
      `After the deletion of ${place.seq} ${user} finds nothing there, no tombstone.`,
    );
    expectClear(tombstone.content !== said.content, 'The message was not deleted by `hooks.deleteMessage`.');
    const isMarked = tombstone.deleted && tombstone.content === '';
    expectKept(isMarked, `What was deleted at ${place.seq} is not marked \`deleted: true\` with an empty \`content\`.`);
  }
  return `A deletion left a tombstone at ${place.seq} and no hole.`;
}

async function edited(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const said = run.draft(conversationId);
  const place = await author.place(said);
  const content = `${said.content}, edited`;
  await run.hook('editMessage', (edit) => edit(storedOf(run, said, place), content));
  const last = await author.place(run.draft(conversationId));
  await run.quiet();

  for (const caller of [author, reader]) expectNoHoles(caller, { conversationId, from: place.seq, to: last.seq });
  for (const user of [run.author, run.reader]) {
    const { entries } = await run.look(conversationId, user);
    const entry = entries.find(({ id }) => id === place.id);
    expectKept(entry?.seq === place.seq, `An edited message stood at ${place.seq} and now at ${entry?.seq ?? 'none'}.`);
    expectClear(entry.content === content, 'The message was not changed by `hooks.editMessage`.');
  }
  return `An edited message kept its place ${place.seq}, and the change has a number of its own.`;
}

async function ephemeral(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const before = await author.place(run.draft(conversationId));
  const receiverId = String(reader.hello['userId']);
  for (const type of ['typing', 'stop_typing']) author.send(type, { conversationId, receiverId }, run.freshId());
  await run.quiet();
  const after = await author.place(run.draft(conversationId));

  const signs = reader.frames.filter(({ type }) => type === 'user_typing' || type === 'user_stop_typing');
  for (const { type, payload } of signs) {
    expectKept(payload['seq'] === undefined, `A ${type} has the number ${String(payload['seq'])}.`);
  }
  const isNext = after.seq === before.seq + 1;
  expectKept(isNext, `A message stood at ${before.seq}, somebody was typing, and the next one stands at ${after.seq}.`);
  return `${signs.length} signs of typing came without a number, and the log did not move.`;
}

/** Every number once or more, over this one connection, and no event of the log without one. */
function expectNoHoles(caller: Caller, span: { conversationId: string; from: number; to: number }): void {
  const events = caller.eventsOf(span.conversationId);
  const bare = events.find(({ seq }) => seq === null);
  expectKept(bare === undefined, `A ${bare?.type} came to ${caller.user} without a \`seq\`.`);
  const seen = new Set(events.map(({ seq }) => seq));
  const missing: number[] = [];
  for (let seq = span.from; seq <= span.to; seq += 1) if (!seen.has(seq)) missing.push(seq);
  const held = `of ${span.from} to ${span.to}`;
  expectKept(missing.length === 0, `${caller.user} was never told number ${missing.join(', ')} ${held}.`);
}

function storedOf(run: CheckRun, { conversationId, content }: Said, { id, seq }: Placed) {
  return { conversationId, id, seq, senderId: run.author, content };
}
