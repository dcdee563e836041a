import { describe, expect, it } from 'vitest';
import { EngineBench } from './support/engine-bench.js';

function benchWith(...connectionIds: readonly string[]): EngineBench {
  const bench = new EngineBench();
  for (const connectionId of connectionIds) bench.connect(connectionId);
  return bench;
}

describe('sending', () => {
  it('SV-4 stores entry and dedup record in one batch, and tells nobody before it is durable', () => {
    const bench = new EngineBench({ storesAtOnce: false });
    bench.connect('ada');
    bench.storeAll();
    bench.join('ada');
    bench.storeAll();

    bench.send('ada', 'm1');

    const batch = bench.effects.findLast((effect) => effect.type === 'store');
    expect(batch?.writes.map((write) => write.type)).toEqual(['put-entry', 'put-dedup']);
    expect(bench.framesOfType('ada', 'new_message')).toEqual([]);
    expect(bench.framesOfType('ada', 'ack')).toEqual([]);

    bench.storeAll();

    expect(bench.framesOf('ada').slice(-2)).toMatchObject([
      { type: 'new_message', payload: { seq: 1, message: { clientMessageId: 'm1', content: 'm1', seq: 1 } } },
      { type: 'ack', payload: { messageId: 'm1', seq: 1, duplicate: false } },
    ]);
  });

  it('collects what arrives during a write into the next batch, in order', () => {
    const bench = new EngineBench({ storesAtOnce: false });
    bench.connect('ada');
    bench.storeAll();
    bench.join('ada');
    bench.storeAll();
    const batchesBefore = bench.effects.filter((effect) => effect.type === 'store').length;

    for (const messageId of ['m1', 'm2', 'm3', 'm4']) bench.send('ada', messageId);
    bench.storeAll();

    const batches = bench.effects.filter((effect) => effect.type === 'store').slice(batchesBefore);
    expect(batches.map((batch) => batch.writes.length)).toEqual([2, 6]);
    expect(bench.framesOfType('ada', 'ack').map((frame) => frame.payload.seq)).toEqual([1, 2, 3, 4]);
    expect(bench.framesOfType('ada', 'new_message').map((frame) => frame.payload.seq)).toEqual([1, 2, 3, 4]);
  });

  it('SV-1 keeps the ids of two users, and of two conversations, apart', () => {
    const bench = new EngineBench({ rooms: ['lobby', 'attic'] });
    bench.connect('ada');
    bench.connect('bob');

    bench.send('ada', 'same', { content: 'from ada' });
    bench.send('bob', 'same', { content: 'from bob' });
    bench.send('ada', 'same', { content: 'upstairs', conversationId: 'attic' });

    expect(bench.last('bob', 'ack')).toMatchObject({ messageId: 'same', seq: 2, duplicate: false });
    expect(bench.framesOfType('ada', 'ack').map((frame) => frame.payload)).toMatchObject([
      { seq: 1, duplicate: false },
      { seq: 1, duplicate: false },
    ]);
  });

  it('C20 answers an id that somebody else has used, or that is used elsewhere, as it answers a new one', () => {
    const bench = new EngineBench({ rooms: ['lobby', 'attic'] });
    for (const user of ['ada', 'bob', 'eve']) bench.connect(user);
    bench.send('ada', 'used-by-ada', { content: 'a secret' });
    bench.send('eve', 'used-by-eve', { content: 'elsewhere', conversationId: 'attic' });

    bench.send('bob', 'used-by-ada', { content: 'a guess' });
    bench.send('bob', 'used-by-eve', { content: 'a guess' });
    bench.send('bob', 'used-by-nobody', { content: 'a guess' });

    const acks = bench.framesOfType('bob', 'ack').map(({ payload }) => payload);
    expect(acks.map(({ messageId, seq, duplicate }) => [messageId, seq, duplicate])).toEqual([
      ['used-by-ada', 2, false],
      ['used-by-eve', 3, false],
      ['used-by-nobody', 4, false],
    ]);
    expect(new Set(acks.map((payload) => Object.keys(payload).join())).size).toBe(1);
    expect(bench.framesOfType('bob', 'error')).toEqual([]);
  });

  it('SV-2 answers a repeat with the first result, and tells nobody else', () => {
    const bench = benchWith('ada', 'bob');
    bench.join('bob');
    bench.send('ada', 'm1');

    bench.send('ada', 'm1');

    expect(bench.framesOfType('ada', 'ack').map((frame) => frame.payload)).toEqual([
      { messageId: 'm1', id: expect.any(String), seq: 1, duplicate: false },
      { messageId: 'm1', id: expect.any(String), seq: 1, duplicate: true },
    ]);
    expect(bench.framesOfType('bob', 'new_message')).toHaveLength(1);
  });

  it('SV-2 lets a repeat of a message that is still being stored wait for it', () => {
    const bench = new EngineBench({ storesAtOnce: false });
    bench.connect('ada');
    bench.connect('ada2', 'ada');
    bench.storeAll();
    bench.send('ada', 'm1');

    bench.send('ada2', 'm1');
    const acksBefore = bench.framesOfType('ada2', 'ack').length;
    bench.storeAll();

    expect(acksBefore).toBe(0);
    expect(bench.last('ada2', 'ack')).toMatchObject({ messageId: 'm1', seq: 1, duplicate: true });
  });

  it('S17 recognises an old frame that is replayed over a new connection', () => {
    const bench = benchWith('ada');
    bench.send('ada', 'm1', { producer: 1 });
    bench.disconnect('ada');
    bench.connect('ada again', 'ada');

    bench.send('ada again', 'm1', { producer: 1 });
    bench.send('ada again', 'm2', { producer: 2 });

    expect(bench.framesOfType('ada again', 'ack').map((frame) => frame.payload)).toMatchObject([
      { messageId: 'm1', seq: 1, duplicate: true },
      { messageId: 'm2', seq: 2, duplicate: false },
    ]);
  });

  it.each([
    ['text', { content: 'other' }],
    ['metadata', { content: 'm1', metadata: { colour: 'red' } }],
    ['text that differs in a lone surrogate only', { content: '\ud800' }],
  ])('SV-3 refuses the same id with other %s', (_what, second) => {
    const bench = benchWith('ada');
    bench.send('ada', 'm1', { content: second.content === '\ud800' ? '\ufffd' : 'm1' });

    bench.send('ada', 'm1', second);

    expect(bench.last('ada', 'error')).toMatchObject({ code: 'ID_CONFLICT', messageId: 'm1' });
    expect(bench.framesOfType('ada', 'ack')).toHaveLength(1);
  });

  it('forgets an id after the window, in memory and in the store', () => {
    const bench = new EngineBench({ limits: { dedupWindowMs: 1_000 } });
    bench.connect('ada');
    bench.send('ada', 'm1');
    bench.nowMs += 1_001;

    bench.send('ada', 'm2');

    const writes = bench.effects.flatMap((effect) => (effect.type === 'store' ? effect.writes : []));
    expect(writes.filter((write) => write.type === 'drop-dedup')).toMatchObject([{ key: { messageId: 'm1' } }]);
  });

  it('S18 refuses, and never silently forgets, once a user holds as many ids as allowed', () => {
    const bench = new EngineBench({ limits: { dedupPerUserMax: 3, dedupWindowMs: 1_000 } });
    bench.connect('ada');
    for (const messageId of ['m1', 'm2', 'm3']) bench.send('ada', messageId);

    bench.send('ada', 'm4');
    bench.send('ada', 'm1');
    bench.nowMs += 1_001;
    bench.send('ada', 'm5');

    expect(bench.last('ada', 'error')).toMatchObject({ code: 'TOO_MANY', messageId: 'm4' });
    expect(bench.framesOfType('ada', 'ack').slice(-2)).toMatchObject([
      { payload: { messageId: 'm1', duplicate: true } },
      { payload: { messageId: 'm5', duplicate: false } },
    ]);
  });

  it('doubles a repeat when deduplication is sabotaged, while it claims otherwise', () => {
    const bench = new EngineBench({ deduplicates: false });
    bench.connect('ada');

    bench.send('ada', 'm1');
    bench.send('ada', 'm1');

    expect(bench.last('ada', 'connected')).toMatchObject({ deduplicates: true });
    expect(bench.framesOfType('ada', 'new_message').map((frame) => frame.payload.seq)).toEqual([1, 2]);
  });
});

