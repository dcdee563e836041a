import { describe, expect, it } from 'vitest';
import { EngineBench } from './support/engine-bench.js';
import { StoredBench } from './support/stored-bench.js';

/** Ada has said three messages, and Bob looks on. */
function chatted(options: ConstructorParameters<typeof EngineBench>[0] = {}): {
  bench: EngineBench;
  ids: readonly string[];
  epoch: string;
} {
  const bench = new EngineBench(options);
  bench.connect('ada');
  bench.connect('bob');
  for (const id of ['m1', 'm2', 'm3']) bench.send('ada', id, { metadata: { of: id } });
  bench.join('bob');
  const { messages, epoch = '' } = bench.last('bob', 'conversation_history');
  return { bench, ids: messages.map((message) => message.id), epoch };
}

describe('an edit', () => {
  it('takes a place in the log, and tells everyone what the message has become', () => {
    const { bench, ids, epoch } = chatted();
    const [, id = ''] = ids;

    bench.edit(id, ' better ');

    expect(bench.last('bob', 'message_updated')).toMatchObject({
      conversationId: 'lobby',
      epoch,
      seq: 4,
      message: { id, seq: 2, content: 'better', changedSeq: 4, clientMessageId: 'm2' },
    });
    expect(bench.last('ada', 'message_updated')).toEqual(bench.last('bob', 'message_updated'));
    expect(bench.outcomeOf(`edit ${id}`)).toBe('stored');
  });

  it('is stored in one batch with the message it changes', () => {
    const { bench, ids } = chatted();
    const [id = ''] = ids;

    bench.edit(id, 'better');

    const batch = bench.effects.findLast((effect) => effect.type === 'store');
    expect(batch?.type === 'store' ? batch.writes : []).toMatchObject([
      { type: 'put-entry', entry: { kind: 'edited', seq: 4, messageId: id, by: 'ada' } },
      { type: 'put-entry', entry: { kind: 'message', seq: 1, content: 'better', changedSeq: 4 } },
    ]);
  });

  it.each([
    ['the text that it has', 'm1', 'unchanged'],
    ['no text', '  ', 'refused'],
    ['more text than a message holds', 'x'.repeat(5_001), 'refused'],
  ])('to %s changes nothing', (_what, content, outcome) => {
    const { bench, ids } = chatted();
    const [id = ''] = ids;

    bench.edit(id, content);

    expect(bench.outcomeOf(`edit ${id}`)).toBe(outcome);
    expect(bench.framesOfType('bob', 'message_updated')).toEqual([]);
  });

  it('of a message that is not there tells so', () => {
    const { bench, epoch } = chatted();
    const strangers = ['', 'nothing', `${epoch}.99`, `${epoch}.0`, `${epoch}.1.0`, 'other.1'];

    for (const id of strangers) bench.edit(id, 'better');

    expect(strangers.map((id) => bench.outcomeOf(`edit ${id}`))).toEqual(strangers.map(() => 'not-found'));
  });

  it('of one text twice in a row is stored once, and both wait for the disk', () => {
    const bench = new EngineBench({ storesAtOnce: false });
    bench.connect('ada');
    bench.storeAll();
    bench.send('ada', 'm1');
    bench.storeAll();
    const id = bench.last('ada', 'ack').id ?? '';

    bench.edit(id, 'better', 'first');
    bench.edit(id, 'better', 'second');
    const early = bench.outcomeOf('second');
    bench.storeAll();

    expect(early).toBeUndefined();
    expect([bench.outcomeOf('first'), bench.outcomeOf('second')]).toEqual(['stored', 'unchanged']);
    expect(bench.framesOfType('ada', 'message_updated')).toHaveLength(1);
  });

  it('of an answer in the making is refused, and read marks in between keep its text', () => {
    const { bench } = chatted();
    bench.send('ada', 'm4', { content: '@bot hello' });
    const { id: streamId } = bench.last('ada', 'message_start');

    bench.edit(streamId, 'mine');
    bench.input({ type: 'answer-extended', streamId, text: 'One ' });
    bench.receive('bob', { type: 'mark_read', payload: { conversationId: 'lobby', messageIds: [streamId] } });
    bench.input({ type: 'answer-extended', streamId, text: 'two' });
    bench.input({ type: 'answer-ended', streamId, status: 'done' });
    bench.join('bob');

    expect(bench.outcomeOf(`edit ${streamId}`)).toBe('refused');
    expect(bench.last('bob', 'conversation_history').messages.at(-1)).toMatchObject({ content: 'One two', read: true });
  });
});

