/**
 * What a server can make a client work with one text. `JSON.parse` sets the scale, for its price is nobody's to change:
 * see docs/decisions/2026-11-30-what-one-frame-may-cost.md.
 */
import { describe, expect, test, vi } from 'vitest';
import { ChatSocketClient } from '../../src/index.js';
import type { SocketHandlers } from '../../src/ports/transport.js';
import { envelopeProtocol } from '../../src/protocols/index.js';
import { manualClock, mockPageSignals, settle } from '../../src/testing/index.js';

const BYTES_MAX = 1_000_000;
/** Of the fastest, what the machine does beside is left out. */
const ROUNDS = 5;

interface Fed {
  readonly client: ChatSocketClient;
  readonly decode: ReturnType<typeof vi.fn>;
  /** A text from the server; what the client does with it is done when this returns. */
  receive(text: string): void;
}

/** A client on an open connection, with nothing of a test between the socket and it. */
async function openFed(): Promise<Fed> {
  let handlers: SocketHandlers | null = null;
  const protocol = envelopeProtocol({ tokenIn: 'none' });
  const decode = vi.fn(protocol.decode);
  const client = new ChatSocketClient({
    url: 'ws://localhost/',
    conversationId: 'c',
    clock: manualClock(),
    pageSignals: mockPageSignals(),
    protocol: { ...protocol, decode },
    transport: {
      name: 'bare',
      open: (_request, given) => {
        handlers = given;
        queueMicrotask(() => given.opened());
        return { bufferedBytes: 0, send: () => true, close: () => {}, abandon: () => {} };
      },
    },
  });
  client.connect();
  await settle();
  const receive = (text: string) => handlers?.received(text);
  receive('{"type":"connected","payload":{"userId":"u","protocol":"chatsocket.v1"}}');
  const history = { conversationId: 'c', messages: [], epoch: 'e', latestSeq: 0, recovered: 'full', hasOlder: false };
  receive(JSON.stringify({ type: 'conversation_history', payload: history }));
  expect(client.snapshot.connection.status).toBe('open');
  decode.mockClear();
  return { client, decode, receive };
}

type Ends = readonly [head: string, tail: string];

/** As many of `unit` as fit between head and tail. */
function filled([head, tail]: Ends, unit: string, bytesMax = BYTES_MAX): string {
  return head + unit.repeat(Math.floor((bytesMax - head.length - tail.length - 1) / unit.length)) + tail;
}

function nested(head: string, tail: string, bytesMax: number): string {
  const depth = Math.floor((bytesMax - head.length - tail.length) / 2);
  return `${head}${'['.repeat(depth)}${']'.repeat(depth)}${tail}`;
}

function message(field: string): Ends {
  const fixed = '"id":"m","conversationId":"c","senderId":"v","content":"","timestamp":"","seq":1';
  return [
    `{"type":"new_message","payload":{"conversationId":"c","epoch":"e","seq":1,"message":{${fixed},"${field}":`,
    '}}}',
  ];
}

const numbered = ([head, tail]: Ends, unit: (count: number) => string, bytesMax: number) => {
  const parts: string[] = [];
  let bytes = head.length + tail.length;
  for (let count = 0; bytes + 32 < bytesMax; count += 1) {
    const part = unit(count);
    parts.push(part);
    bytes += part.length + 1;
  }
  return head + parts.join() + tail;
};

const METADATA = message('metadata');

/** What a text may cost, as a multiple of the slowest JSON of its length. */
const FACTOR = 2;
/** Each key is looked at; those of a log's heads in a map as well. */
const FACTOR_OF_KEYS = 3;
const FACTOR_OF_HEADS = 4;
/** 62,500 frames, each of which the connection hears of. */
const FACTOR_OF_FRAMES = 10;

