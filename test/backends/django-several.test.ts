/** The Django backend on several machines, as far as they differ: two Daphnes that share only Redis and the database. */

import { describe, expect, test } from 'vitest';
import type { Frame, SocketTape } from './support/socket-tape.js';
import { newConversation, ORIGIN, opened, stage } from './support/stage.js';

const TOKEN_IS_BAD = 4001;

const named = (name: string) => (frame: Frame) => frame['event'] === name;
const isReply = named('assistant_message');

describe('two Daphnes of the Django backend', () => {
  const theatre = stage({ daphnes: 2, settings: { REDELIVER_AFTER_MS: '300' } });

  function urls(): readonly [string, string] {
    const [first = '', second = ''] = theatre.django.urls;
    return [first, second];
  }

  async function both(pathOf: () => Promise<string> | string): Promise<readonly SocketTape[]> {
    const tapes: SocketTape[] = [];
    for (const url of urls()) tapes.push(opened(await theatre.dial(await pathOf(), ORIGIN, url)));
    return tapes;
  }

  test('a connection token of the one opens one socket, at whichever of them', async () => {
    const token = await theatre.connectionToken(await theatre.streamer(urls()[0]));
    const address = `/ws/chat/${newConversation()}/?connection_token=${token}`;

    const dials = urls().map((url) => theatre.dial(address, ORIGIN, url));
    const tapes = (await Promise.all(dials)).map(opened);
    const outcomes = tapes.map((tape) => Promise.race([tape.next(named('connected')).then(() => 'in'), tape.closed()]));

    expect((await Promise.all(outcomes)).sort()).toEqual([TOKEN_IS_BAD, 'in']);
  });

  test('sockets at both hear the same answer, and share one hour of messages', async () => {
    await theatre.django.faults.set('rate-limit', 2);
    const visitor = await theatre.streamer();
    const conversation = newConversation();
    const [here, there] = await both(async () => {
      return `/ws/chat/${conversation}/?connection_token=${await theatre.connectionToken(visitor)}`;
    });
    if (here === undefined || there === undefined) throw new Error('There are two of them.');

    here.send({ message: 'from here' });
    const heard = [await here.until(named('complete')), await there.until(named('complete'))];
    there.send({ message: 'from there' });
    await here.until(named('complete'));
    here.send({ message: 'one too many' });

    const chunks = heard.map((frames) => frames.flatMap(({ chunk }) => chunk ?? []));
    expect(chunks).toEqual([chunks[1], chunks[0]]);
    expect(chunks[0]?.join('')).toBe('You said: from here');
    expect((await here.next(named('error')))['error']).toMatch(/^Rate limit exceeded/);
  });

  test('a message posted to both at once is stored once, and an acknowledgement at one ends the repeats at the other', async () => {
    const { visitor, token } = await theatre.threader(urls()[0]);
    const opening = await visitor.post('/api/chat/', { message: 'open a thread' });
    const path = `/ws/chat/${opening.json['thread_id']}/?token=${token}`;
    const [here, there] = await both(() => path);
    if (here === undefined || there === undefined) throw new Error('There are two of them.');
    const first = await there.next(isReply);
    // The form of a reply is held to the recording by the test of the wire.
    const idOf = (frame: Frame) => (frame['meta'] as { queued_message_id: string }).queued_message_id;
    here.send({ type: 'message_ack', message_id: idOf(first) });

    const body = { message: 'once', thread_id: opening.json['thread_id'], client_msg_id: crypto.randomUUID() };
    const post = (url: string) =>
      fetch(`${url}/api/chat/`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      }).then((response) => response.json());
    const receipts: { queued_message_id: string; idempotent?: boolean }[] = await Promise.all(urls().map(post));
    const isSecond = (frame: Frame) => isReply(frame) && idOf(frame) !== idOf(first);
    const second = await there.next(isSecond);
    // It is not acknowledged: its repeat shows how long the first one has been silent.
    const frames = await there.until(isSecond);

    expect(new Set(receipts.map((receipt) => receipt.queued_message_id)).size).toBe(1);
    expect(receipts.filter(({ idempotent }) => idempotent === true).length).toBe(1);
    expect(frames.filter(isReply).map(idOf)).toEqual([idOf(second)]);
  });
});