describe('a read mark on its way to the disk', () => {
  it('keeps the text that an answer gains meanwhile', () => {
    const bench = new EngineBench({ storesAtOnce: false });
    bench.connect('ada');
    bench.storeAll();
    bench.send('ada', 'm1', { content: '@bot hello' });
    bench.storeAll();
    const { id: streamId } = bench.last('ada', 'message_start');
    bench.nowMs += 10_000;

    bench.receive('ada', { type: 'mark_read', payload: { conversationId: 'lobby', messageIds: [streamId] } });
    bench.input({ type: 'answer-extended', streamId, text: 'One' });
    bench.storeAll();

    const writes = bench.effects.flatMap((effect) => (effect.type === 'store' ? effect.writes : []));
    const stored = writes.findLast((write) => write.type === 'put-entry' && write.entry.kind === 'message');
    expect(stored).toMatchObject({ entry: { id: streamId, content: 'One', readBy: ['ada'], changedSeq: 3 } });
  });
});

describe('a deletion', () => {
  it('SV-7 leaves a tombstone in its place, without text and metadata', () => {
    const { bench, ids } = chatted();
    const [, id = ''] = ids;

    bench.edit(id, 'a secret');
    bench.delete(id);
    bench.join('bob');

    expect(bench.last('ada', 'message_deleted')).toMatchObject({ conversationId: 'lobby', id, seq: 5 });
    const { messages, latestSeq } = bench.last('bob', 'conversation_history');
    expect(messages.map((message) => message.seq)).toEqual([1, 2, 3]);
    expect(messages[1]).toMatchObject({ content: '', deleted: true, changedSeq: 5 });
    expect(messages[1]).not.toHaveProperty('metadata');
    expect(latestSeq).toBe(5);
  });

  it('twice is one, and nothing brings the text back', () => {
    const { bench, ids } = chatted();
    const [id = ''] = ids;

    bench.delete(id, 'first');
    bench.delete(id, 'second');
    bench.edit(id, 'back');
    bench.send('ada', 'm1', { metadata: { of: 'm1' } });

    expect([bench.outcomeOf('first'), bench.outcomeOf('second')]).toEqual(['stored', 'unchanged']);
    expect(bench.outcomeOf(`edit ${id}`)).toBe('refused');
    expect(bench.last('ada', 'ack')).toMatchObject({ messageId: 'm1', seq: 1, duplicate: true });
    expect(bench.framesOfType('bob', 'message_deleted')).toHaveLength(1);
  });

  it('of an answer in the making stops it first', () => {
    const { bench } = chatted();
    bench.send('ada', 'm4', { content: '@bot hello' });
    const { id: streamId } = bench.last('ada', 'message_start');
    bench.input({ type: 'answer-extended', streamId, text: 'One ' });

    bench.delete(streamId);
    bench.input({ type: 'answer-extended', streamId, text: 'two' });
    bench.join('bob');

    const kinds = bench.framesOf('bob').map((frame) => frame.type);
    expect(kinds.slice(-3)).toEqual(['message_end', 'message_deleted', 'conversation_history']);
    expect(bench.last('bob', 'conversation_history').messages.at(-1)).toMatchObject({ content: '', deleted: true });
  });
});

