import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { MockLog } from '../../src/testing/server/mock-log.js';

function logOf(count: number): MockLog {
  const log = new MockLog('c-1');
  for (let index = 1; index <= count; index += 1) {
    log.append({
      clientMessageId: null,
      senderId: 'user-2',
      role: null,
      content: `m${index}`,
      createdAtMs: 0,
      inReplyTo: null,
      isStreaming: false,
      metadata: undefined,
    });
  }
  return log;
}

const ids = (log: MockLog) => log.entries.map(({ id }) => id);
const seqs = (of: readonly { readonly seq: number }[]) => of.map(({ seq }) => seq);

describe('the log of a mock server', () => {
  test('gives edits, deletions and reads a number of their own, and the message what it has become', () => {
    const log = logOf(3);
    const [first = '', second = '', third = ''] = ids(log);

    const events = [log.edit(first, 'better'), log.delete(second), log.read([third], 'user-2')];

    expect(seqs(events)).toEqual([4, 5, 6]);
    expect(log.entries).toMatchObject([
      { seq: 1, content: 'better', changedSeq: 4, isDeleted: false },
      { seq: 2, content: '', changedSeq: 5, isDeleted: true },
      { seq: 3, content: 'm3', changedSeq: 6, isRead: true },
    ]);
  });

  test.each([
    ['all of a stretch', [2, 4], [2, 3, 4]],
    ['no more than there is', [9, 20], [9, 10]],
    ['nothing where nothing is yet', [11, 12], []],
  ] as const)('gives %s', (_what, [from, to], expected) => {
    const range = logOf(10).range(from, to);

    expect([seqs(range.events), range.isComplete]).toEqual([expected, true]);
  });

  test.each([
    [[1, 6], [4, 5, 6], false],
    [[1, 3], [], false],
    [[4, 5], [4, 5], true],
  ] as const)('gives what retention left of %j: %j', ([from, to], expected, isComplete) => {
    const log = logOf(10);
    log.cutBefore(4);

    const range = log.range(from, to);

    expect([seqs(range.events), range.isComplete]).toEqual([expected, isComplete]);
  });

  test('ends a stretch before the first number that nothing stands at', () => {
    const log = logOf(2);
    log.skip(1);
    log.edit(ids(log)[0] ?? '', 'better');

    expect(seqs(log.range(1, 9).events)).toEqual([1, 2]);
    expect(log.range(3, 9)).toMatchObject({ events: [{ seq: 4 }], isComplete: false });
  });

  test('catches up with what changed as well, in the order of the messages', () => {
    const log = logOf(3);
    const after = { epoch: log.epoch, seq: log.latestSeq };
    log.edit(ids(log)[1] ?? '', 'better');
    log.delete(ids(log)[0] ?? '');

    const { entries, recovered } = log.catchUp(after, 100);

    expect([seqs(entries), recovered]).toEqual([[1, 2], 'full']);
  });

  test('says that it is partial where retention has cut into what was missed', () => {
    const log = logOf(3);
    const after = { epoch: log.epoch, seq: 1 };
    log.cutBefore(3);

    const { entries, recovered } = log.catchUp(after, 100);

    expect([seqs(entries), recovered]).toEqual([[3], 'partial']);
  });
});

describe('a mock server', () => {
  test('tells everyone of changes, or of none that got lost', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const { id } = server.emit('one');
    await clock.advance(100);

    server.edit(id, 'lost', { isLost: true });
    const beforeDelete = client.snapshot.messages.map(({ content }) => content);
    server.delete(id);
    await clock.advance(1_000);

    expect(beforeDelete).toEqual(['one']);
    expect(client.snapshot.messages).toEqual([]);
    client.dispose();
  });

  test('leaves as many frames of a type unanswered as it was told to', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    server.ignore('send_message');

    const first = client.send('ignored');
    const second = client.conversation('other').send('heard');
    await clock.advance(100);

    expect([first.status, second.status]).toEqual(['sending', 'sent']);
    expect([server.log.length, server.logOf('other').length]).toEqual([0, 1]);
    client.dispose();
  });
});
