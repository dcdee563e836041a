/** RX-4 too: the two other ways to the log, by which a client fills a gap and pages back. */

import { isRecord, readList } from '../../server/client-frame.js';
import type { Caller } from '../caller.js';
import type { CheckPlan } from '../check-plan.js';
import type { CheckRun } from '../check-run.js';
import { expectClear, expectKept } from '../outcome.js';
import { readEntries, readEnvelope, readLogEvent, type ServerFrame } from '../server-frame.js';

const PAGE = 2;

export const rangeChecks: readonly CheckPlan[] = [
  { clause: 'RX-4', title: 'gives any range of the log', needs: [], perform: whole },
  { clause: 'RX-4', title: 'says that a range is cut', needs: ['cutRetention'], perform: cut },
  { clause: 'RX-4', title: 'pages back in order', needs: [], perform: paged },
];

async function whole(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const places = await placeSome(author, { run, conversationId });
  const [from, , , to] = places;

  const { seqs, isComplete } = await fetchRange(reader, { conversationId, from, to });
  const said = `\`fetch_range\` of ${from} to ${to}`;
  expectKept(isComplete, `${said} says that it is not \`complete\`, and nothing was cut.`);
  const wanted = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const isWhole = seqs.length === wanted.length && seqs.every((seq, index) => seq === wanted[index]);
  expectKept(isWhole, `${said} gave ${seqs.join(', ') || 'nothing'} as \`complete\`.`);
  return `${said} gave each number once, in order.`;
}

async function cut(run: CheckRun): Promise<string> {
  const { conversationId, author } = await run.gather();
  const [from, throughSeq, , to] = await placeSome(author, { run, conversationId });
  await run.hook('cutRetention', (cutRetention) => cutRetention({ conversationId, throughSeq }));

  const reader = await run.callInto(conversationId, run.reader);
  const { seqs, isComplete } = await fetchRange(reader, { conversationId, from, to });
  expectClear(!seqs.includes(from), 'Nothing was cut by `hooks.cutRetention`.');
  expectKept(
    !isComplete,
    `The log is cut up to ${throughSeq}, and \`fetch_range\` from ${from} says \`complete: true\`.`,
  );
  return `\`fetch_range\` from before a cut says \`complete: false\`.`;
}

async function paged(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const [, second, third, before] = await placeSome(author, { run, conversationId });

  const answer = await reader.ask(
    'load_history',
    { conversationId, before, limit: PAGE },
    {
      what: 'history_page',
      read: ({ type, payload }) => (isAnswer(payload, conversationId) && type === 'history_page' ? payload : null),
    },
  );
  expectKept(answer.refusal === null, `\`load_history\` was refused with ${answer.refusal?.code}.`);
  const seqs = readEntries(answer.result, 'messages').map(({ seq }) => seq);
  const isRight = seqs.length === PAGE && seqs[0] === second && seqs[1] === third;
  expectKept(isRight, `The ${PAGE} messages before ${before} are ${second}, ${third}; a page gave ${seqs.join(', ')}.`);
  expectKept(answer.result['hasOlder'] === true, 'A page says that nothing is older, and something is.');
  return `A page gave ${second} and ${third}, oldest first.`;
}

async function placeSome(
  author: Caller,
  { run, conversationId }: { readonly run: CheckRun; readonly conversationId: string },
): Promise<readonly [number, number, number, number]> {
  const place = async () => (await author.place(run.draft(conversationId))).seq;
  return [await place(), await place(), await place(), await place()];
}

async function fetchRange(
  caller: Caller,
  range: { readonly conversationId: string; readonly from: number; readonly to: number },
): Promise<{ readonly seqs: readonly (number | null)[]; readonly isComplete: boolean }> {
  const answer = await caller.ask('fetch_range', range, {
    what: 'range',
    read: ({ type, payload }) => (isAnswer(payload, range.conversationId) && type === 'range' ? payload : null),
  });
  expectKept(answer.refusal === null, `\`fetch_range\` was refused with ${answer.refusal?.code}.`);
  const events = readList(answer.result, 'events').flatMap((event) => (isRecord(event) ? readEnvelope(event) : []));
  const seqs = events.map((event) => readLogEvent(event, range.conversationId)?.seq ?? null);
  return { seqs, isComplete: answer.result['complete'] === true };
}

function isAnswer(payload: ServerFrame['payload'], conversationId: string): boolean {
  return payload['conversationId'] === conversationId;
}
