/**
 * Runs the server: reads its settings, prints one line once it listens, drains on SIGTERM or SIGINT.
 * The line on stdout is JSON, and a parent process gets the same as an IPC message.
 */

import { randomUUID } from 'node:crypto';
import { type ChatServer, createChatServer } from './shell/chat-server.js';
import { pinoLogger } from './shell/pino-logger.js';
import { readSettings, type Settings } from './shell/read-settings.js';
import { levelLogStore } from './store/level-log-store.js';
import type { LogStore } from './store/log-store.js';
import { memoryLogStore } from './store/memory-log-store.js';
import { RedisUnavailable } from './store/redis-connections.js';
import { redisLogStore } from './store/redis-log-store.js';

/** A drain that hangs ends here; the time in which clients move to another server comes on top. */
const EXIT_DEADLINE_MS = 4_800;

/** `EX_USAGE`: the settings are wrong, trying again does not help. */
const USAGE_EXIT = 64;

/** `EX_UNAVAILABLE`: the settings are right, and a supervisor is to try again. */
const UNAVAILABLE_EXIT = 69;

await run();

async function run(): Promise<void> {
  try {
    const settings = readSettings(process.argv.slice(2), process.env);
    const server = await start(settings);
    announce(server);
    exitOnSignal(server, settings.restartGraceMs + EXIT_DEADLINE_MS);
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exit(error instanceof RedisUnavailable ? UNAVAILABLE_EXIT : USAGE_EXIT);
  }
}

async function start(settings: Settings): Promise<ChatServer> {
  const { dataDirectory, redisUrl, rooms, messagesPerSecond, logLevel, ...options } = settings;
  const store =
    redisUrl === null ? await openStore(dataDirectory) : await redisLogStore({ url: redisUrl, serverId: randomUUID() });
  try {
    return await createChatServer({
      ...options,
      store,
      rooms: rooms.map((id) => ({ id, assistant: 'on-mention' })),
      limits: { messagesPerSecond, framesPerSecond: 3 * messagesPerSecond },
      logger: pinoLogger(logLevel),
    });
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error;
    const place = `${settings.host}:${settings.port}`;
    throw new Error(`${place} is taken. Stop what listens there, or choose another with PORT or --port.`);
  }
}

async function openStore(directory: string | null): Promise<LogStore> {
  if (directory === null) return memoryLogStore();
  try {
    return await levelLogStore({ directory });
  } catch (error) {
    const cause = error instanceof Error ? error.cause : null;
    if (codeOf(cause) === 'LEVEL_LOCKED') {
      throw new Error(`DATA_DIR "${directory}" is in use by another server. Stop that one, or choose another folder.`);
    }
    throw new Error(`DATA_DIR "${directory}" cannot be opened. Choose a folder that this user may write to.`);
  }
}

function announce(server: ChatServer): void {
  const line = { type: 'listening', url: server.url, host: server.address.address, port: server.address.port };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  process.send?.(line);
}

function exitOnSignal(server: ChatServer, deadlineMs: number): void {
  const exit = () => {
    setTimeout(() => process.exit(1), deadlineMs).unref();
    server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', exit);
  process.once('SIGINT', exit);
  // A parent that is gone cannot stop us any more.
  if (process.send !== undefined) process.once('disconnect', exit);
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : 'The server could not start.';
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
