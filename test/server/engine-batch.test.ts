import { describe, expect, it } from 'vitest';
import type { EngineLimits } from '../../examples/server/engine/limits.js';
import { EngineBench } from './support/engine-bench.js';

function connected(limits: Partial<EngineLimits> = {}): EngineBench {
  const bench = new EngineBench({ limits });
  bench.connect('ada');
  return bench;
}

function receive(bench: EngineBench, batch: unknown): void {
  bench.input({ type: 'text-received', connectionId: 'ada', text: JSON.stringify(batch) });
}

function said(messageId: string): unknown {
  return { type: 'send_message', messageId, payload: { conversationId: 'lobby', content: messageId } };
}

describe('a batch of frames', () => {
  it('is announced, and taken in its order', () => {
    const bench = connected();

    receive(bench, [said('m1'), { type: 'ping', messageId: 'p1' }, said('m2')]);

    expect(bench.last('ada', 'connected').batch).toBe(true);
    const answers = bench.framesOf('ada').map((frame) => frame.type);
    expect(answers.slice(1)).toEqual(['pong', 'new_message', 'ack', 'new_message', 'ack']);
    expect(bench.framesOfType('ada', 'ack').map((frame) => frame.payload.seq)).toEqual([1, 2]);
  });

  it('is not announced where a text may hold one frame only', () => {
    const bench = connected({ batchMax: 1 });

    expect(bench.last('ada', 'connected').batch).toBe(false);
  });

  it('loses only its bad frames, each refused by name', () => {
    const bench = connected();

    receive(bench, [said('m1'), null, [said('nested')], { type: 'nonsense', messageId: 'n1' }, said('m2')]);

    expect(bench.framesOfType('ada', 'error').map((frame) => frame.payload.code)).toEqual([
      'VALIDATION_ERROR',
      'VALIDATION_ERROR',
      'UNKNOWN_TYPE',
    ]);
    expect(bench.framesOfType('ada', 'ack').map((frame) => frame.payload.messageId)).toEqual(['m1', 'm2']);
  });

  it('S5 counts each of its frames', () => {
    const bench = connected({ framesPerSecond: 10, messagesPerSecond: 4 });

    receive(
      bench,
      Array.from({ length: 12 }, (_, index) => said(`m${index}`)),
    );

    expect(bench.framesOfType('ada', 'ack')).toHaveLength(4);
    expect(bench.framesOfType('ada', 'error').map((frame) => frame.payload.code)).toEqual(
      Array.from({ length: 8 }, () => 'RATE_LIMIT'),
    );
  });

  it.each([0, 65])('S5 of %i frames is refused whole', (length) => {
    const bench = connected();

    receive(
      bench,
      Array.from({ length }, (_, index) => said(`m${index}`)),
    );

    expect(bench.framesOf('ada').slice(1)).toMatchObject([{ type: 'error', payload: { code: 'VALIDATION_ERROR' } }]);
  });

  it('S5 ends with the connection that one of its frames costs', () => {
    const bench = connected({ violationsMax: 2 });

    receive(bench, [null, null, said('m1')]);

    expect(bench.closesOf('ada')).toEqual([4429]);
    expect(bench.effects.filter((effect) => effect.type === 'store')).toHaveLength(
      connected().effects.filter((effect) => effect.type === 'store').length,
    );
  });
});

describe('the way out and back', () => {
  it('F23 F46 asks a thousand clients to come back one by one, spread over five seconds', () => {
    const bench = new EngineBench({ limits: { connectionsPerUser: 2_000 } });
    const ids = Array.from({ length: 1_000 }, (_, index) => `c${index}`);
    for (const id of ids) bench.connect(id, 'ada');

    bench.input({ type: 'drain-started', retryAfterMs: 500 });

    const hints = ids.map((id) => bench.last(id, 'server_restarting').retryAfterMs);
    const perTenth = new Map<number, number>();
    for (const hint of hints) perTenth.set(Math.floor(hint / 100), (perTenth.get(Math.floor(hint / 100)) ?? 0) + 1);
    expect(Math.min(...hints)).toBe(500);
    expect(Math.max(...hints)).toBe(5_495);
    expect(Math.max(...perTenth.values())).toBe(20);
  });

  it('asks a single client to come back when the server says', () => {
    const bench = connected();

    bench.input({ type: 'drain-started', retryAfterMs: 500 });

    expect(bench.last('ada', 'server_restarting')).toEqual({ retryAfterMs: 500 });
  });

  it('RX-3 leaves out of a pong what has not changed since it was joined, and repeats what has', () => {
    const bench = new EngineBench({ rooms: ['lobby', 'quiet'] });
    bench.connect('ada');
    bench.connect('bob');
    bench.join('ada');
    bench.join('ada', { conversationId: 'quiet' });
    bench.send('bob', 'm1');

    bench.receive('ada', { type: 'ping' });
    bench.receive('ada', { type: 'ping' });
    bench.join('ada');
    bench.receive('ada', { type: 'ping' });

    const latest = bench.framesOfType('ada', 'pong').map((frame) => frame.payload?.latest);
    expect(latest).toEqual([{ lobby: 1 }, { lobby: 1 }, {}]);
  });
});