describe('the order of one producer', () => {
  it('SV-6 accepts the next number, and names the one it expects for a later one', () => {
    const bench = benchWith('ada');

    bench.send('ada', 'm1', { producer: 1 });
    bench.send('ada', 'm3', { producer: 3 });
    bench.send('ada', 'm2', { producer: 2 });
    bench.send('ada', 'm3', { producer: 3 });

    expect(bench.last('ada', 'error')).toMatchObject({ code: 'OUT_OF_ORDER', messageId: 'm3', expected: 2 });
    expect(bench.framesOfType('ada', 'ack').map((frame) => frame.payload.messageId)).toEqual(['m1', 'm2', 'm3']);
  });

  it('SV-6 refuses a used number with an unknown id, and names the one it expects', () => {
    const bench = benchWith('ada');
    bench.send('ada', 'm1', { producer: 1 });

    bench.send('ada', 'other', { producer: 1 });

    expect(bench.last('ada', 'error')).toMatchObject({ code: 'OUT_OF_ORDER', messageId: 'other', expected: 2 });
  });

  it('SV-6 looks for a repeat ahead of the order, and counts it', () => {
    const bench = benchWith('ada');
    bench.send('ada', 'm1', { producer: 1 });
    bench.connect('second', 'ada');

    bench.send('second', 'm1', { producer: 1 });
    bench.send('second', 'm2', { producer: 2 });

    expect(bench.framesOfType('second', 'error')).toEqual([]);
    expect(bench.last('second', 'ack')).toMatchObject({ messageId: 'm2', seq: 2 });
  });

  it('goes on behind a message that is refused for good', () => {
    const bench = benchWith('ada');

    bench.send('ada', 'empty', { producer: 1, content: '   ' });
    bench.send('ada', 'm2', { producer: 2 });

    expect(bench.last('ada', 'error')).toMatchObject({ code: 'VALIDATION_ERROR', messageId: 'empty' });
    expect(bench.last('ada', 'ack')).toMatchObject({ messageId: 'm2', seq: 1 });
  });

  it('F28 holds the messages behind a rate-limited one back until it was sent again', () => {
    const bench = new EngineBench({ limits: { messagesPerSecond: 2 } });
    bench.connect('ada');
    bench.send('ada', 'm1', { producer: 1 });
    bench.send('ada', 'm2', { producer: 2 });

    bench.send('ada', 'm3', { producer: 3 });
    const refusal = bench.last('ada', 'error');
    bench.nowMs += refusal.retryAfterMs ?? 0;
    bench.send('ada', 'm4', { producer: 4 });
    bench.nowMs += 1_000;
    bench.send('ada', 'm3', { producer: 3 });
    bench.send('ada', 'm4', { producer: 4 });

    expect(refusal).toMatchObject({ code: 'RATE_LIMIT', messageId: 'm3', retryAfterMs: 500 });
    expect(bench.last('ada', 'error')).toMatchObject({ code: 'OUT_OF_ORDER', messageId: 'm4', expected: 3 });
    expect(bench.framesOfType('ada', 'ack').map((frame) => frame.payload.messageId)).toEqual(['m1', 'm2', 'm3', 'm4']);
  });

  it('passes over the number of a repeat that came ahead of its turn', () => {
    const bench = new EngineBench({ limits: { messagesPerSecond: 2 } });
    bench.connect('ada');
    bench.send('ada', 'known', { producer: 1 });
    bench.connect('second', 'ada');
    bench.send('second', 'm0');

    bench.send('second', 'm1', { producer: 1 });
    bench.nowMs += 500;
    bench.send('second', 'known', { producer: 2 });
    bench.nowMs += 1_000;
    bench.send('second', 'm1', { producer: 1 });
    bench.send('second', 'm3', { producer: 3 });

    expect(bench.framesOfType('second', 'error')).toMatchObject([{ payload: { code: 'RATE_LIMIT', messageId: 'm1' } }]);
    expect(bench.last('second', 'ack')).toMatchObject({ messageId: 'm3', duplicate: false });
  });
});

