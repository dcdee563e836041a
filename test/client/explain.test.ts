import { describe, expect, test } from 'vitest';
import { ChatSocketError, StopConnecting } from '../../src/index.js';
import { createTestClient } from '../../src/testing/index.js';

describe('explain()', () => {
  test('UP-47 puts every state into words', async () => {
    const { client, clock, server } = createTestClient({ server: { mode: 'manual' } });
    const texts: string[] = [client.explain().text];
    const tell = () => texts.push(client.explain().text);
    client.connect();
    tell();
    await clock.advance(0);
    tell();
    server.connection.accept();
    await clock.advance(0);
    tell();
    server.ready();
    await clock.advance(0);
    tell();
    server.connection.dropAbruptly();
    await clock.advance(0);
    tell();
    client.reconnect();
    await clock.advance(0);
    server.ready();
    await clock.advance(0);
    server.connection.delayClose(10);
    const closing = client.close();
    tell();
    await clock.advance(10);
    await closing;
    tell();
    client.dispose();
    tell();

    expect(texts).toMatchInlineSnapshot(`
      [
        "Not connected: connect() has not been called.",
        "Waiting for the URL and the token.",
        "Opening the socket.",
        "The socket is open; waiting for the hello and the conversations.",
        "Connected.",
        "Reconnecting in 1 s, attempt 1. Last cause: the socket closed (code 1006).",
        "Closing the connection.",
        "Not connected: the application closed the client.",
        "Not connected: the client was disposed.",
      ]
    `);
  });

  test.each<
    [string, string, Parameters<typeof createTestClient>[0], (world: ReturnType<typeof createTestClient>) => unknown]
  >([
    [
      'a token provider that fails',
      'Reconnecting in 1 s, attempt 1. Last cause: the url or the token function failed, or gave nothing usable. Cannot connect: the url or the token function threw an error. The original is left out, since it may hold the token; catch it there to read it. Check the token endpoint.',
      { client: { token: () => Promise.reject(new Error('x')) } },
      () => {},
    ],
    [
      'a token provider that is silent',
      'Reconnecting in 1 s, attempt 1. Last cause: the url or the token function did not answer in time. Check the token endpoint.',
      { client: { token: () => new Promise(() => {}) } },
      ({ clock }) => clock.advance(10_000),
    ],
    [
      'no session',
      'Not connected, and not trying again: connect() starts anew. Last cause: the token provider has no session. Sign in again, then call connect().',
      { client: { token: () => null } },
      () => {},
    ],
    [
      'a provider that stops',
      'Not connected, and not trying again: connect() starts anew. Last cause: the token provider stopped the client: This account may not chat.',
      {
        client: {
          token: () => {
            throw new StopConnecting('This account may not chat.');
          },
        },
      },
      () => {},
    ],
    [
      'a handshake without an answer',
      'Reconnecting in 1 s, attempt 1. Last cause: the handshake was not answered in time.',
      { server: { mode: 'manual' } },
      ({ clock }) => clock.advance(10_000),
    ],
    [
      'no hello',
      'Reconnecting in 1 s, attempt 1. Last cause: the server did not greet, or did not answer a join, in time.',
      { server: { mode: 'manual' } },
      async ({ server, clock }) => {
        server.connection.accept();
        await clock.advance(10_000);
      },
    ],
    [
      'a close that is for good',
      'Not connected, and not trying again: connect() starts anew. Last cause: the socket closed (code 4403). The close code means that dialling again will not help.',
      {},
      ({ server }) => server.connection.close(4403),
    ],
    [
      'a token refused twice',
      'Not connected, and not trying again: connect() starts anew. Last cause: the server refused the token (code 4401). Sign in again, then call connect().',
      { server: { mode: 'manual' } },
      async ({ server, clock }) => {
        for (let count = 0; count < 2; count += 1) {
          server.connection.accept();
          server.connection.close(4401);
          await clock.advance(0);
        }
      },
    ],
    [
      'a server that fell silent',
      'Reconnecting in 1 s, attempt 1. Last cause: the server stopped answering.',
      {},
      ({ server, clock }) => {
        server.connection.blackhole();
        return clock.advance(35_000);
      },
    ],
    [
      'an ack that is overdue',
      'Reconnecting in 1 s, attempt 1. Last cause: an acknowledgement was overdue.',
      { server: { mode: 'manual' } },
      async ({ server, client, clock }) => {
        server.ready();
        client.send('x');
        await clock.advance(14_000);
      },
    ],
    [
      'frames that nobody can read',
      'Reconnecting in 1 s, attempt 1. Last cause: the server sent too many frames that cannot be read. Check that client and server speak the same protocol.',
      {},
      async ({ server, clock }) => {
        for (let count = 0; count < 20; count += 1) server.connection.sendRaw('{');
        await clock.advance(0);
      },
    ],
    [
      'a hello of another shape',
      'Reconnecting in 1 s, attempt 1. Last cause: the server did not greet, or did not answer a join, in time. Before the connection was open, 1 frame of the server was dropped unread, the last as invalid-shape. Check the hello and the answers to joins; envelopeServerFrameSchema of chatsocket/schemas names the field that is wrong.',
      { server: { mode: 'manual' } },
      async ({ server, clock }) => {
        server.connection.accept();
        server.connection.sendRaw('{"type":"connected","payload":{"sessionId":5,"secret":"hush"}}');
        await clock.advance(10_000);
      },
    ],
    [
      'a platform that cannot dial',
      'Not connected, and not trying again: connect() starts anew. Last cause: the transport could not dial. Cannot dial: there is no cable.',
      {},
      ({ transport, server, clock }) => {
        Object.assign(transport, {
          open: () => {
            throw new ChatSocketError('usage/invalid-option', 'Cannot dial: there is no cable.');
          },
        });
        server.connection.dropAbruptly();
        return clock.advance(1_000);
      },
    ],
    [
      'the last attempt',
      'Not connected: every allowed attempt failed. A wake-up, connect() or a new message starts anew. Last cause: the socket closed (code 1006).',
      { client: { reconnect: { attemptsMax: 0 } } },
      ({ server }) => server.connection.dropAbruptly(),
    ],
    [
      'a page that was left',
      'The page was left; the client connects when it is shown again. Last cause: the socket closed (code 1006).',
      {},
      ({ server, pageSignals }) => {
        pageSignals.leave();
        server.connection.dropAbruptly();
      },
    ],
    [
      'handshakes refused in a row',
      'Opening the socket. Last cause: the socket closed (code 1006). The handshake was refused several times and browsers hide why (code 1006). Check the URL and path, the allowed origins, the token, and that a proxy passes the upgrade on. A server that accepts first and closes with 4401 or 4403 after lets the client know the reason.',
      { server: { mode: 'manual' }, client: { reconnect: { delayFirstMs: 0 } } },
      async ({ server, clock }) => {
        for (let count = 0; count < 3; count += 1) {
          server.connection.rejectHandshake();
          await clock.advance(0);
        }
      },
    ],
  ])('UP-47 names %s, and what to do', async (_what, ...[expected, options, happen]) => {
    const world = createTestClient(options);
    await world.open();
    await happen(world);
    await world.clock.advance(0);

    const { text, advice, cause, status } = world.client.explain();

    expect(text).toBe(expected);
    expect(text.endsWith(advice.join(' '))).toBe(true);
    expect(status).toBe(world.client.snapshot.connection.status);
    expect(cause).not.toBeNull();
    world.client.dispose();
  });

  test('UP-47 tells nothing of frames that were dropped before an earlier connection was open', async () => {
    const { client, server, clock } = createTestClient({ server: { mode: 'manual' } });
    client.connect();
    await clock.advance(0);
    server.connection.accept();
    server.connection.sendRaw('{');
    await clock.advance(0);
    const { text } = client.explain();

    server.ready();
    await clock.advance(0);
    server.connection.sendRaw('{');
    server.connection.dropAbruptly();
    await clock.advance(0);

    expect(text).toContain('1 frame of the server was dropped unread, the last as not-json.');
    expect(client.explain().text).not.toContain('unread');
    client.dispose();
  });
});
