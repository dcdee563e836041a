/** What the Django backend promises of its thread family, and the faults it can be given. */

import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Frame, SocketTape } from './support/socket-tape.js';
import { opened, stage } from './support/stage.js';
import { type Answer, Visitor } from './support/visitor.js';

const TOKEN_IS_BAD = 4401;
const ORIGIN_IS_BAD = 4003;
const NOWHERE = 4004;
const SERVER_FAILED = 1011;

const OPENING = 'open a thread';
const isPong = ({ type }: Frame) => type === 'pong';

interface Reply {
  readonly payload: { readonly text: string };
  readonly meta: { readonly queued_message_id: string; readonly in_reply_to: string };
  readonly sequence?: number;
}

/** A reply's form is held to the recording by the test of the wire. */
const read = (frame: Frame) => frame as unknown as Reply;

const isOpening = (frame: Frame) => frame['type'] === 'chat_message' && textOf(frame) === `You said: ${OPENING}`;
/** A reply that a test asked for; the one that opened its thread may come twice. */
const isReply = (frame: Frame) => frame['type'] === 'chat_message' && !isOpening(frame);
const textOf = (frame: Frame) => read(frame).payload.text;

describe('the thread family of the Django backend', () => {
  const theatre = stage({ settings: { RETRY_DELAY_MS: '100', REDELIVER_AFTER_MS: '500' } });

  interface Open {
    readonly visitor: Visitor;
    readonly token: string;
    readonly threadId: string;
    readonly tape: SocketTape;
  }

  /** A user, a thread with one reply that is acknowledged, and a socket on it. */
  async function openThread(): Promise<Open> {
    const { visitor, token } = await theatre.threader();
    const { json } = await visitor.post('/api/chat/', { message: OPENING });
    const threadId = String(json['thread_id']);
    const tape = await theatre.listen(token, threadId);
    ack(tape, await tape.next(isOpening));
    return { visitor, token, threadId, tape };
  }

  function post({ visitor, threadId }: Open, message: string, clientMsgId: string = randomUUID()): Promise<Answer> {
    return visitor.post('/api/chat/', { message, thread_id: threadId, client_msg_id: clientMsgId });
  }

  function ack(tape: SocketTape, reply: Frame): void {
    tape.send({ type: 'message_ack', message_id: read(reply).meta.queued_message_id });
  }

  /** Everything up to the answer to a ping that is sent now. */
  function upToNow(tape: SocketTape): Promise<readonly Frame[]> {
    tape.send({ type: 'ping' });
    return tape.until(isPong);
  }

  describe('the door', () => {
    test('UP-09 a bad token is told by 4401 after the accept, another user’s thread by 4004, a strange page by 4003', async () => {
      const { token, threadId, tape } = await openThread();
      const { token: strangersToken } = await theatre.threader();
      await tape.close();

      const closedWith = async (path: string, origin?: string) => opened(await theatre.dial(path, origin)).closed();

      expect(await closedWith(`/ws/chat/${threadId}/?token=stale&cid=1`)).toBe(TOKEN_IS_BAD);
      expect(await closedWith(`/ws/chat/${threadId}/?token=&cid=1`)).toBe(TOKEN_IS_BAD);
      expect(await closedWith(`/ws/chat/${threadId}/?token=${strangersToken}`)).toBe(NOWHERE);
      expect(await closedWith(`/ws/chat/${randomUUID()}/?token=${token}`)).toBe(NOWHERE);
      expect(await closedWith(`/ws/chat/${threadId}/?token=${token}`, 'http://evil.example')).toBe(ORIGIN_IS_BAD);
    });

    test('a caller that is no browser may come with its token alone', async () => {
      const { token, threadId } = await openThread();

      const tape = opened(await theatre.dial(`/ws/chat/${threadId}/?token=${token}`, null));

      expect((await upToNow(tape)).filter(isPong).length).toBe(1);
    });

    test('a socket ends with its token, and a renewed token opens the next one', async () => {
      await theatre.django.faults.set('access-token-s', 3);
      const { visitor, threadId, tape } = await openThread();

      expect(await tape.closed()).toBe(TOKEN_IS_BAD);
      const { status, json } = await visitor.post('/api/token/refresh/', {});
      const next = await theatre.listen(String(json['access']), threadId);

      expect(status).toBe(200);
      expect((await upToNow(next)).filter(isPong).length).toBe(1);
    });

    test('a session that is over is not renewed', async () => {
      const answer = await new Visitor(theatre.django.url).post('/api/token/refresh/', {});

      expect(answer.status).toBe(401);
    });

    test('UP-20 the cookie of a user posts nothing for a strange page, nor for a form', async () => {
      const { visitor } = await openThread();

      const strange = await visitor.post('/api/chat/', { message: 'x' }, { Origin: 'http://evil.example' });
      const form = await visitor.ask('/api/chat/', {
        method: 'POST',
        body: { message: 'x' },
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      });

      expect([strange.status, form.status]).toEqual([403, 415]);
    });

    test('JSON that says nothing known is told so; what is no JSON closes with 1011', async () => {
      const { tape } = await openThread();

      for (const frame of [{ type: 'dance' }, [], { type: 'message_ack', message_id: 7 }]) {
        tape.send(frame);
        expect(await tape.next(({ event }) => event === 'protocol_error')).toMatchObject({ type: 'chat_status' });
      }
      tape.send('not json');

      expect(await tape.closed()).toBe(SERVER_FAILED);
    });
  });

  describe('messages', () => {
    test('a message that is posted again is stored once and answered alike, even when both come at once', async () => {
      const thread = await openThread();
      const id = randomUUID();

      const answers = await Promise.all([post(thread, 'once', id), post(thread, 'once', id)]);
      const third = await post(thread, 'once', id);
      ack(thread.tape, await thread.tape.next(isReply));

      const receipts = [...answers, third].map(({ json: { idempotent: _, ...receipt } }) => receipt);
      expect(new Set(receipts.map((receipt) => JSON.stringify(receipt))).size).toBe(1);
      expect([...answers, third].map(({ json }) => json['idempotent']).filter(Boolean)).toEqual([true, true]);
      expect((await upToNow(thread.tape)).filter(isReply)).toEqual([]);
    });

    test('one id for two messages is a conflict, and the first stands', async () => {
      const thread = await openThread();
      const id = randomUUID();

      const first = await post(thread, 'one', id);
      const second = await post(thread, 'two', id);

      expect([first.status, second.status]).toEqual([202, 409]);
      expect(textOf(await thread.tape.next(isReply))).toBe('You said: one');
    });

    test('replies are numbered from 1 on without a hole, each names its message, and ten at once come in order', async () => {
      const thread = await openThread();
      const words = Array.from({ length: 10 }, (_, index) => `word ${index}`);

      const posted: Answer[] = [];
      for (const word of words) posted.push(await post(thread, word));
      const replies: Reply[] = [];
      while (replies.length < words.length) {
        const frame = await thread.tape.next(isReply);
        ack(thread.tape, frame);
        replies.push(read(frame));
      }

      expect(replies.map(({ sequence }) => sequence)).toEqual(words.map((_, index) => index + 2));
      expect(replies.map(({ payload }) => payload.text)).toEqual(words.map((word) => `You said: ${word}`));
      expect(replies.map(({ meta }) => meta.in_reply_to)).toEqual(posted.map(({ json }) => json['client_msg_id_echo']));
    });

    test('a reply comes again until it is acknowledged, on this socket and on the next, and then no more', async () => {
      const thread = await openThread();
      await post(thread, 'hello');
      const first = await thread.tape.next(isReply);

      const again = await thread.tape.next(isReply);
      await thread.tape.close();
      const next = await theatre.listen(thread.token, thread.threadId);
      const onNext = await next.next(isReply);
      ack(next, onNext);
      await upToNow(next);
      await next.close();
      const last = await theatre.listen(thread.token, thread.threadId);

      expect([again, onNext]).toEqual([first, first]);
      expect((await upToNow(last)).filter(isReply)).toEqual([]);
    });

    test('what one device acknowledged is not repeated to another', async () => {
      const thread = await openThread();
      const other = await theatre.listen(thread.token, thread.threadId);
      await post(thread, 'hello');
      const reply = await other.next(isReply);

      ack(thread.tape, reply);
      // Longer than a repeat would take to come.
      await post(thread, 'bye');
      const isBye = (frame: Frame) => isReply(frame) && textOf(frame) === 'You said: bye';
      await other.next(isBye);
      const repeats = await other.until(isBye);

      expect(repeats.filter(isReply).map(textOf)).toEqual(['You said: bye']);
    });
  });

  describe('faults', () => {
    test('post-lost stores a message and says 503; the repeat says that it was there', async () => {
      const thread = await openThread();
      await theatre.django.faults.arm('post-lost');
      const id = randomUUID();

      const lost = await post(thread, 'hello', id);
      const repeat = await post(thread, 'hello', id);

      expect([lost.status, lost.headers.get('retry-after')]).toEqual([503, '1']);
      expect([repeat.status, repeat.json['idempotent']]).toEqual([202, true]);
    });

    test('enqueue-fails stores a message that only its repeat sets going', async () => {
      const thread = await openThread();
      await theatre.django.faults.arm('enqueue-fails');
      const id = randomUUID();

      const failed = await post(thread, 'hello', id);
      const before = await upToNow(thread.tape);
      await post(thread, 'hello', id);

      expect(failed.status).toBe(503);
      expect(before.filter(isReply)).toEqual([]);
      expect(textOf(await thread.tape.next(isReply))).toBe('You said: hello');
    });

    test('reply-first lets the reply come before the POST returns', async () => {
      const thread = await openThread();
      await theatre.django.faults.arm('reply-first');
      const order: string[] = [];

      await Promise.all([
        post(thread, 'hello').then(() => order.push('post')),
        thread.tape.next(isReply).then(() => order.push('reply')),
      ]);

      expect(order).toEqual(['reply', 'post']);
    });

    test('task-fails tells an error each time, and waits longer each time', async () => {
      const thread = await openThread();
      await theatre.django.faults.arm('task-fails', 2);

      await post(thread, 'hello');
      const frames = await thread.tape.until(isReply);

      expect(frames.filter(({ event }) => event === 'task_failed').length).toBe(2);
    });

    test('answer-twice replies again under a new id and a new number', async () => {
      const thread = await openThread();
      await theatre.django.faults.arm('answer-twice');

      await post(thread, 'hello');
      const [first, second] = [await thread.tape.next(isReply), await thread.tape.next(isReply)].map(read);

      expect([first?.sequence, second?.sequence]).toEqual([2, 3]);
      expect(second?.payload).toEqual(first?.payload);
      expect(second?.meta.in_reply_to).toBe(first?.meta.in_reply_to);
      expect(second?.meta.queued_message_id).not.toBe(first?.meta.queued_message_id);
    });

    test('double-delivery sends the very same frame twice', async () => {
      const thread = await openThread();
      await theatre.django.faults.arm('double-delivery');

      await post(thread, 'hello');
      const [first, second] = [await thread.tape.next(isReply), await thread.tape.next(isReply)];

      expect(second).toEqual(first);
    });

    test.each([
      ['swap-sequence sends a reply after the one that follows it', 'swap-sequence', [3, 2]],
      ['skip-sequence leaves a number out', 'skip-sequence', [3, 4]],
      ['no-sequence sends a reply without a number', 'no-sequence', [undefined, 3]],
      ['drop-frame leaves a reply to its redelivery at the next open', 'drop-frame', [3]],
    ] as const)('%s', async (_, fault, sequences) => {
      const thread = await openThread();
      await theatre.django.faults.arm(fault);

      await post(thread, 'one');
      // Two workers would both be about it.
      await expect.poll(() => theatre.django.faults.left(fault), { interval: 5, timeout: 10_000 }).toBe(0);
      await post(thread, 'two');
      const heard: (number | undefined)[] = [];
      while (heard.length < sequences.length) {
        const frame = await thread.tape.next(isReply);
        ack(thread.tape, frame);
        heard.push(read(frame).sequence);
      }

      expect(heard).toEqual(sequences);
      // What a socket said last is taken before its ping is answered, and may be lost where it closes at once.
      await upToNow(thread.tape);
      await thread.tape.close();
      const next = await theatre.listen(thread.token, thread.threadId);
      const dropped = fault === 'drop-frame' ? [2] : [];
      expect((await upToNow(next)).filter(isReply).map((frame) => read(frame).sequence)).toEqual(dropped);
    });
  });
});
