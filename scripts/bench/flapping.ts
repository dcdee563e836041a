/** `npm run bench:flapping`: the same bad link for chatsocket and its peers, and a table of what became of the messages. */
import { argumentsOrExit } from './bench-arguments.js';
import { centrifuge } from './flapping/centrifuge.js';
import { chatsocket } from './flapping/chatsocket.js';
import type { Contestant } from './flapping/contestant.js';
import { phoenix } from './flapping/phoenix.js';
import { partysocket, reconnectingWebSocket } from './flapping/plain-sockets.js';
import { type FlappingResult, LATENCY_MS, runFlapping, SEND_EVERY_MS } from './flapping/run-flapping.js';
import { socketIo, socketIoWithAcks, socketIoWithRetries } from './flapping/socket-io.js';
import { isFlawless } from './flapping/verdict.js';
import { textTable } from './text-table.js';

const RECONNECT_MS = 20;

const ACK_TIMEOUT_MS = 3_000;

const CONTESTANTS: readonly Contestant[] = [
  chatsocket,
  socketIo,
  socketIoWithAcks,
  socketIoWithRetries,
  centrifuge,
  partysocket,
  reconnectingWebSocket,
  phoenix,
];

const { numbers, isJson } = argumentsOrExit('bench:flapping', {
  sends: { min: 20, max: 20_000, fallback: 400, meaning: `messages, one every ${SEND_EVERY_MS} ms` },
  seed: { min: 0, max: 2 ** 32 - 1, fallback: 1, meaning: 'of the cuts; the same for every client' },
});

const setting = { ...numbers, reconnectMs: RECONNECT_MS, ackTimeoutMs: ACK_TIMEOUT_MS };
if (!isJson) console.log(introduction());

const results: FlappingResult[] = [];
for (const contestant of CONTESTANTS) {
  const result = await runFlapping(contestant, setting);
  results.push(result);
  if (!isJson) process.stdout.write(`${result.client} `);
}

const ours = results.filter(({ client }) => client === chatsocket.name);
const isGood = ours.length > 0 && ours.every(isFlawless);
if (isJson)
  console.log(JSON.stringify({ bench: 'flapping', node: process.version, setting, isGood, results }, null, 2));
else console.log(`\n\n${table()}\n\n${conclusion()}`);
process.exitCode = isGood ? 0 : 1;

function introduction(): string {
  return [
    `${setting.sends} sends, one every ${SEND_EVERY_MS} ms, over a link of ${LATENCY_MS} ms each way that is reset every 60 to 140 ms`,
    `(seed ${setting.seed}), then peace until nothing more happens. One after the other in this run, Node ${process.version}.`,
    `Every client is told to reconnect within ${RECONNECT_MS} ms (chatsocket: at random within ${2 * RECONNECT_MS} ms) and to give up on an ack after ${ACK_TIMEOUT_MS} ms,`,
    'where it can be told; queues are unlimited. The servers have no rate limits: the reference server and our client were',
    'given generous ones in place of their 20 and 15 messages a second.',
    '',
  ].join('\n');
}

function table(): string {
  const head = [
    'client',
    'lost',
    'repeated in the log',
    'doubles seen',
    'out of order',
    'told ok',
    'told error',
    'told nothing',
    'cuts',
    'seconds',
  ];
  const rows = results.map((result) => [
    result.client,
    String(result.lost),
    String(result.repeated),
    String(result.visible),
    String(result.outOfOrder),
    withFalse(result.toldOk, result.falseOk),
    withFalse(result.toldError, result.falseError),
    String(result.toldNothing),
    String(result.cuts),
    result.seconds.toFixed(1),
  ]);
  return textTable([head, ...rows]);
}

function withFalse(told: number, untrue: number): string {
  return untrue === 0 ? String(told) : `${told} (${untrue} false)`;
}

function conclusion(): string {
  return [
    'told ok: an ack, or `true` from partysocket, which means no more than that a connection took the message; false: it is not in the log.',
    'told error: a rejection or a timeout; false: the message is in the log all the same.',
    isGood
      ? 'chatsocket: nothing lost, doubled or out of order, and every promise settled by the truth.'
      : `FAILED: chatsocket lost, doubled or disordered a message, or told the sender something untrue. ${troubles()}`,
  ].join('\n');
}

/** The counts that the table does not show, and where to look. */
function troubles(): string {
  const words = ours.map(
    ({ unseen, errorCodes }) => `Not shown: ${unseen}. Errors: ${errorCodes.join(', ') || 'none'}.`,
  );
  return words.join(' ');
}