/** Texts that cost more than their length: each as long as it may be. */
const HOSTILE: readonly (readonly [what: string, text: (bytesMax: number) => string, factor?: number])[] = [
  ['nested lists', (bytesMax) => nested('', '', bytesMax)],
  ['nested lists in an unknown frame', (bytesMax) => nested('{"type":"x","payload":', '}', bytesMax)],
  ['nested lists in metadata', (bytesMax) => nested(...METADATA, bytesMax)],
  [
    'keys that change prototypes',
    (bytesMax) => filled([`${METADATA[0]}[`, `0]${METADATA[1]}`], '{"__proto__":1},', bytesMax),
  ],
  [
    'keys in metadata',
    (bytesMax) => numbered([`${METADATA[0]}{`, `}${METADATA[1]}`], (count) => `"k${count}":1`, bytesMax),
    FACTOR_OF_KEYS,
  ],
  [
    'heads of conversations',
    (bytesMax) => numbered(['{"type":"pong","payload":{"latest":{', '}}}'], (count) => `"k${count}":1`, bytesMax),
    FACTOR_OF_HEADS,
  ],
  ['a batch of nothing', (bytesMax) => filled(['[', '0]'], '{},', bytesMax)],
  ['a batch of numbers', (bytesMax) => filled(['[', '0]'], '1,', bytesMax)],
  ['a batch of pongs', (bytesMax) => filled(['[', '0]'], '{"type":"pong"},', bytesMax), FACTOR_OF_FRAMES],
  ['a batch of acks', (bytesMax) => filled(['[', '0]'], '{"type":"ack","payload":{"messageId":"a"}},', bytesMax)],
  ['what is no JSON at its very end', (bytesMax) => filled(['', ''], '[', bytesMax)],
  ['one long text', (bytesMax) => filled(['{"type":"x","text":"', '"}'], 'x', bytesMax)],
  ['letters of three bytes', (bytesMax) => filled(['{"type":"x","text":"', '"}'], '語', bytesMax / 3)],
];

/** The fastest of many, in turns with each other so that a slow moment of the machine strikes all alike. */
function fastest(...works: readonly (() => void)[]): number[] {
  const times = works.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [place, work] of works.entries()) {
      const beganAtMs = performance.now();
      work();
      times[place] = Math.min(times[place] ?? 0, performance.now() - beganAtMs);
    }
  }
  return times;
}

function parse(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    // That it is no JSON takes its time as well.
  }
}

describe('C7 a text over the cap', () => {
  test.each([
    ['by a byte', `"${'x'.repeat(BYTES_MAX - 1)}"`],
    ['by a byte, in letters of three', `"${'語'.repeat((BYTES_MAX - 1) / 3)}"`],
    ['tenfold, and nested', '['.repeat(10 * BYTES_MAX)],
  ])('is never parsed: %s', async (_how, text) => {
    const { client, decode, receive } = await openFed();
    const parsed = vi.spyOn(JSON, 'parse');

    receive(text);
    const calls = parsed.mock.calls.length;
    parsed.mockRestore();

    expect(new TextEncoder().encode(text).length).toBeGreaterThan(BYTES_MAX);
    expect([decode.mock.calls.length, calls]).toEqual([0, 0]);
    expect(client.metrics()).toMatchObject({ framesRejected: 1 });
    client.dispose();
  });

  test('is one over it: a text of just the length is read', async () => {
    const { client, decode, receive } = await openFed();

    receive(`{"type":"x","text":"${'x'.repeat(BYTES_MAX - 22)}"}`);

    expect(decode.mock.calls).toEqual([[expect.objectContaining({ length: BYTES_MAX })]]);
    expect(client.metrics()).toMatchObject({ framesRejected: 0, framesUnknown: 1 });
    client.dispose();
  });
});

describe('C7 a text at the cap', () => {
  test.each(HOSTILE.map(([what, make, factor = FACTOR]) => ({ what, make, factor })))(
    'costs at most $factor times the slowest JSON of that length: $what',
    { timeout: 60_000 },
    async ({ make, factor }) => {
      const { client, receive } = await openFed();
      const text = make(BYTES_MAX);
      const slowest = nested('', '', BYTES_MAX);

      const [own = 0, scale = 0] = fastest(
        () => receive(text),
        () => parse(slowest),
      );

      expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(BYTES_MAX);
      expect(text.length).toBeGreaterThan(BYTES_MAX * 0.3);
      expect(own / scale).toBeLessThan(factor);
      client.dispose();
    },
  );
});
