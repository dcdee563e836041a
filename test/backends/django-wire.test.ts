/** The Django backend says what the recorded servers of its two families said: the same texts, to the byte. */

import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { alike, Recording } from './support/recording.js';
import type { Frame, SocketTape } from './support/socket-tape.js';
import { newConversation, ORIGIN, opened, stage } from './support/stage.js';
import { type Answer, Visitor } from './support/visitor.js';

const isComplete = ({ event }: Frame) => event === 'complete';
const isReplyTo = (message: string) => (frame: Frame) =>
  frame['type'] === 'chat_message' && JSON.stringify(frame['payload']).includes(`You said: ${message}"`);
const isQuiet = ({ event, value }: Frame) => event === 'typing' && value === false;

const PREFLIGHT = {
  Origin: ORIGIN,
  'Access-Control-Request-Method': 'POST',
  'Access-Control-Request-Headers': 'content-type,x-csrftoken',
};

function heardBy(tape: SocketTape): readonly string[] {
  return tape.texts.map(alike);
}

/** What a recording holds of an answer; its headers are asserted one by one. */
function plain({ status, body, setCookies }: Answer) {
  return { status, body, setCookies };
}

function answersOf({ exchanges }: Recording) {
  return exchanges.map(({ answer }) => ({ ...answer, setCookies: [...answer.setCookies].sort() }));
}

describe('the recorded streaming family', () => {
  const theatre = stage();

  test('a login, a connection token, a greeting, a ping, an answer in chunks and the history are as recorded', async () => {
    const recording = new Recording('streaming', 'A.happy_path');
    const [login, token, history] = answersOf(recording);
    const { url, password } = theatre.django;
    const visitor = new Visitor(url);
    const conversation = newConversation();

    const loggedIn = await visitor.post('/api/v1/auth/login/', { email: 'testuser', password });
    const issued = await visitor.post('/api/v1/auth/ws-connection-token/', { connection_id: 'chat-1' });
    const address = `/ws/chat/${conversation}/?connection_token=${issued.json['connection_token']}`;
    const tape = opened(await theatre.dial(address));
    await tape.next(({ event }) => event === 'connected');
    for (const text of recording.sent) tape.send(text);
    await tape.until(isComplete);
    const told = await visitor.ask(`/api/v1/messages/${conversation}/`);
    await tape.close();

    expect(plain(loggedIn)).toEqual(login);
    expect(plain(issued)).toEqual(token);
    expect(heardBy(tape)).toEqual(recording.heard);
    expect(plain(told)).toEqual(history);
  });

  test('what is no message is refused in the recorded words, and the socket stays open', async () => {
    const recording = new Recording('streaming', 'A.validation');
    const tape = await theatre.talk(await theatre.streamer());

    for (const text of recording.sent) {
      tape.send(text);
      await tape.next(({ event }) => event === 'error');
    }
    tape.send({ type: 'ping' });
    await tape.next(({ event }) => event === 'pong');
    await tape.close();

    expect(heardBy(tape).slice(0, -1)).toEqual(recording.heard);
  });

  test('the message over the limit is refused with the recorded time to wait, and pings are not counted', async () => {
    const recording = new Recording('streaming', 'A.rate_limit');
    await theatre.django.faults.set('rate-limit', 2);
    const tape = await theatre.talk(await theatre.streamer());

    const outcomes = ['complete', 'complete', 'error', 'pong', 'error'];
    for (const [index, text] of recording.sent.entries()) {
      tape.send(text);
      await tape.until(({ event }) => event === outcomes[index]);
    }
    await tape.close();

    expect(heardBy(tape)).toEqual(recording.heard);
  });

  test('of two messages at once each is acknowledged, and the answers come one after the other', async () => {
    const recording = new Recording('streaming', 'A.two_messages_queue_up');
    const tape = await theatre.talk(await theatre.streamer());

    for (const text of recording.sent) tape.send(text);
    await tape.until(isComplete);
    await tape.until(isComplete);
    await tape.close();

    // An acknowledgement may come before or after the first chunks of another answer.
    const isFromWorker = (text: string) => text.includes('chat.message');
    const isFromConsumer = (text: string) => !isFromWorker(text);
    expect(heardBy(tape).filter(isFromWorker)).toEqual(recording.heard.filter(isFromWorker));
    expect(heardBy(tape).filter(isFromConsumer)).toEqual(recording.heard.filter(isFromConsumer));
  });

  test('refusals over HTTP are as recorded, and a session that ran out is renewed', async () => {
    const recorded = answersOf(new Recording('streaming', 'A.http_errors'));
    const { url, password, faults } = theatre.django;
    const tokenPath = '/api/v1/auth/ws-connection-token/';
    const visitor = await theatre.streamer();
    const csrf = visitor.cookies.get('csrftoken') ?? '';
    const answers: Answer[] = [];
    const keep = async (work: Promise<Answer>) => answers.push(await work);

    await keep(new Visitor(url).post(tokenPath, {}));
    await keep(visitor.post(tokenPath, {}, { 'X-CSRFToken': 'x'.repeat(csrf.length) }));
    await keep(new Visitor(url).post('/api/v1/auth/login/', { email: 'testuser', password: 'wrong' }));
    expect((await new Visitor(url).post('/api/v1/auth/login/', ['testuser'])).status).toBe(401);
    const again = new Visitor(url);
    await keep(again.post('/api/v1/auth/login/', { email: 'testuser', password }));
    again.cookies.delete('access_token');
    await keep(again.post(tokenPath, {}));
    await keep(again.post('/api/v1/auth/token/refresh/', {}));
    await keep(again.post(tokenPath, { connection_id: 'chat-c-1' }));
    await keep(new Visitor(url).post('/api/v1/auth/token/refresh/', {}, { Cookie: 'refresh_token=stale' }));
    await faults.arm('token-endpoint-503');
    await keep(again.post(tokenPath, {}));
    await keep(again.ask(tokenPath, { method: 'OPTIONS', headers: PREFLIGHT }));
    await keep(again.post(tokenPath.slice(0, -1), {}));

    expect(answers.map(plain)).toEqual(recorded);
    expect(answers[0]?.headers.get('www-authenticate')).toBe('Bearer realm="api"');
    expect(answers[8]?.headers.get('retry-after')).toBe('1');
  });
});

