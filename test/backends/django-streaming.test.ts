/** What the Django backend promises of its streaming family, and the faults it can be given. */

import { describe, expect, test } from 'vitest';
import { pause } from '../../examples/play/script/waiting.js';
import { type Frame, SocketTape } from './support/socket-tape.js';
import { newConversation, opened, stage } from './support/stage.js';

const named = (name: string) => (frame: Frame) => frame['event'] === name;
const isComplete = named('complete');

const TOKEN_IS_BAD = 4001;
const ORIGIN_IS_BAD = 4003;
const NOWHERE = 4004;
const SERVER_FAILED = 1011;

/** The text of the chunks among these frames. */
function textOf(frames: readonly Frame[]): string {
  return frames
    .filter(named('chunk'))
    .map(({ chunk }) => chunk)
    .join('');
}

/** The events, without repeats in a row. */
function course(frames: readonly Frame[]): readonly unknown[] {
  const events = frames.map(({ event }) => event);
  return events.filter((event, index) => event !== events[index - 1]);
}

describe('the streaming family of the Django backend', () => {
  const theatre = stage({ settings: { RETRY_DELAY_MS: '200', TASK_VISIBLE_AGAIN_S: '1', TURN_S: '3' } });

  async function ask(tape: SocketTape, message: string): Promise<readonly Frame[]> {
    tape.send({ message });
    return tape.until(isComplete);
  }

  describe('the door', () => {
    test('UP-09 a bad token is told by a close code after the accept, with no greeting', async () => {
      for (const query of ['', '?connection_token=', '?connection_token=unknown']) {
        const tape = opened(await theatre.dial(`/ws/chat/c/${query}`));

        expect(await tape.closed()).toBe(TOKEN_IS_BAD);
        expect(tape.texts).toEqual([]);
      }
    });

    test('a connection token opens one socket, even when two dial with it at once', async () => {
      const token = await theatre.connectionToken(await theatre.streamer());
      const address = `/ws/chat/${newConversation()}/?connection_token=${token}`;

      const tapes = (await Promise.all([theatre.dial(address), theatre.dial(address)])).map(opened);
      const outcomes = await Promise.all(
        tapes.map((tape) => Promise.race([tape.next(named('connected')).then(() => 'greeted'), tape.closed()])),
      );

      expect(outcomes.sort()).toEqual([TOKEN_IS_BAD, 'greeted']);
      expect(await opened(await theatre.dial(address)).closed()).toBe(TOKEN_IS_BAD);
    });

    test('a connection token that waited too long opens nothing', async () => {
      await theatre.django.faults.set('connection-token-s', 1);
      const token = await theatre.connectionToken(await theatre.streamer());
      await pause(1_200);

      const tape = opened(await theatre.dial(`/ws/chat/c/?connection_token=${token}`));

      expect(await tape.closed()).toBe(TOKEN_IS_BAD);
    });

    test('UP-20 a page of another origin, or a caller that names none, is closed with 4003 and uses no token up', async () => {
      const token = await theatre.connectionToken(await theatre.streamer());
      const address = `/ws/chat/${newConversation()}/?connection_token=${token}`;

      for (const origin of ['http://evil.example', 'null', null]) {
        expect(await opened(await theatre.dial(address, origin)).closed()).toBe(ORIGIN_IS_BAD);
      }
      const host = 'evil.example';
      const rebound = theatre.django.url.replace('http', 'ws') + address;
      expect(await opened(await SocketTape.dial(rebound, { origin: `http://${host}`, host })).closed()).toBe(
        ORIGIN_IS_BAD,
      );
      const ownPage = opened(await theatre.dial(address, theatre.django.url));
      await ownPage.next(named('connected'));
    });

    test('an address that nothing serves is closed with 4004', async () => {
      for (const path of ['/ws/chat/', '/ws/chat/a b/', '/elsewhere']) {
        expect(await opened(await theatre.dial(path)).closed()).toBe(NOWHERE);
      }
    });

    test('a socket is warned of the end of its session, and closed with 4001 at it', async () => {
      await theatre.django.faults.set('access-token-s', 3);
      const tape = await theatre.talk(await theatre.streamer());

      const warning = await tape.next(named('token_expiring_soon'));

      expect(warning['expires_in']).toSatisfy((seconds: number) => seconds >= 1 && seconds <= 2);
      expect(await tape.closed()).toBe(TOKEN_IS_BAD);
    });

    test('a page of another origin gets no token, and no leave to read an answer', async () => {
      const visitor = await theatre.streamer();
      const Origin = 'http://evil.example';

      const preflight = await visitor.ask('/api/v1/auth/ws-connection-token/', {
        method: 'OPTIONS',
        headers: { Origin, 'Access-Control-Request-Method': 'POST' },
      });
      const asked = await visitor.post('/api/v1/auth/ws-connection-token/', {}, { 'X-CSRFToken': '' });

      expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
      expect(asked.status).toBe(403);
      expect(asked.json['detail']).toMatch(/^CSRF Failed/);
    });
  });

  describe('answers', () => {
    test('every socket of a conversation hears an answer, of another conversation or user none', async () => {
      const [visitor, stranger] = [await theatre.streamer(), await theatre.streamer()];
      const conversation = newConversation();
      const [first, second] = [await theatre.talk(visitor, conversation), await theatre.talk(visitor, conversation)];
      const [other, foreign] = [await theatre.talk(visitor), await theatre.talk(stranger, conversation)];

      await ask(first, 'hello');
      const heard = await second.until(isComplete);
      for (const tape of [other, foreign]) {
        tape.send({ type: 'ping' });
        expect(course(await tape.until(named('pong')))).toEqual(['pong']);
      }

      expect(course(heard)).toEqual(['processing_started', 'chunk', 'complete']);
      expect(textOf(heard)).toBe('You said: hello');
    });

    test('an answer of a thousand chunks comes whole and in order', async () => {
      await theatre.django.faults.set('chunk-delay-ms', 0);
      const tape = await theatre.talk(await theatre.streamer());

      const answer = await ask(tape, 'count to 1000');

      expect(textOf(answer)).toBe(Array.from({ length: 1000 }, (_, index) => index + 1).join(' '));
    });

    test('without a worker a message is acknowledged and waits; the next worker answers it', async () => {
      const { django } = theatre;
      await django.killWorker();
      const tape = await theatre.talk(await theatre.streamer());
      tape.send({ message: 'anybody there?' });
      await tape.next(named('task_queued'));

      await django.startWorker();

      expect(textOf(await tape.until(isComplete))).toBe('You said: anybody there?');
    });

    test('a worker that is killed in the middle of an answer just stops; another begins the answer anew', async () => {
      const { django } = theatre;
      await django.faults.set('chunk-delay-ms', 100);
      const visitor = await theatre.streamer();
      const conversation = newConversation();
      const tape = await theatre.talk(visitor, conversation);
      tape.send({ message: 'count to 60' });
      // Longer than a task is out of sight: the next worker looks for tasks as it starts, and then for long no more.
      await tape.next(({ chunk }) => chunk === '20 ');

      await django.killWorker();
      await django.faults.clear();
      await django.startWorker();
      const rest = await tape.until(named('processing_started'));
      const anew = await tape.until(isComplete);

      expect(course(rest).filter((event) => event !== 'chunk')).toEqual(['processing_started']);
      expect(textOf(anew)).toMatch(/^1 2 3 .* 59 60$/);
      expect((await visitor.history(conversation)).length).toBe(2);
    });

    test('a message is stored before it is acknowledged: it outlives the server that dies right after', async () => {
      const { django } = theatre;
      const visitor = await theatre.streamer();
      const conversation = newConversation();
      const tape = await theatre.talk(visitor, conversation);
      tape.send({ message: 'hold on' });
      await tape.next(named('task_queued'));

      await django.killDaphne();
      expect(await tape.closed()).toBe(1006);
      await django.restartDaphne();

      expect((await visitor.history(conversation))[0]).toBe('user: hold on');
    });
  });

  describe('faults', () => {
    test('bare-403 refuses at the handshake, as a server that closes before it accepts', async () => {
      await theatre.django.faults.arm('bare-403', 'always');

      expect(await theatre.dial('/ws/chat/c/?connection_token=unknown')).toEqual({ outcome: 'rejected', status: 403 });
    });

    test('refuse-dial turns good callers away so many times', async () => {
      const visitor = await theatre.streamer();
      await theatre.django.faults.arm('refuse-dial', 1);
      const token = await theatre.connectionToken(visitor);

      const refused = opened(await theatre.dial(`/ws/chat/c/?connection_token=${token}`));

      expect(await refused.closed()).toBe(TOKEN_IS_BAD);
      await theatre.talk(visitor);
    });

    test('dial-fails closes with 1011, after which a client may come again', async () => {
      const visitor = await theatre.streamer();
      await theatre.django.faults.arm('dial-fails');
      const token = await theatre.connectionToken(visitor);

      const failed = opened(await theatre.dial(`/ws/chat/c/?connection_token=${token}`));

      expect(await failed.closed()).toBe(SERVER_FAILED);
      await theatre.talk(visitor);
    });

    test('task-raises leaves a question to another try, which answers it', async () => {
      await theatre.django.faults.arm('task-raises', 2);
      const tape = await theatre.talk(await theatre.streamer());

      expect(textOf(await ask(tape, 'hello'))).toBe('You said: hello');
    });

    test('ping-silent leaves a ping without an answer', async () => {
      await theatre.django.faults.arm('ping-silent', 1);
      const tape = await theatre.talk(await theatre.streamer());

      tape.send({ type: 'ping' });
      const answer = await ask(tape, 'hello');

      expect(course(answer)).not.toContain('pong');
      tape.send({ type: 'ping' });
      await tape.next(named('pong'));
    });

    test('fails-midway sends part of an answer, an error, and then everything again; the history holds it once', async () => {
      await theatre.django.faults.arm('fails-midway');
      const visitor = await theatre.streamer();
      const conversation = newConversation();
      const tape = await theatre.talk(visitor, conversation);

      tape.send({ message: 'count to 6' });
      const failed = await tape.until(named('error'));
      const anew = await tape.until(isComplete);

      expect(textOf(failed)).toBe('1 2 3 ');
      expect(failed.at(-1)).toMatchObject({ type: 'chat.message', event: 'error', conversation_id: conversation });
      expect(course(anew)).toEqual(['processing_started', 'chunk', 'complete']);
      expect(textOf(anew)).toBe('1 2 3 4 5 6');
      expect(await visitor.history(conversation)).toEqual(['user: count to 6', 'assistant: 1 2 3 4 5 6']);
    });

    test('answer-twice sends the whole answer twice; the history holds it once', async () => {
      await theatre.django.faults.arm('answer-twice');
      const visitor = await theatre.streamer();
      const conversation = newConversation();
      const tape = await theatre.talk(visitor, conversation);

      const answers = [await ask(tape, 'hello'), await tape.until(isComplete)];

      expect(answers.map(textOf)).toEqual(['You said: hello', 'You said: hello']);
      expect(await visitor.history(conversation)).toEqual(['user: hello', 'assistant: You said: hello']);
    });

    test('enqueue-fails refuses a message, which the history does not hold then', async () => {
      await theatre.django.faults.arm('enqueue-fails');
      const visitor = await theatre.streamer();
      const conversation = newConversation();
      const tape = await theatre.talk(visitor, conversation);

      tape.send({ message: 'hello' });
      const { error } = await tape.next(named('error'));

      expect(error).toBe('Failed to process message. Please try again.');
      expect(await visitor.history(conversation)).toEqual([]);
    });
  });
});
