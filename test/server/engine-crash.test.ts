import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogReader } from './support/log-reader.js';
import { StoredBench } from './support/stored-bench.js';

const people = ['ada', 'bob'] as const;

type Step =
  | { readonly kind: 'send'; readonly from: string; readonly messageId: string; readonly text: string }
  | { readonly kind: 'edit' | 'delete'; readonly pick: number; readonly text: string }
  | { readonly kind: 'read' | 'reconnect'; readonly from: string }
  | { readonly kind: 'chunk' | 'end'; readonly text: string }
  | { readonly kind: 'store' | 'settle' | 'wait' | 'crash' | 'write-and-crash' };

const from = fc.constantFrom(...people);
const text = fc.constantFrom('one', 'two', '@bot help', 'three');
const pick = fc.nat(30);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      from,
      messageId: fc.integer({ min: 1, max: 12 }).map((number) => `m${number}`),
      text,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('edit', 'delete'), pick, text }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('read', 'reconnect'), from }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('chunk', 'end'), text: fc.string({ maxLength: 6 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('store', 'settle', 'wait') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('crash', 'write-and-crash') }) },
);

/** A server, two people who follow the log, and everything that was ever acknowledged. */
class Run {
  readonly server: StoredBench;
  readonly readers = new Map(people.map((name) => [name as string, new LogReader(name)]));
  readonly acks = new Map<string, number>();
  readonly #texts = new Map<string, string>();

  constructor(server: StoredBench) {
    this.server = server;
    this.greet();
  }

  greet(): void {
    for (const reader of this.readers.values()) reader.connect(this.server.bench);
  }

  async perform(next: Step): Promise<void> {
    const { server } = this;
    switch (next.kind) {
      case 'send':
        this.#say(next.from, next.messageId, next.text);
        break;
      case 'edit':
      case 'delete':
        await this.#change(next.kind, next.pick, next.text);
        break;
      case 'read':
        this.#read(next.from);
        break;
      case 'reconnect':
        this.readers.get(next.from)?.connect(server.bench);
        break;
      case 'chunk':
      case 'end':
        this.#answer(next.kind, next.text);
        break;
      case 'wait':
        server.bench.nowMs += 700;
        break;
      case 'store':
        await server.step();
        break;
      case 'settle':
        await server.settle();
        break;
      default:
        this.#listen();
        await (next.kind === 'crash' ? server.restart() : server.writeAndCrash());
        this.greet();
    }
    this.#listen();
  }

