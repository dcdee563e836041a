/** Recordings of real servers, played to the client: what it shows is what was said. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ChatSocketClient } from '../../src/index.js';
import { streamingProtocol, threadProtocol } from '../../src/protocols/index.js';
import {
  clientFrameSchema as streamingClientFrame,
  serverFrameSchema as streamingFrame,
} from '../../src/protocols/streaming/schema.js';
import { serverFrameSchema as threadFrame } from '../../src/protocols/thread/schema.js';
import { countingIds, manualClock, mockPageSignals, mockTransport, seededRandom } from '../../src/testing/index.js';

interface Line {
  readonly scenario: string;
  readonly dir: '->' | '<-';
  readonly kind: string;
  readonly raw?: string;
}

const linesOf = (family: string): readonly Line[] =>
  readFileSync(new URL(`../fixtures/${family}.jsonl`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    // Safe: the file is ours, and a line of another shape fails the expectations below.
    .map((line) => JSON.parse(line) as Line);

const frames = (family: string, dir: Line['dir'], scenario?: string) =>
  linesOf(family).flatMap((line) =>
    line.kind === 'ws' && line.dir === dir && (scenario === undefined || line.scenario === scenario)
      ? (line.raw ?? [])
      : [],
  );

/** Sends what the recorded client sent and hears what it heard. */
async function replay(family: 'streaming' | 'thread', scenario: string) {
  const clock = manualClock();
  const transport = mockTransport({ clock });
  const client = new ChatSocketClient({
    url: 'ws://localhost/',
    conversationId: 'recorded',
    protocol: family === 'streaming' ? streamingProtocol() : threadProtocol(),
    transport,
    clock,
    http: () => ({ answer: new Promise(() => {}), cancel: () => {} }),
    ids: countingIds(1),
    random: seededRandom(1),
    pageSignals: mockPageSignals(),
  });
  client.connect();
  const connection = await transport.nextConnection();
  connection.accept({ subprotocol: null });
  for (const { kind, scenario: name, dir, raw } of linesOf(family)) {
    if (kind !== 'ws' || name !== scenario || raw === undefined) continue;
    const said: { message?: unknown } = dir === '->' && raw.startsWith('{') ? JSON.parse(raw) : {};
    if (dir === '<-') connection.sendRaw(raw);
    else if (typeof said.message === 'string' && said.message.trim() !== '') client.send(said.message);
    await clock.advance(300);
  }
  await clock.advance(1_000);
  const shown = client.snapshot.messages.map(({ content, stream }) => [content, stream]);
  const { framesRejected } = client.metrics();
  client.dispose();
  return { shown, framesRejected, sent: connection.received };
}

describe('recordings of real servers', () => {
  test('hold no frame that the schemas refuse', () => {
    const refused = [
      ...frames('streaming', '<-').filter((raw) => !streamingFrame.safeParse(JSON.parse(raw)).success),
      ...frames('thread', '<-').filter((raw) => !threadFrame.safeParse(JSON.parse(raw)).success),
    ];

    expect(refused).toEqual([]);
  });

  test('of an assistant show one answer, byte by byte', async () => {
    const { shown, framesRejected, sent } = await replay('streaming', 'A.happy_path');

    expect(shown).toEqual([
      ['Hello, AI! é世😀', null],
      ['You said: Hello, AI! é世😀', 'done'],
    ]);
    expect(framesRejected).toBe(0);
    expect(sent.filter((text) => !streamingClientFrame.safeParse(JSON.parse(text)).success)).toEqual([]);
  });

  test('of an assistant that is asked while it answers keep both answers whole', async () => {
    const { shown } = await replay('streaming', 'A.two_messages_queue_up');
    const answers = shown.filter(([, stream]) => stream !== null);

    expect(answers.length).toBe(2);
    for (const [content, stream] of answers)
      expect([content, stream]).toEqual([expect.stringMatching(/^You said: /), 'done']);
  });

  test('of an assistant at its limit keep the question', async () => {
    const { shown } = await replay('streaming', 'A.rate_limit');

    expect(shown.filter(([, stream]) => stream === 'done').length).toBe(2);
    expect(shown.length).toBeGreaterThanOrEqual(5);
  });

  test('of a thread show its answer', async () => {
    const { shown, framesRejected } = await replay('thread', 'B.happy_path');

    expect(shown).toEqual([['You said: Hello 世😀', 'done']]);
    expect(framesRejected).toBe(0);
  });
});
