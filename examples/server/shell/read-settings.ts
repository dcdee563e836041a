/** Turns the environment and the command line into options; a flag beats its variable. */

import { parseArgs } from 'node:util';
import { DEVELOPMENT_SECRET } from './options.js';

export interface Settings {
  readonly host: string;
  readonly port: number;
  /** Null keeps everything in memory. */
  readonly dataDirectory: string | null;
  /** Null where this server is the only one. */
  readonly redisUrl: string | null;
  readonly origins: readonly string[];
  readonly allowMissingOrigin: boolean;
  readonly secret: string;
  readonly messagesPerSecond: number;
  readonly tokensPerMinute: number;
  readonly rooms: readonly string[];
  readonly heartbeatMs: number;
  readonly retryAfterMs: number;
  readonly restartGraceMs: number;
  readonly devControls: boolean;
  readonly deduplicate: boolean;
  readonly isSecure: boolean;
  readonly logLevel: LogLevel;
}

export type LogLevel = (typeof logLevels)[number];

export type Environment = Readonly<Record<string, string | undefined>>;

const logLevels = ['silent', 'error', 'warn', 'info'] as const;

const flags = {
  host: { type: 'string' },
  port: { type: 'string' },
  'data-dir': { type: 'string' },
  redis: { type: 'string' },
  origins: { type: 'string' },
  'allow-missing-origin': { type: 'boolean' },
  secret: { type: 'string' },
  'messages-per-second': { type: 'string' },
  'tokens-per-minute': { type: 'string' },
  rooms: { type: 'string' },
  'heartbeat-ms': { type: 'string' },
  'retry-after-ms': { type: 'string' },
  'restart-grace-ms': { type: 'string' },
  'dev-controls': { type: 'boolean' },
  'insecure-cookies': { type: 'boolean' },
  'log-level': { type: 'string' },
  sabotage: { type: 'string' },
} as const;

/** Throws with one clear sentence for what it does not understand. */
export function readSettings(commandLine: readonly string[], environment: Environment): Settings {
  const { values } = parseArgs({ args: [...commandLine], options: flags, strict: true, allowPositionals: false });
  const { NODE_ENV } = environment;
  const isDevelopment = NODE_ENV === 'development';
  const given = (flag: keyof typeof flags): string | undefined => {
    const value = values[flag] ?? environment[variableOf(flag)];
    return value === undefined || value === '' ? undefined : String(value);
  };
  const port = wholeNumber('PORT', given('port') ?? '8080');
  const redisUrl = redisUrlOf(given('redis'), given('data-dir'));
  return {
    host: given('host') ?? '127.0.0.1',
    port,
    dataDirectory: given('data-dir') ?? null,
    redisUrl,
    origins: list(given('origins')) ?? ownOrigins(isDevelopment, port),
    allowMissingOrigin: isOn('ALLOW_MISSING_ORIGIN', given('allow-missing-origin')),
    secret: given('secret') ?? defaultSecret(isDevelopment),
    messagesPerSecond: wholeNumber('MESSAGES_PER_SECOND', given('messages-per-second') ?? '20'),
    tokensPerMinute: wholeNumber('TOKENS_PER_MINUTE', given('tokens-per-minute') ?? '30'),
    rooms: list(given('rooms')) ?? ['lobby'],
    heartbeatMs: wholeNumber('HEARTBEAT_MS', given('heartbeat-ms') ?? '30000'),
    retryAfterMs: wholeNumber('RETRY_AFTER_MS', given('retry-after-ms') ?? '500'),
    restartGraceMs: wholeNumber('RESTART_GRACE_MS', given('restart-grace-ms') ?? defaultGraceMs(redisUrl)),
    devControls: isOn('DEV_CONTROLS', given('dev-controls')),
    deduplicate: deduplicates(given('sabotage')),
    isSecure: !isDevelopment && !isOn('INSECURE_COOKIES', given('insecure-cookies')),
    logLevel: logLevelOf(given('log-level') ?? 'info'),
  };
}

/** The name that hosts of Redis give it. */
function variableOf(flag: keyof typeof flags): string {
  return flag === 'redis' ? 'REDIS_URL' : flag.toUpperCase().replaceAll('-', '_');
}

function redisUrlOf(url: string | undefined, dataDirectory: string | undefined): string | null {
  if (url === undefined) return null;
  if (dataDirectory !== undefined) {
    throw new Error('REDIS_URL and DATA_DIR are both set. Choose one place for the log.');
  }
  const protocol = URL.canParse(url) ? new URL(url).protocol : null;
  if (protocol === 'redis:' || protocol === 'rediss:') return url;
  throw new Error('REDIS_URL is not the address of a Redis. Write it like redis://127.0.0.1:6379.');
}

/** Clients move at a moment of their own within 5 s of `retryAfterMs`, which is spread over up to 5 s more. */
function defaultGraceMs(redisUrl: string | null): string {
  return redisUrl === null ? '0' : '12000';
}

function defaultSecret(isDevelopment: boolean): string {
  if (isDevelopment) return DEVELOPMENT_SECRET;
  throw new Error('SECRET is not set. Give the server a long random text of your own; it signs the session cookies.');
}

function ownOrigins(isDevelopment: boolean, port: number): readonly string[] {
  // An origin leaves out the scheme's own port.
  if (isDevelopment) return ['127.0.0.1', 'localhost'].map((host) => new URL(`http://${host}:${port}`).origin);
  throw new Error(
    'ORIGINS is not set. Name the exact addresses of your pages, for example https://chat.example.com, or set NODE_ENV=development to try it out.',
  );
}

function list(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').map((item) => item.trim());
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text)) return value;
  throw new Error(`${name} is "${text}". Set it to a whole number.`);
}

function isOn(name: string, text: string | undefined): boolean {
  if (text === undefined || text === 'false' || text === '0') return false;
  if (text === 'true' || text === '1') return true;
  throw new Error(`${name} is "${text}". Set it to true or false.`);
}

function deduplicates(sabotage: string | undefined): boolean {
  if (sabotage === undefined) return true;
  if (sabotage === 'drop-dedup') return false;
  throw new Error(`SABOTAGE is "${sabotage}". The only one there is, is "drop-dedup".`);
}

function logLevelOf(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level !== undefined) return level;
  throw new Error(`LOG_LEVEL is "${text}". Choose one of ${logLevels.join(', ')}.`);
}