  /** Every copy of a message says the same; SV-3 is another test. */
  #say(from: string, messageId: string, text: string): void {
    const key = `${from} ${messageId}`;
    const content = this.#texts.get(key) ?? text;
    this.#texts.set(key, content);
    this.server.bench.send(from, messageId, { content });
  }

  async #change(kind: 'edit' | 'delete', pick: number, text: string): Promise<void> {
    const log = await this.server.logOf();
    const target = log[pick % Math.max(1, log.length)];
    if (target?.kind !== 'message') return;
    if (kind === 'edit') this.server.bench.edit(target.id, `${text}!`);
    else this.server.bench.delete(target.id);
  }

  #read(from: string): void {
    const messageIds = [...(this.readers.get(from)?.messages.values() ?? [])].slice(-3).map(({ id }) => id);
    this.server.bench.receive(from, { type: 'mark_read', payload: { conversationId: 'lobby', messageIds } });
  }

  #answer(kind: 'chunk' | 'end', text: string): void {
    const started = this.server.bench.effects.findLast((effect) => effect.type === 'start-answer');
    if (started === undefined) return;
    const { streamId } = started;
    if (kind === 'end') this.server.bench.input({ type: 'answer-ended', streamId, status: 'done' });
    else this.server.bench.input({ type: 'answer-extended', streamId, text });
  }

  #listen(): void {
    for (const [name, reader] of this.readers) {
      reader.listen();
      for (const { payload } of this.server.bench.framesOfType(name, 'ack')) {
        if (payload.seq !== undefined) this.acks.set(`${name} ${payload.messageId}`, payload.seq);
      }
    }
  }

  /** Whoever sent something and heard nothing sends it again. */
  async repeatAll(): Promise<void> {
    this.greet();
    for (const [key, content] of this.#texts) {
      const [from = '', messageId = ''] = key.split(' ');
      this.server.bench.send(from, messageId, { content });
    }
    while (await this.server.step()) this.#listen();
    this.#listen();
    expect([...this.#texts.keys()].filter((key) => !this.acks.has(key))).toEqual([]);
  }

  /** SV-1 to SV-4, SV-7: what the disk holds, held against what was promised. */
  async checkDisk(): Promise<void> {
    const log = await this.server.logOf();
    expect(log.map((entry) => entry.seq)).toEqual(log.map((_, index) => index + 1));
    const seqs = new Map<string, number>();
    for (const entry of log) {
      if (entry.kind !== 'message' || entry.clientMessageId === null) continue;
      const key = `${entry.senderId} ${entry.clientMessageId}`;
      expect(seqs.has(key), `${key} is in the log twice`).toBe(false);
      seqs.set(key, entry.seq);
    }
    for (const [key, seq] of this.acks) expect(seqs.get(key), `the ack of ${key}`).toBe(seq);
  }

  /** Everybody comes back, waits until all is stored and told, and sees the log. */
  async checkReaders(): Promise<void> {
    this.greet();
    while (await this.server.step()) this.#listen();
    this.#listen();
    const log = await this.server.logOf();
    const shown = log.flatMap((entry) => (entry.kind === 'message' ? [entry] : []));
    for (const reader of this.readers.values()) {
      const seen = [...reader.messages].sort(([one], [other]) => one - other);
      expect(seen.map(([seq]) => seq)).toEqual(shown.map((entry) => entry.seq));
      for (const [index, [, message]] of seen.entries()) {
        const entry = shown[index];
        // What is still written may be ahead of the disk.
        const isWritten = message.streaming && message.content.startsWith(entry?.content ?? '');
        expect(isWritten ? entry?.content : message.content).toBe(entry?.content);
        expect(message.deleted).toBe(entry?.deleted);
        expect(message.read).toBe((entry?.readBy.length ?? 0) > 0);
      }
    }
  }
}

describe.each([
  ['with all of the log in memory', { retainedMax: 2_000 }],
  ['with a little of the log in memory', { retainedMax: 3, pageMax: 4, joinMax: 6 }],
] as const)('a server that may crash at any moment, %s', (_what, limits) => {
  it('SV-1 SV-2 SV-4 SV-7 F25 keeps every ack true, every id once, and everybody sees the log', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const run = new Run(await StoredBench.open({ limits }));

        for (const next of steps) await run.perform(next);

        await run.checkDisk();
        await run.repeatAll();
        await run.checkDisk();
        await run.checkReaders();
      }),
      { numRuns: 300 },
    );
  });
});

describe('a crash between store and ack', () => {
  it('c6 SV-4 F25 gives the repeat its first place, wherever the crash came', async () => {
    for (let writes = 0; writes <= 4; writes += 1) {
      const server = await StoredBench.open();
      server.bench.connect('ada');
      await server.settle();
      for (const id of ['m1', 'm2', 'm3']) server.bench.send('ada', id);
      for (let count = 0; count < writes; count += 1) await server.step();

      await server.writeAndCrash();
      server.bench.connect('ada');
      for (const id of ['m1', 'm2', 'm3']) server.bench.send('ada', id);
      await server.settle();

      const acks = server.bench.framesOfType('ada', 'ack').map(({ payload }) => payload);
      expect(acks.map(({ messageId, seq }) => [messageId, seq])).toEqual([
        ['m1', 1],
        ['m2', 2],
        ['m3', 3],
      ]);
      expect(await server.logOf()).toHaveLength(3);
    }
  });

  it('S18 F25 remembers ids over the restart up to the cap, and refuses rather than forgets', async () => {
    const server = await StoredBench.open({ limits: { dedupPerUserMax: 2 } });
    server.bench.connect('ada');
    for (const id of ['m1', 'm2']) server.bench.send('ada', id);
    await server.settle();

    await server.restart();
    server.bench.connect('ada');
    for (const id of ['m3', 'm1', 'm2']) server.bench.send('ada', id);
    await server.settle();

    expect(server.bench.last('ada', 'error')).toMatchObject({ code: 'TOO_MANY', messageId: 'm3' });
    expect(server.bench.framesOfType('ada', 'ack').map(({ payload }) => [payload.seq, payload.duplicate])).toEqual([
      [1, true],
      [2, true],
    ]);
  });
});
