/** One JSON line per event, on stderr, so that stdout is left to who started the server. */

import { destination, type Level, pino } from 'pino';
import type { LogFacts, Logger } from './logger.js';

/** Strings from outside are cut, so that nobody fills the disk through an odd header. */
const VALUE_LENGTH_MAX = 256;

export function pinoLogger(level: Level | 'silent'): Logger {
  const logger = pino({ level, base: null }, destination({ dest: 2, sync: true }));
  return {
    notice: (event, facts) => logger.info(cut(facts), event),
    warning: (event, facts) => logger.warn(cut(facts), event),
    failure: (event, facts) => logger.error(cut(facts), event),
  };
}

function cut(facts: LogFacts): LogFacts {
  const entries = Object.entries(facts).map(([name, value]) => {
    return [name, typeof value === 'string' ? value.slice(0, VALUE_LENGTH_MAX) : value] as const;
  });
  return Object.fromEntries(entries);
}
