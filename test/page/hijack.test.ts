/** A page of another origin tries to be the user whose cookies the browser sends along. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Page } from 'playwright';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket as WebSocketOfNode } from 'ws';
import { type ChatServer, createChatServer } from '../../examples/server/shell/chat-server.js';
import { browserLaunch } from '../../scripts/find-browser.js';
import { ChatSocketClient } from '../../src/index.js';
import { webSocketTransport } from '../../src/transports/web-socket.js';

const SECRET_WORDS = 'Only for Ada and Grace';

/** What a page came to with nothing but the cookies of its browser. */
interface Booty {
  readonly tokenStatus: number | 'blocked';
  readonly opened: boolean;
  readonly frames: readonly string[];
  readonly closeCode: number | null;
}

interface EmptyPage {
  readonly origin: string;
  /** What the browser sent along whenever the page was asked for. */
  readonly cookies: string[];
}

/** An empty page with an origin of its own: another port of the same host. */
async function servePage(): Promise<EmptyPage> {
  const cookies: string[] = [];
  const server = createServer(({ headers }, response) => {
    cookies.push(headers.cookie ?? '');
    response.writeHead(200, { 'content-type': 'text/html' }).end('');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on a port has an AddressInfo, never a pipe's name.
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cookies };
}

async function serveChat(origin: string): Promise<ChatServer> {
  const server = await createChatServer({
    secret: 'a secret for one test run',
    origins: [origin],
    allowMissingOrigin: true,
    isSecure: false,
  });
  onTestFinished(() => server.close());
  return server;
}

/** The cookie of a session comes with the answer, and stays with the browser; resolves with the user's id. */
function logIn(page: Page, url: string): Promise<string> {
  return page.evaluate(async (address) => {
    const response = await fetch(`${address}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Ada' }),
      credentials: 'include',
    });
    return String((await response.json()).userId);
  }, url);
}

async function sayToRoom(server: ChatServer): Promise<void> {
  const grace = new ChatSocketClient({
    url: `ws://127.0.0.1:${server.address.port}/ws`,
    conversationId: 'lobby',
    token: () => server.issueToken({ id: 'grace', name: 'Grace' }),
    transport: webSocketTransport({ webSocket: WebSocketOfNode }),
  });
  grace.connect();
  await grace.send(SECRET_WORDS).acked;
  grace.dispose();
}

/** Asks for a token as the user, dials with whatever came of it, and reads what it can. */
function raid(page: Page, url: string, userId: string): Promise<Booty> {
  return page.evaluate(
    async ([address, user]) => {
      const token = await fetch(`${address}/ws-token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ userId: user }),
        credentials: 'include',
      }).then(
        async (response) => ({ status: response.status, value: String((await response.json()).token) }),
        () => ({ status: 'blocked' as const, value: null }),
      );
      const bearer = btoa(token.value ?? 'none')
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', '');
      const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`, ['chatsocket.v1', `bearer.${bearer}`]);
      const frames: string[] = [];
      let opened = false;
      const closeCode = await new Promise<number | null>((resolve) => {
        socket.onopen = () => {
          opened = true;
        };
        socket.onmessage = ({ data }) => {
          frames.push(data);
          const { type } = JSON.parse(data);
          if (type === 'connected') {
            const payload = { conversationId: 'lobby' };
            const timestamp = Date.now();
            socket.send(JSON.stringify({ type: 'join_conversation', messageId: 'join-1', timestamp, payload }));
          } else {
            resolve(null);
          }
        };
        socket.onclose = ({ code }) => resolve(code);
      });
      socket.close();
      return { tokenStatus: token.status, opened, frames, closeCode };
    },
    [url, userId] as const,
  );
}

test('UP-20 S1 a page of another port with the user’s cookies is refused by the socket and reads 0 messages', async () => {
  const [allowed, other] = await Promise.all([servePage(), servePage()]);
  const server = await serveChat(allowed.origin);
  const browser = await chromium.launch(browserLaunch());
  onTestFinished(() => browser.close());
  const context = await browser.newContext();
  const [home, elsewhere] = await Promise.all([context.newPage(), context.newPage()]);
  await home.goto(allowed.origin);
  const userId = await logIn(home, server.url);
  await sayToRoom(server);
  await elsewhere.goto(other.origin);

  const own = await raid(home, server.url, userId);
  const stolen = await raid(elsewhere, server.url, userId);

  // The user's cookie goes to every port of the host, so the page that is refused had all that the other one had.
  expect(other.cookies.at(-1)).toContain(`chat_session_${userId}=`);
  expect(own).toMatchObject({ tokenStatus: 200, opened: true, closeCode: null });
  expect(own.frames.join()).toContain(SECRET_WORDS);
  expect(stolen).toEqual({ tokenStatus: 'blocked', opened: false, frames: [], closeCode: 1006 });
});
