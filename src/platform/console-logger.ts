import type { Logger, LogLevel } from '../ports/logger.js';

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const VALUE_LENGTH_MAX = 256;

/** Control characters, line separators and direction marks: with them a server could forge or hide log lines. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Writes log lines of `level` and above to the console as `[chatsocket] message name=value …`. Default `info`.
 * Values are cut at 256 characters and control characters are escaped.
 *
 * @example
 * const client = new ChatSocketClient({ url, logger: consoleLogger('debug') });
 */
export function consoleLogger(level: LogLevel = 'info'): Logger {
  return (lineLevel, message, fields) => {
    if (RANK[lineLevel] < RANK[level]) return;
    const words = Object.entries(fields).map(
      ([name, value]) => `${makePrintable(name)}=${makePrintable(String(value))}`,
    );
    console[lineLevel](['[chatsocket]', makePrintable(message), ...words].join(' '));
  };
}

function makePrintable(text: string): string {
  const escaped = text.slice(0, VALUE_LENGTH_MAX).replace(UNPRINTABLE, escapeCharacter);
  return text.length > VALUE_LENGTH_MAX ? `${escaped}…` : escaped;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
