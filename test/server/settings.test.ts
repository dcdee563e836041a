import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChatServer } from '../../examples/server/shell/chat-server.js';
import { DEVELOPMENT_SECRET } from '../../examples/server/shell/options.js';
import { readSettings } from '../../examples/server/shell/read-settings.js';
import { levelLogStore } from '../../examples/server/store/level-log-store.js';
import { forkServer } from './support/child-server.js';
import { startServer, TEST_ORIGIN, TEST_SECRET, within } from './support/peer.js';

const usable = { secret: TEST_SECRET, origins: [TEST_ORIGIN], isDevelopment: false };

describe('C18 what the server refuses to start with', () => {
  it.each([
    ['the secret of the example', { secret: DEVELOPMENT_SECRET }, /SECRET/],
    ['a short secret', { secret: 'secret' }, /at least 16/],
    ['any origin', { origins: ['*'] }, /ORIGINS/],
    ['development controls', { devControls: true }, /NODE_ENV=development/],
    ['a room that cannot be one', { rooms: [{ id: '__proto__', assistant: 'never' as const }] }, /__proto__/],
    ['a limit of nothing', { limits: { messagesPerSecond: 0 } }, /messagesPerSecond/],
    ['a port beyond the last', { port: 70_000 }, /70000/],
  ])('C18 refuses %s', async (_what, options, sentence) => {
    await expect(createChatServer({ ...usable, ...options })).rejects.toThrow(sentence);
  });

  it('C18 allows them in development', async () => {
    const server = await createChatServer({
      secret: DEVELOPMENT_SECRET,
      origins: ['*'],
      devControls: true,
      isDevelopment: true,
    });

    expect(server.address.port).toBeGreaterThan(0);
    await server.close();
  });

  it.each([
    [{ ORIGINS: TEST_ORIGIN }, /SECRET is not set/],
    [{ SECRET: TEST_SECRET }, /ORIGINS is not set/],
    [{ NODE_ENV: 'development', PORT: 'http' }, /PORT is "http"/],
    [{ NODE_ENV: 'development', DEV_CONTROLS: 'maybe' }, /DEV_CONTROLS is "maybe"/],
    [{ NODE_ENV: 'development', SABOTAGE: 'everything' }, /SABOTAGE is "everything"/],
    [{ NODE_ENV: 'development', LOG_LEVEL: 'loud' }, /LOG_LEVEL is "loud"/],
    [{ NODE_ENV: 'development', REDIS_URL: 'localhost:6379' }, /REDIS_URL is not the address of a Redis/],
    [
      { NODE_ENV: 'development', REDIS_URL: 'redis://localhost', DATA_DIR: 'data' },
      /REDIS_URL and DATA_DIR are both set/,
    ],
  ])('C18 says in one sentence what is wrong with %j', (environment, sentence) => {
    expect(() => readSettings([], environment)).toThrow(sentence);
  });

  it.each([
    [{}, 0],
    [{ REDIS_URL: 'redis://127.0.0.1:1' }, 12_000],
    [{ REDIS_URL: 'redis://127.0.0.1:1', RESTART_GRACE_MS: '0' }, 0],
    [{ RESTART_GRACE_MS: '7000' }, 7_000],
  ])('F23 serves on before a restart where another server is there to go to: %j', (environment, restartGraceMs) => {
    expect(readSettings([], { NODE_ENV: 'development', ...environment })).toMatchObject({ restartGraceMs });
  });

  it('lets a flag beat its variable', () => {
    const environment = { NODE_ENV: 'development', PORT: '1000', ROOMS: 'a, b' };

    const settings = readSettings(['--port', '2000', '--sabotage', 'drop-dedup'], environment);

    expect(settings).toMatchObject({ port: 2_000, rooms: ['a', 'b'], deduplicate: false });
    expect(settings.origins).toContain('http://127.0.0.1:2000');
  });
});

it.each([
  [['--redis', 'redis://localhost:6379/2'], { redisUrl: 'redis://localhost:6379/2', restartGraceMs: 12_000 }],
  [
    ['--redis', 'rediss://localhost', '--restart-grace-ms', '50'],
    { redisUrl: 'rediss://localhost', restartGraceMs: 50 },
  ],
  // Alone there is no other server that clients could move to.
  [[], { redisUrl: null, restartGraceMs: 0 }],
])('F46 time for clients to move to another server is there with Redis: %j', (commandLine, expected) => {
  expect(readSettings(commandLine, { NODE_ENV: 'development' })).toMatchObject(expected);
});

describe('the one line of a start that fails', { timeout: 30_000 }, () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chat-settings-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function lineOf(environment: Readonly<Record<string, string>>, exitCode = 64): Promise<string> {
    const child = forkServer({ SECRET: TEST_SECRET, ORIGINS: TEST_ORIGIN, ...environment });
    expect(await within(child.exit, 'the exit', 20_000)).toBe(exitCode);
    expect(child.output().trim().split('\n')).toHaveLength(1);
    return child.output();
  }

  it('names the port that is taken', async () => {
    const server = await startServer();
    const port = String(server.address.port);

    expect(await lineOf({ PORT: port })).toMatch(`127.0.0.1:${port} is taken`);
    await server.close();
  });

  it('names a folder that is in use, and one that cannot be written', async () => {
    const store = await levelLogStore({ directory: folder });

    const lines = await Promise.all([lineOf({ DATA_DIR: folder }), lineOf({ DATA_DIR: '/dev/null/data' })]);

    expect(lines[0]).toMatch(/is in use by another server/);
    expect(lines[1]).toMatch(/cannot be opened/);
    await store.close();
  });

  it('S15 names a Redis that does not answer, without the password, and says by its code that trying again makes sense', async () => {
    const line = await lineOf({ REDIS_URL: 'redis://:a-password@127.0.0.1:1' }, 69);

    expect(line).toMatch('Redis at 127.0.0.1:1 does not answer. Start it, or set REDIS_URL');
    expect(line).not.toMatch('a-password');
  });
});
