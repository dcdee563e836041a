/** How much a line matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Takes log lines. Tokens, query strings and message text never reach it. */
export type Logger = (
  level: LogLevel,
  message: string,
  fields: Readonly<Record<string, string | number | boolean | null>>,
) => void;
