import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ChatServer } from '../../examples/server/shell/chat-server.js';
import { ConnectionTokens } from '../../examples/server/shell/connection-tokens.js';
import { originList } from '../../examples/server/shell/origin-list.js';
import { MemoryTokenVault, type TokenGrant } from '../../examples/server/store/token-vault.js';
import { connect, dial, fetchToken, logIn, Peer, post, startServer, TEST_ORIGIN, within } from './support/peer.js';

let server: ChatServer;

beforeAll(async () => {
  server = await startServer({ allowMissingOrigin: false, tokensPerMinute: 30 });
});

afterAll(() => server.close());

/** The status with which an upgrade request with these headers is answered; 101 lets it in. */
function upgradeStatus(headers: Record<string, string | string[]>, path = '/ws'): Promise<number> {
  const token = server.issueToken({ id: randomUUID(), name: 'visitor' });
  const answered = new Promise<number>((resolve, reject) => {
    const handshake = request({
      port: server.address.port,
      host: '127.0.0.1',
      path,
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'Sec-WebSocket-Protocol': `chatsocket.v1, bearer.${Buffer.from(token).toString('base64url')}`,
        ...headers,
      },
    });
    handshake.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    handshake.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    handshake.on('error', reject);
    handshake.end();
  });
  return within(answered, 'the answer to an upgrade');
}

describe('S1 origins', () => {
  it.each([
    ['the allowed one', TEST_ORIGIN, 101],
    ['another', 'http://evil.test', 403],
    ['null', 'null', 403],
    ['one that begins like it', `${TEST_ORIGIN}.evil.test`, 403],
    ['one that ends like it', 'http://evil-chat.test', 403],
    ['another port', `${TEST_ORIGIN}:8443`, 403],
    ['another scheme', TEST_ORIGIN.replace('http', 'https'), 403],
    ['upper case', TEST_ORIGIN.toUpperCase(), 403],
    ['a path behind it', `${TEST_ORIGIN}/`, 403],
    ['a list', `${TEST_ORIGIN}, http://evil.test`, 403],
    ['empty', '', 403],
    ['two headers', [TEST_ORIGIN, 'http://evil.test'], 403],
    ['the same header twice', [TEST_ORIGIN, TEST_ORIGIN], 403],
  ])('S1 answers %s (%j) with %i', async (_name, origin, status) => {
    expect(await upgradeStatus({ Origin: origin })).toBe(status);
  });

  it('S1 refuses a missing origin, unless native programs are let in', async () => {
    const open = await startServer({ allowMissingOrigin: true });

    expect(await upgradeStatus({})).toBe(403);
    const peer = await connect(open, 'native');

    expect(peer.frames[0]?.type).toBe('connected');
    await open.close();
  });

  it('S1 holds for the addresses that hand out sessions and tokens as well', async () => {
    const evil = await post(`${server.url}/session`, { name: 'Ada' }, { origin: 'http://evil.test' });
    const good = await post(`${server.url}/session`, { name: 'Ada' }, { origin: TEST_ORIGIN });

    expect(evil).toMatchObject({ status: 403, json: { error: 'ORIGIN_REFUSED' } });
    expect(evil.headers.get('access-control-allow-origin')).toBeNull();
    expect(good.status).toBe(200);
    expect(good.headers.get('access-control-allow-origin')).toBe(TEST_ORIGIN);
    expect(good.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Lax/);
  });

  it.each(['chat.test', 'http://chat.test/', 'HTTP://chat.test', 'ftp://chat.test', 'null'])(
    'S1 does not start with “%s” for an origin',
    (origin) => {
      expect(() => originList({ origins: [origin], allowMissingOrigin: false })).toThrow(/is not an origin/);
    },
  );

  it('refuses another path, and a client without our subprotocol', async () => {
    const elsewhere = await upgradeStatus({ Origin: TEST_ORIGIN }, '/socket');
    const foreign = await upgradeStatus({ Origin: TEST_ORIGIN, 'Sec-WebSocket-Protocol': 'chat' });

    expect([elsewhere, foreign]).toEqual([404, 400]);
  });
});

