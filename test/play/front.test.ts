import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type Front, startFront } from '../../examples/play/front.js';
import { listenOnLoopback } from '../../examples/play/listen.js';
import { until, within } from './sockets.js';

let folder: string;
let pageFolder: string;
let front: Front;
let chat: ChatDouble;
const sockets: WebSocket[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatsocket-front-'));
  pageFolder = join(folder, 'build');
  await mkdir(join(pageFolder, 'assets'), { recursive: true });
  await writeFile(join(pageFolder, 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(join(pageFolder, 'assets', 'app-1a2b.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  front = await startFront({ port: 0, pageFolder });
  chat = await startChatDouble();
  front.attach(chat);
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await within('the front closes', front.close());
  await chat.close();
  await rm(folder, { recursive: true });
});

interface ChatDouble {
  readonly port: number;
  readonly upgrades: { readonly url: string | undefined; readonly origin: string | undefined }[];
  restarts(): number;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Answers every request with what it was asked, and echoes every frame. */
async function startChatDouble(): Promise<ChatDouble> {
  const server: Server = createServer((asked, answer) => {
    const chunks: Buffer[] = [];
    asked.on('data', (bytes) => chunks.push(bytes));
    asked.on('end', () => {
      const { method, url, headers } = asked;
      answer.writeHead(201, { 'content-type': 'application/json', 'set-cookie': ['a=1; HttpOnly', 'b=2'] });
      answer.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
    });
  });
  const upgrades: ChatDouble['upgrades'] = [];
  const webSockets = new WebSocketServer({ server });
  webSockets.on('connection', (socket, asked) => {
    upgrades.push({ url: asked.url, origin: asked.headers.origin });
    socket.on('error', () => undefined);
    socket.on('message', (text) => socket.send(`echo ${text}`));
  });
  const port = await listenOnLoopback(server, 0);
  let restarts = 0;
  return {
    port,
    upgrades,
    restarts: () => restarts,
    async restart() {
      restarts += 1;
    },
    async close() {
      for (const socket of webSockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answered {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends the path as it is written; `fetch` would tidy it up. */
function ask({ method = 'GET', path, headers = {}, body }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port: front.port, method, path, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (bytes) => chunks.push(bytes));
      answer.on('end', () => {
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks).toString() });
      });
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

interface Chatter {
  readonly socket: WebSocket;
  readonly heard: readonly string[];
  closeCode(): number | null;
}

async function chatAs(userId: string): Promise<Chatter> {
  const socket = new WebSocket(`ws://127.0.0.1:${front.port}/ws?user=${userId}`, { origin: front.origins[0] ?? '' });
  sockets.push(socket);
  const heard: string[] = [];
  let closeCode: number | null = null;
  socket.on('error', () => undefined);
  socket.on('message', (text) => heard.push(String(text)));
  socket.on('close', (code) => {
    closeCode = code;
  });
  await until('the socket opens', () => socket.readyState === WebSocket.OPEN);
  return { socket, heard, closeCode: () => closeCode };
}

describe('the page', () => {
  test('is served at the root under a strict policy', async () => {
    const answer = await ask({ path: '/' });

    expect(answer.status).toBe(200);
    expect(answer.body).toContain('<title>page</title>');
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-cache');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['content-security-policy']).toBe(
      `default-src 'self'; connect-src 'self' ws://127.0.0.1:${front.port}; object-src 'none'; base-uri 'none'; ` +
        "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    );
  });

  test('has files that are kept for good where their names hold a hash', async () => {
    const answer = await ask({ path: '/assets/app-1a2b.js?v=1' });

    expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(answer.headers['cache-control']).toContain('immutable');
  });

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets%5c..%5c..%5csecret.txt',
    '//secret.txt',
    '/link.txt',
    '/assets',
    '/%',
    '/%00',
    '/nothing.html',
  ])('S20 %s leads to nothing', async (path) => {
    await symlink(join(folder, 'secret.txt'), join(pageFolder, 'link.txt'));

    const answer = await ask({ path });

    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('secret');
  });

  test('S20 takes no other methods than GET and HEAD', async () => {
    const statuses = await Promise.all(['PUT', 'DELETE', 'POST'].map((method) => ask({ method, path: '/' })));
    const head = await ask({ method: 'HEAD', path: '/' });

    expect(statuses.map(({ status, headers }) => [status, headers.allow])).toEqual(Array(3).fill([405, 'GET, HEAD']));
    expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', '34']);
  });

  test.each(['evil.example', '127.0.0.1', '127.0.0.1.evil.example'])(
    'S20 is not shown under the host %s',
    async (host) => {
      const answer = await ask({ path: '/', headers: { host: `${host}:1` } });

      expect(answer.status).toBe(421);
    },
  );
});

describe('requests for the chat server', () => {
  test('are handed on with body, cookie and origin, and come back with every cookie', async () => {
    const [origin = ''] = front.origins;

    const answer = await ask({
      method: 'POST',
      path: '/session?x=1',
      headers: { origin, cookie: 'a=0', 'content-type': 'application/json' },
      body: '{"name":"Ada"}',
    });

    expect(answer.status).toBe(201);
    expect(answer.headers['set-cookie']).toEqual(['a=1; HttpOnly', 'b=2']);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(JSON.parse(answer.body)).toMatchObject({
      method: 'POST',
      url: '/session?x=1',
      headers: { origin, cookie: 'a=0', host: `127.0.0.1:${front.port}` },
      body: '{"name":"Ada"}',
    });
  });

  test.each(['/ws-token', '/dev/flood', '/faults/cut', '/faults'])(
    'S1 %s is not for pages of another origin',
    async (path) => {
      const answer = await ask({ method: 'POST', path, headers: { origin: 'http://evil.example' } });

      expect(answer.status).toBe(403);
    },
  );

  test('answer 503 while the chat server is down, and the front lives on', async () => {
    await chat.close();

    const down = await ask({ method: 'POST', path: '/ws-token' });
    const page = await ask({ path: '/' });
    chat = await startChatDouble();
    front.attach(chat);
    const up = await ask({ method: 'POST', path: '/ws-token' });

    expect([down.status, JSON.parse(down.body)]).toEqual([503, { error: 'server_unreachable' }]);
    expect([page.status, up.status]).toEqual([200, 201]);
  });
});

describe('the WebSocket', () => {
  test('reaches the server with its origin and without the name of the link', async () => {
    const { socket, heard } = await chatAs('ada');

    socket.send('hello');
    await until('the echo comes back', () => heard.length === 1);

    expect(heard).toEqual(['echo hello']);
    expect(chat.upgrades).toEqual([{ url: '/ws', origin: front.origins[0] }]);
    expect(front.links.links().map(({ key }) => key)).toEqual(['ada']);
  });

  test.each(['/', '/wsx', '//', '/faults'])('is refused at %s', async (path) => {
    const socket = new WebSocket(`ws://127.0.0.1:${front.port}${path}`);
    sockets.push(socket);

    const refusal = await within('a refusal', new Promise<Error>((resolve) => socket.on('error', resolve)));

    expect(refusal.message).toContain('404');
  });
});

describe('faults', () => {
  const fault = (name: string, body: object = {}) =>
    ask({ method: 'POST', path: `/faults/${name}`, body: JSON.stringify(body) });

  test('hit one person or everybody', async () => {
    const ada = await chatAs('ada');
    const ben = await chatAs('ben');

    const one = await fault('cut', { userId: 'ada' });
    await until('Ada is cut off', () => ada.closeCode() === 1006);
    ben.socket.send('still here');
    await until('Ben is not', () => ben.heard.length === 1);
    const all = await fault('cut');
    await until('now Ben is', () => ben.closeCode() === 1006);

    expect([one, all].map(({ body }) => JSON.parse(body))).toEqual([{ linksHit: 1 }, { linksHit: 1 }]);
  });

  test('silence and heal again', async () => {
    const ada = await chatAs('ada');
    const ben = await chatAs('ben');

    await fault('silence', { userId: 'ada' });
    ada.socket.send('anybody?');
    await until('the frame is held', () => Number(front.links.links('ada')[0]?.facts().toServer.bytesIn) > 0);
    ben.socket.send('a round of another link');
    await until('that one is over', () => ben.heard.length === 1);
    const heardInSilence = [...ada.heard];
    await fault('heal');
    await until('the echo comes after all', () => ada.heard.length === 1);

    expect(heardInSilence).toEqual([]);
    expect(ada.closeCode()).toBeNull();
  });

  test('delay a person also on the next connection', async () => {
    await fault('delay', { userId: 'ada', delayMs: 50 });
    const startMs = Date.now();
    const ada = await chatAs('ada');
    ada.socket.send('slow');
    await until('the echo comes', () => ada.heard.length === 1);

    // The answer to the handshake, the frame and its echo travel over the link.
    expect(Date.now() - startMs).toBeGreaterThanOrEqual(3 * 49);
  });

  test('tell which links there are', async () => {
    await chatAs('ada');

    const answer = await ask({ path: '/faults' });

    expect(JSON.parse(answer.body)).toMatchObject({ links: [{ id: 1, key: 'ada', isSilent: false }] });
  });

  test('restart the server once per call', async () => {
    const answer = await fault('restart');

    expect([answer.status, chat.restarts()]).toEqual([200, 1]);
  });

  test.each([
    ['constructor', '{}', 404],
    ['cut', '{"userId":7}', 400],
    ['cut', '[]', 400],
    ['cut', 'nonsense', 400],
    ['delay', '{"delayMs":-1}', 400],
    ['delay', `{"userId":"${'x'.repeat(5_000)}"}`, 400],
  ])('refuse %s with the body %s', async (name, body, status) => {
    const answer = await ask({ method: 'POST', path: `/faults/${name}`, body });

    expect(answer.status).toBe(status);
  });
});

test('closing the front ends its links and frees its port', async () => {
  const ada = await chatAs('ada');

  await within('the front closes', front.close());

  await until('Ada is cut off', () => ada.closeCode() === 1006);
  await expect(ask({ path: '/' })).rejects.toThrow('ECONNREFUSED');
  front = await startFront({ port: 0, pageFolder });
});

test('a taken port rejects', async () => {
  await expect(startFront({ port: front.port, pageFolder })).rejects.toThrow('EADDRINUSE');
});