describe('the recorded thread family', () => {
  const theatre = stage();

  /** A user with a thread of one message, and a socket that has seen its reply. */
  async function openThread(visitor: Visitor, token: string) {
    const opening = await visitor.post('/api/chat/', { message: 'open a thread' });
    const threadId = String(opening.json['thread_id']);
    const tape = await theatre.listen(token, threadId);
    await tape.until(isReplyTo('open a thread'));
    return { opening, threadId, tape };
  }

  /** What was heard of one message, which every frame about it names. */
  function heardOf(tape: SocketTape, { json }: Answer): readonly string[] {
    return tape.texts.filter((text) => text.includes(String(json['correlation_id']))).map(alike);
  }

  test('a login, a message, its typing marks and its reply are as recorded', async () => {
    const recording = new Recording('thread', 'B.happy_path');
    const [login, first, second] = answersOf(recording);
    const { url, password, faults } = theatre.django;
    // The recorded server answers no ping.
    await faults.arm('ping-silent');
    const visitor = new Visitor(url);

    const loggedIn = await visitor.post('/api/token/', { username: 'testuser', password });
    const { opening, threadId, tape } = await openThread(visitor, String(loggedIn.json['access']));
    for (const text of recording.sent) tape.send(text);
    const body = { message: 'Hello 世😀', thread_id: threadId, client_msg_id: randomUUID() };
    const posted = await visitor.post('/api/chat/', body);
    await tape.until(isReplyTo(body.message));
    await tape.until(isQuiet);
    await tape.close();

    expect(plain(loggedIn)).toEqual(login);
    expect(plain(opening)).toEqual(first);
    expect(plain(posted)).toEqual(second);
    expect(posted.json['client_msg_id_echo']).toBe(body.client_msg_id);
    expect(heardOf(tape, posted)).toEqual(recording.heard);
    expect(tape.texts.filter((text) => text.includes('pong'))).toEqual([]);
  });

  test('refusals over HTTP are as recorded, and an unknown thread is answered with the one that there is', async () => {
    const recording = new Recording('thread', 'B.http_errors');
    const { url } = theatre.django;
    const { visitor, token } = await theatre.threader();
    const { threadId, tape } = await openThread(visitor, token);
    const answers: Answer[] = [];
    const keep = async (work: Promise<Answer>) => answers.push(await work);

    await keep(visitor.post('/api/chat/', { message: '  ', thread_id: threadId }));
    await keep(visitor.post('/api/chat/', { message: 'x', thread_id: threadId, client_msg_id: 'not-a-uuid' }));
    await keep(new Visitor(url).post('/api/chat/', { message: 'x' }));
    await keep(new Visitor(url).post('/api/chat/', { message: 'x' }, { Authorization: 'Bearer stale' }));
    await keep(new Visitor(url).post('/api/token/', { username: 'testuser', password: 'wrong' }));
    const elsewhere = await visitor.post('/api/chat/', { message: 'unknown thread', thread_id: randomUUID() });
    answers.push(elsewhere);
    await keep(visitor.ask('/api/chat/', { method: 'OPTIONS', headers: PREFLIGHT }));
    await tape.until(isReplyTo('unknown thread'));
    await tape.until(isQuiet);
    await tape.close();

    expect(answers.map(plain)).toEqual(answersOf(recording));
    expect(elsewhere.json['thread_id']).toBe(threadId);
    // The recorded thread had one reply more.
    expect(heardOf(tape, elsewhere)).toEqual(
      recording.heard.map((text) => text.replace('"sequence": 3', '"sequence": 2')),
    );
  });

  test('a failed task is told as recorded, and another try replies', async () => {
    const recording = new Recording('thread', 'B.fatal_error');
    const { visitor, token } = await theatre.threader();
    const { threadId, tape } = await openThread(visitor, token);
    await theatre.django.faults.arm('task-fails');

    const posted = await visitor.post('/api/chat/', { message: 'x', thread_id: threadId });
    await tape.until(({ type }) => type === 'chat_error');
    const reply = await tape.next(isReplyTo('x'));
    await tape.close();

    expect([plain(posted)]).toEqual(answersOf(recording));
    const anyReason = (text: string) => text.replace(/"error": "[^"]*"/, '"error": "<reason>"');
    const told = recording.heard.length;
    expect(heardOf(tape, posted).slice(0, told).map(anyReason)).toEqual(recording.heard.map(anyReason));
    expect(reply['payload']).toMatchObject({ text: 'You said: x' });
  });
});