describe('a resume after changes', () => {
  it('RX-4 holds what changed since, in its old place, and only that of the old', () => {
    const { bench, ids, epoch } = chatted();
    const [first = '', second = '', third = ''] = ids;
    bench.edit(first, 'before');
    bench.edit(second, 'better');
    bench.receive('bob', { type: 'mark_read', payload: { conversationId: 'lobby', messageIds: [third] } });
    bench.send('ada', 'm4');
    bench.delete(second);

    bench.join('ada', { after: { epoch, seq: 4 } });

    const history = bench.last('ada', 'conversation_history');
    expect(history).toMatchObject({ recovered: 'full', latestSeq: 8, hasOlder: true });
    expect(history.messages).toMatchObject([
      { seq: 2, content: '', deleted: true, changedSeq: 8 },
      { seq: 3, read: true, changedSeq: 6 },
      { seq: 7, content: 'm4' },
    ]);
  });

  it('says that there are older messages where memory holds nothing but changes', () => {
    const { bench, ids, epoch } = chatted({ limits: { retainedMax: 2 } });
    for (const id of ids.slice(0, 2)) bench.delete(id);

    bench.join('ada');
    const anew = bench.last('ada', 'conversation_history');
    bench.join('ada', { after: { epoch: `not ${epoch}`, seq: 4 } });
    const elsewhere = bench.last('ada', 'conversation_history');

    expect(anew).toMatchObject({ messages: [], latestSeq: 5, hasOlder: true });
    expect(elsewhere).toMatchObject({ recovered: 'none', messages: [], hasOlder: true });
  });

  it('says partial where the changes do not fit, and gives nothing rather than a part', () => {
    const { bench, ids, epoch } = chatted({ limits: { joinMax: 2 } });
    bench.receive('bob', { type: 'mark_read', payload: { conversationId: 'lobby', messageIds: [...ids] } });
    bench.send('ada', 'm4');

    bench.join('ada', { after: { epoch, seq: 3 } });

    const history = bench.last('ada', 'conversation_history');
    expect(history).toMatchObject({ recovered: 'partial', latestSeq: 5 });
    expect(history.messages.map((message) => message.seq)).toEqual([5]);
  });

  it('knows of messages that have left memory, and still after a restart', async () => {
    const server = await StoredBench.open({ limits: { retainedMax: 4 } });
    server.bench.connect('ada');
    for (let number = 1; number <= 20; number += 1) {
      server.bench.send('ada', `m${number}`);
      await server.settle();
    }
    const [first] = await server.logOf();
    const id = first?.kind === 'message' ? first.id : '';

    server.bench.edit(id, 'better');
    await server.settle();
    server.bench.join('ada');
    const { epoch = '' } = server.bench.last('ada', 'conversation_history');
    server.bench.join('ada', { after: { epoch, seq: 20 } });
    const before = server.bench.last('ada', 'conversation_history').messages;
    await server.restart();
    server.bench.connect('ada');
    server.bench.join('ada', { after: { epoch, seq: 20 } });

    expect(before).toMatchObject([{ id, seq: 1, content: 'better', changedSeq: 21 }]);
    expect(server.bench.last('ada', 'conversation_history').messages).toEqual(before);
  });

  it('holds a message that left memory between its change and now', async () => {
    const server = await StoredBench.open({ limits: { retainedMax: 2 } });
    server.bench.connect('ada');
    const say = async (messageId: string) => {
      server.bench.send('ada', messageId);
      await server.settle();
    };
    for (let number = 1; number <= 21; number += 1) await say(`m${number}`);
    const edited = (await server.logOf()).find((entry) => entry.seq === 20);
    server.bench.edit(edited?.kind === 'message' ? edited.id : '', 'better');
    await server.settle();
    await say('m23');
    server.bench.join('ada');
    const { epoch = '' } = server.bench.last('ada', 'conversation_history');

    server.bench.join('ada', { after: { epoch, seq: 21 } });

    const history = server.bench.last('ada', 'conversation_history');
    expect(history.recovered).toBe('full');
    expect(history.messages).toMatchObject([{ seq: 20, changedSeq: 22 }, { seq: 23 }]);
  });
});
