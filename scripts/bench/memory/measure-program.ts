/** Feeds a client without a network and watches its heap; tells its parent the figures. Needs `--expose-gc`. */
import { ChatSocketClient } from 'chatsocket';
import { type MemoryTransport, memoryTransport } from '../load/memory-transport.js';
import {
  answerDeltaText,
  answerEndText,
  answerStartText,
  CONVERSATION,
  type Dialect,
  messageText,
  uuidOf,
} from '../load/wire.js';
import { median } from '../statistics.js';
import type { AnswerHeap, AnswerSpeed, Flow, MemoryReport } from './report.js';

const CHECKPOINTS = 10;

/** Frames between two turns of the event loop, in which timers fire. */
const FRAMES_AT_ONCE = 500;

/** Longer than subscribers are ever kept waiting. */
const SETTLE_MS = 120;

const CHUNK = 'some words ';

const ANSWER_CHUNKS = [10_000, 20_000, 40_000] as const;

const ANSWER_ROUNDS = 5;

const CONVERSATIONS_LEFT = 5_000;

const messages = Number(process.argv[2]);
const report: MemoryReport = {
  flows: [
    await flow('with numbers (chatsocket.v1)', 'chatsocket.v1', messages),
    await flow('without numbers (base): ids are remembered', 'base', Math.ceil(messages / 4)),
  ],
  answerSpeeds: await answerSpeeds(),
  answerHeap: await answerHeap(),
  left: await leftConversations(),
};
process.send?.(report, () => process.exit(0));

interface Reader {
  readonly client: ChatSocketClient;
  readonly transport: MemoryTransport;
  seq: number;
}

/** A client with its defaults, a listener, and a subscriber that reads what it would show. */
async function openReader(dialect: Dialect = 'chatsocket.v1'): Promise<Reader> {
  const transport = memoryTransport(dialect);
  const client = new ChatSocketClient({ url: 'ws://127.0.0.1/', conversationId: CONVERSATION, transport });
  const refuse = () => {
    throw new Error('The client reported trouble.');
  };
  client.on('message-received', ({ message }) => {
    if (message.content === '') refuse();
  });
  client.on('gap-detected', refuse);
  client.on('frame-rejected', refuse);
  // A text is put together when it is read, so a subscriber that read nothing would measure nothing.
  client.subscribe(() => void client.snapshot.messages.at(-1)?.content.charCodeAt(0));
  client.connect();
  await client.whenOpen();
  return { client, transport, seq: 0 };
}

async function heapBytes(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  for (let collections = 0; collections < 3; collections += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function flow(title: string, dialect: Dialect, count: number): Promise<Flow> {
  const reader = await openReader(dialect);
  const sizes: number[] = [];
  for (let checkpoint = 1; checkpoint <= CHECKPOINTS; checkpoint += 1) {
    const target = Math.round((count * checkpoint) / CHECKPOINTS);
    while (reader.seq < target) {
      reader.seq += 1;
      reader.transport.receive(messageText(reader.seq, dialect));
      if (reader.seq % FRAMES_AT_ONCE === 0) await breath();
    }
    sizes.push(await heapBytes());
  }
  checkLast(reader, `${count}: `);
  reader.client.dispose();
  return { title, messages: count, heapBytes: sizes };
}

/** Figures of a client that dropped what it was given would be worth nothing. */
function checkLast({ client }: Reader, beginning: string): void {
  const last = client.snapshot.messages.at(-1);
  if (last?.content.startsWith(beginning) !== true) throw new Error('The last message is not in the history.');
}

async function answerSpeeds(): Promise<readonly AnswerSpeed[]> {
  const reader = await openReader();
  const costs = ANSWER_CHUNKS.map((): number[] => []);
  // The first round is the compiler's.
  for (let round = 0; round <= ANSWER_ROUNDS; round += 1) {
    for (const [index, chunks] of ANSWER_CHUNKS.entries()) {
      const texts = answerTexts(reader, chunks);
      globalThis.gc?.();
      const before = process.cpuUsage();
      await receiveAll(reader, texts);
      const { user, system } = process.cpuUsage(before);
      if (round > 0) costs[index]?.push((user + system) / chunks);
    }
  }
  reader.client.dispose();
  return ANSWER_CHUNKS.map((chunks, index) => ({ chunks, cpu: median(costs[index] ?? []) }));
}

async function answerHeap(): Promise<AnswerHeap> {
  const reader = await openReader();
  const [chunks] = ANSWER_CHUNKS;
  const beforeBytes = await heapBytes();
  await receiveAll(reader, answerTexts(reader, chunks));
  const afterBytes = await heapBytes();
  const textBytes = checkAnswer(reader, chunks);
  reader.client.dispose();
  return { chunks, textBytes, beforeBytes, afterBytes };
}

function checkAnswer({ client }: Reader, chunks: number): number {
  const last = client.snapshot.messages.at(-1);
  const isWhole = last?.stream === 'done' && last.content.length === chunks * CHUNK.length;
  if (!isWhole) throw new Error('The answer is not whole.');
  return last.content.length;
}

function answerTexts(reader: Reader, chunks: number): readonly string[] {
  reader.seq += 1;
  const id = uuidOf(reader.seq);
  const deltas = Array.from({ length: chunks }, (_, index) => answerDeltaText(id, index * CHUNK.length, CHUNK));
  return [answerStartText(id, reader.seq), ...deltas, answerEndText(id, chunks * CHUNK.length)];
}

async function receiveAll({ transport }: Reader, texts: readonly string[]): Promise<void> {
  for (const [index, text] of texts.entries()) {
    transport.receive(text);
    if (index % FRAMES_AT_ONCE === 0) await breath();
  }
}

async function leftConversations(): Promise<MemoryReport['left']> {
  const reader = await openReader();
  const beforeBytes = await heapBytes();
  for (let number = 1; number <= CONVERSATIONS_LEFT; number += 1) {
    const conversation = reader.client.conversation(`conversation-${number}`);
    await breath();
    conversation.leave();
  }
  const afterBytes = await heapBytes();
  reader.client.dispose();
  return { conversations: CONVERSATIONS_LEFT, bytesEach: (afterBytes - beforeBytes) / CONVERSATIONS_LEFT };
}