describe('connection tokens', () => {
  const grant: TokenGrant = { userId: 'ada', userName: 'Ada', sessionExpiresAtMs: 1e12, origin: null };

  function tokensAt(clock: { nowMs: number }, vault = vaultAt(clock)): ConnectionTokens {
    return new ConnectionTokens({ now: () => clock.nowMs, randomToken: randomUUID, vault });
  }

  function vaultAt(clock: { nowMs: number }, sizeMax = 10_000): MemoryTokenVault {
    return new MemoryTokenVault({ now: () => clock.nowMs, sizeMax });
  }

  it.each([
    [59_900, true],
    [60_100, false],
  ])('S2 F51 after %i ms: good is %s', async (ageMs, isGood) => {
    const clock = { nowMs: 0 };
    const tokens = tokensAt(clock);
    const { token } = tokens.issue(grant);

    clock.nowMs = ageMs;

    expect(await tokens.redeem(token ?? '')).toEqual(isGood ? grant : null);
  });

  it('S3 hands out 30 a minute to a user, and says when to ask again', () => {
    const clock = { nowMs: 0 };
    const tokens = tokensAt(clock);
    for (let count = 0; count < 30; count += 1) {
      clock.nowMs += 100;
      expect(tokens.issue(grant).token).not.toBeNull();
    }

    const refused = tokens.issue(grant);
    const other = tokens.issue({ ...grant, userId: 'bob' });
    clock.nowMs += 57_100;
    const later = tokens.issue(grant);

    expect(refused).toEqual({ token: null, retryAfterMs: 57_100 });
    expect(other.token).not.toBeNull();
    expect(later.token).not.toBeNull();
  });

  it('S3 keeps a bounded number of unused tokens, and drops the oldest', async () => {
    const clock = { nowMs: 0 };
    const vault = vaultAt(clock, 100);
    const tokens = tokensAt(clock, vault);
    const issued = Array.from({ length: 150 }, (_, index) => tokens.issue({ ...grant, userId: `user ${index}` }).token);

    expect(vault.size).toBe(100);
    expect(await tokens.redeem(issued[0] ?? '')).toBeNull();
    expect(await tokens.redeem(issued[149] ?? '')).not.toBeNull();
  });

  it('S2 F52 lets exactly one of 100 parallel sockets in with one token', async () => {
    const token = server.issueToken({ id: 'crowd', name: 'Crowd' });

    const peers = Array.from({ length: 100 }, () => dial(server.url, token, { origin: TEST_ORIGIN }));
    const first = await Promise.all(peers.map((peer) => peer.until(() => true)));

    expect(first.filter((frame) => frame.type === 'connected')).toHaveLength(1);
    const refusals = first.filter((frame) => frame.type === 'error' && frame.payload.code === 'INVALID_TOKEN');
    expect(refusals).toHaveLength(99);
    peers.find((peer) => peer.frames[0]?.type === 'connected')?.socket.close();
    const codes = (await Promise.all(peers.map((peer) => peer.closed))).map(({ code }) => code);
    expect(codes.filter((code) => code === 4401)).toHaveLength(99);
  });

  it('tells a missing token from a bad one, over an open socket, and echoes no token', async () => {
    const url = `${server.url.replace('http', 'ws')}/ws`;
    const without = new Peer(new WebSocket(url, ['chatsocket.v1'], { origin: TEST_ORIGIN }));
    const bad = dial(server.url, 'made up', { origin: TEST_ORIGIN });

    await without.untilError('NO_TOKEN');
    await bad.untilError('INVALID_TOKEN');

    expect(bad.socket.protocol).toBe('chatsocket.v1');
    expect((await without.closed).code).toBe(4401);
    expect((await bad.closed).code).toBe(4401);
  });

  it('S2 binds a token to the page that asked for it', async () => {
    const two = await startServer({ origins: [TEST_ORIGIN, 'http://other.test'] });
    const ada = await logIn(two.url, 'Ada');
    const reply = await post(`${two.url}/ws-token`, ada, { cookie: ada.cookie, origin: TEST_ORIGIN });
    const token: unknown = Reflect.get(Object(reply.json), 'token');

    const peer = dial(two.url, String(token), { origin: 'http://other.test' });

    await peer.untilError('INVALID_TOKEN');
    await two.close();
  });

  it('S3 wants the session of the very user, as a POST with JSON, and lets nobody cache the answer', async () => {
    const own = await startServer();
    const ada = await logIn(own.url, 'Ada');
    const bob = await logIn(own.url, 'Bob');
    const both = `${ada.cookie}; ${bob.cookie}`;

    const good = await post(`${own.url}/ws-token`, { userId: bob.userId }, { cookie: both });
    const stolen = await post(`${own.url}/ws-token`, { userId: ada.userId }, { cookie: bob.cookie });
    const forged = await post(`${own.url}/ws-token`, ada, { cookie: `${ada.cookie}x` });
    const form = await fetch(`${own.url}/ws-token`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', cookie: ada.cookie },
      body: JSON.stringify(ada),
    });
    const get = await fetch(`${own.url}/ws-token`);

    expect(good).toMatchObject({ status: 200, json: { expiresInMs: 60_000 } });
    expect(good.headers.get('cache-control')).toBe('no-store');
    expect(good.headers.get('x-content-type-options')).toBe('nosniff');
    expect([stolen.status, forged.status, form.status, get.status]).toEqual([401, 401, 415, 405]);
    await own.close();
  });

  it('S3 answers 429 with the time to wait when a user asks too often', async () => {
    const strict = await startServer({ tokensPerMinute: 2 });
    const ada = await logIn(strict.url, 'Ada');
    await fetchToken(strict.url, ada);
    await fetchToken(strict.url, ada);

    const third = await post(`${strict.url}/ws-token`, ada, { cookie: ada.cookie });

    expect(third).toMatchObject({ status: 429, json: { error: 'RATE_LIMIT' } });
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    await strict.close();
  });

  it.each([
    ['/', 404],
    ['/../../etc/passwd', 404],
    ['/dev/expire', 404],
    ['/session?x=1', 405],
  ])('S20 answers GET %s with %i and no page', async (path, status) => {
    const response = await fetch(`${server.url}${path}`);

    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('S20 refuses a body that is too large or no JSON', async () => {
    const headers = { 'content-type': 'application/json', origin: TEST_ORIGIN };
    const url = `${server.url}/session`;

    const large = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ name: 'a'.repeat(20_000) }) });
    const broken = await fetch(url, { method: 'POST', headers, body: '{' });
    const nameless = await fetch(url, { method: 'POST', headers, body: '{}' });

    expect([large.status, broken.status, nameless.status]).toEqual([413, 400, 400]);
  });
});