describe('limits', () => {
  const letters = { ASCII: 'a', é: 'é', CJK: '語', 'lone surrogates': '\ud83d', escapes: '\u0001' };

  describe.each(Object.entries(letters))('S6 in %s', (_name, letter) => {
    it.each([
      [4_999, true],
      [5_000, true],
      [5_001, false],
      [9_999, false],
      [10_000, false],
      [10_001, false],
    ])('S6 counts UTF-16 code units: %i accepted is %s', (count, isAccepted) => {
      const bench = benchWith('ada');

      bench.send('ada', 'm1', { content: letter.repeat(count) });

      expect(bench.framesOfType('ada', 'ack')).toHaveLength(isAccepted ? 1 : 0);
      if (!isAccepted) expect(bench.last('ada', 'error')).toMatchObject({ code: 'VALIDATION_ERROR', messageId: 'm1' });
    });
  });

  it.each([
    [2_500, true],
    [2_501, false],
  ])('S6 counts an emoji as two: %i accepted is %s', (count, isAccepted) => {
    const bench = benchWith('ada');

    bench.send('ada', 'm1', { content: '😀'.repeat(count) });

    expect(bench.framesOfType('ada', 'ack')).toHaveLength(isAccepted ? 1 : 0);
  });

  it('S6 measures and keeps what is left after trimming', () => {
    const bench = benchWith('ada');

    bench.send('ada', 'm1', { content: `  ${'a'.repeat(5_000)}\n` });

    expect(bench.last('ada', 'new_message').message.content).toBe('a'.repeat(5_000));
  });

  it('S5 counts messages per user over all sockets, and says when to come back', () => {
    const bench = new EngineBench({ limits: { messagesPerSecond: 20 } });
    bench.connect('one', 'ada');
    bench.connect('two', 'ada');
    bench.connect('bob');

    for (let count = 0; count < 30; count += 1) bench.send(count % 2 === 0 ? 'one' : 'two', `m${count}`);
    bench.send('bob', 'other');

    const acks = [...bench.framesOfType('one', 'ack'), ...bench.framesOfType('two', 'ack')];
    expect(acks).toHaveLength(20);
    expect(bench.last('two', 'error')).toMatchObject({ code: 'RATE_LIMIT', messageId: 'm29', retryAfterMs: 50 });
    expect(bench.framesOfType('bob', 'ack')).toHaveLength(1);
  });

  it('S5 closes with 4429 at the 200th broken rule within 10 s, and not for the same spread out', () => {
    const hasty = new EngineBench();
    const slow = new EngineBench();
    hasty.connect('ada');
    slow.connect('ada');

    for (let count = 0; count < 199; count += 1) hasty.input({ type: 'text-received', connectionId: 'ada', text: '{' });
    const closesBefore = hasty.closesOf('ada');
    hasty.input({ type: 'text-received', connectionId: 'ada', text: '{' });
    for (let count = 0; count < 400; count += 1) {
      slow.nowMs += 51;
      slow.input({ type: 'text-received', connectionId: 'ada', text: '{' });
    }

    expect(closesBefore).toEqual([]);
    expect(hasty.closesOf('ada')).toEqual([4429]);
    expect(slow.closesOf('ada')).toEqual([]);
  });

  it('refuses metadata nested so deep that writing it would overflow the stack', () => {
    const bench = benchWith('ada');
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    const payload = `{"conversationId":"lobby","content":"x","metadata":${deep}}`;

    const text = `{"type":"send_message","messageId":"m1","payload":${payload}}`;
    bench.input({ type: 'text-received', connectionId: 'ada', text });

    expect(bench.last('ada', 'error')).toMatchObject({ code: 'VALIDATION_ERROR', messageId: 'm1' });
  });

  it('S10 closes the oldest of eleven connections of a user', () => {
    const bench = new EngineBench();
    for (let count = 1; count <= 10; count += 1) bench.connect(`c${count}`, 'ada');
    const closesBefore = bench.closesOf('c1');

    bench.connect('c11', 'ada');

    expect(closesBefore).toEqual([]);
    expect(bench.closesOf('c1')).toEqual([4403]);
    expect(bench.engine.connectionsOf('ada')).toHaveLength(10);
  });
});
