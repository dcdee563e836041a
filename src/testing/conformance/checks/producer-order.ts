/** SV-6: one producer's messages come into the log in the order of their numbers, or not at all. */

import type { Caller, Said } from '../caller.js';
import type { CheckPlan } from '../check-plan.js';
import type { CheckRun } from '../check-run.js';
import { expectClear, expectKept } from '../outcome.js';
import { readAck, readRefusal, type ServerFrame } from '../server-frame.js';
import { expectFirstResult, expectOneEntry, expectRecognised, isAcked, named } from './recognition.js';

/** As many as a client keeps in flight. */
const WINDOW = 8;

export const producerOrderChecks: readonly CheckPlan[] = [
  { clause: 'SV-6', title: 'refuses a message that is ahead of its turn', needs: [], perform: early },
  { clause: 'SV-6', title: 'takes no second message under a used number', needs: [], perform: reused },
  { clause: 'SV-6', title: 'looks for a repeat ahead of the number', needs: [], perform: repeated },
  { clause: 'SV-6', title: 'keeps the order of messages that are in flight together', needs: [], perform: together },
];

async function early(run: CheckRun): Promise<string> {
  const { author, number, conversationId } = await begin(run);
  const [one, two, three] = [run.draft(conversationId), run.draft(conversationId), run.draft(conversationId)];
  const first = await author.place(number(one, 1));

  const answer = await author.say(number(three, 3));
  expectKept(!isAcked(answer), 'Number 3 of a producer was taken after number 1.');
  const { code, expected } = answer.refusal;
  expectKept(code === 'OUT_OF_ORDER', `Number 3 after number 1 was refused with ${code} and not OUT_OF_ORDER.`);
  expectKept(expected === 2, `OUT_OF_ORDER says \`expected: ${expected}\` where number 2 is missing.`);

  const second = await author.say(number(two, 2));
  expectKept(isAcked(second), `Number 2 was refused with ${named(second)} after number 3 had been.`);
  const third = await author.say(number(three, 3));
  expectKept(isAcked(third), `Number 3 was refused with ${named(third)} when its turn had come.`);
  const order = [first.seq, second.ack.seq ?? 0, third.ack.seq ?? 0];
  expectKept(isAscending(order), `Numbers 1, 2 and 3 of a producer stand at ${order.join(', ')}.`);
  await expectOneEntry(run, three);
  return 'Number 3 was refused after number 1 with `expected: 2`, and taken after number 2.';
}

async function reused(run: CheckRun): Promise<string> {
  const { author, number, conversationId } = await begin(run);
  await author.place(number(run.draft(conversationId), 1));
  const other = run.draft(conversationId);

  const answer = await author.say(number(other, 1));
  expectKept(!isAcked(answer), 'Two messages of one producer were taken under number 1.');
  const { code, expected } = answer.refusal;
  // To be tried again under the same number, a message would be tried for ever.
  const isWayOut = code !== 'OUT_OF_ORDER' || (expected ?? 0) > 1;
  expectKept(isWayOut, `A used number 1 was refused with OUT_OF_ORDER and \`expected: ${expected}\`.`);
  return `A second message under number 1 was refused with ${code}.`;
}

async function repeated(run: CheckRun): Promise<string> {
  const { author, number, conversationId } = await begin(run);
  const said = run.draft(conversationId);
  const first = await author.place(number(said, 1));
  await expectRecognised(author, said, first);
  const again = await author.say(number(said, 1));
  expectFirstResult(again, { first, where: 'the same connection, under the same number,' });

  // What a client sends again over a new connection has new numbers there, and counts.
  const next = await run.callInto(conversationId);
  const producer = run.freshId();
  const adopted = await next.say({ ...said, producer: { id: producer, seq: 1 } });
  expectFirstResult(adopted, { first, where: 'another connection, as number 1 of another producer,' });
  const following = await next.say({ ...run.draft(conversationId), producer: { id: producer, seq: 2 } });
  expectKept(isAcked(following), `A repeat had number 1, and then number 2 was refused with ${named(following)}.`);
  return 'A repeat under a used number and under a new one got the first result, and counted.';
}

async function together(run: CheckRun): Promise<string> {
  const { author, number, conversationId } = await begin(run);
  const drafts = Array.from({ length: WINDOW }, () => run.draft(conversationId));
  for (const [index, draft] of drafts.entries()) {
    const { messageId, ...payload } = number(draft, index + 1);
    author.send('send_message', payload, messageId);
  }
  const ids = drafts.map(({ messageId }) => messageId);
  await author.atLeast(WINDOW, 'an answer', (frame) => answeredId(frame, ids));

  const acks = author.all(readAck);
  const places = ids.flatMap((id) => acks.find((ack) => ack.messageId === id)?.seq ?? []);
  expectClear(
    places.length > 1,
    `Of ${WINDOW} messages at once ${places.length} were acknowledged, too few to compare.`,
  );
  expectKept(isAscending(places), `Messages that were sent one after the other stand at ${places.join(', ')}.`);
  return `${places.length} messages in flight together stand in the order in which they were sent.`;
}

interface Beginning {
  readonly conversationId: string;
  readonly author: Caller;
  /** The message as the producer's one of this number. */
  readonly number: (said: Said, seq: number) => Said;
}

async function begin(run: CheckRun): Promise<Beginning> {
  const { conversationId, author } = await run.gather();
  const why = 'The hello does not say `producerOrder: true`, so clients send one message after the other.';
  expectClear(author.hello['producerOrder'] === true, why);
  const id = run.freshId();
  return { conversationId, author, number: (said, seq) => ({ ...said, producer: { id, seq } }) };
}

function answeredId(frame: ServerFrame, ids: readonly string[]): string | null {
  const id = readAck(frame)?.messageId ?? readRefusal(frame)?.messageId;
  return id !== undefined && id !== null && ids.includes(id) ? id : null;
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));
}
