/** RX-3: by the heads a client finds out that the last message never reached it, when nothing follows that would tell. */

import { readNumber, readRecord, readString } from '../../server/client-frame.js';
import type { CheckPlan } from '../check-plan.js';
import type { CheckRun } from '../check-run.js';
import { expectKept } from '../outcome.js';

export const headChecks: readonly CheckPlan[] = [
  { clause: 'RX-3', title: 'names the heads in the hello', needs: [], perform: greeted },
  { clause: 'RX-3', title: 'names the heads in a pong', needs: [], perform: ponged },
];

async function greeted(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const { seq } = await author.place(run.draft(conversationId));

  for (const user of [author.user, reader.user]) {
    const { hello } = await run.call(user);
    const heads = readRecord(hello, 'conversations');
    const head = heads === null ? null : readRecord(heads, conversationId);
    expectKept(head !== null, `The hello for ${user} does not name a conversation that they have joined.`);
    const latestSeq = readNumber(head, 'latestSeq');
    expectKept(latestSeq === seq, `The hello names the head ${latestSeq} where the log has ${seq}.`);
    expectKept(readString(head, 'epoch') !== null, 'The hello names no `epoch` beside the head.');
  }
  return `The hello names the head ${seq} and its epoch.`;
}

async function ponged(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  await author.ping();
  const { seq } = await author.place(run.draft(conversationId));

  for (const caller of [author, reader]) {
    const latest = readRecord(await caller.ping(), 'latest');
    expectKept(latest !== null, 'A pong has no `latest`.');
    const head = readNumber(latest, conversationId);
    expectKept(head !== null, `A pong for ${caller.user} does not name a conversation that has changed.`);
    expectKept(head === seq, `A pong names the head ${head} where the log has ${seq}.`);
  }
  return `A pong names the head ${seq} after a message.`;
}
