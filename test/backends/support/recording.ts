/** What real servers said, as it was recorded, with everything that differs from run to run made alike. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface RecordedLine {
  readonly scenario: string;
  readonly dir: '->' | '<-';
  readonly kind: 'http' | 'ws-open' | 'ws' | 'reject' | 'close';
  readonly raw?: string;
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

export interface RecordedExchange {
  readonly method: string;
  readonly path: string;
  readonly requestBody: unknown;
  readonly answer: HttpAnswer;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly setCookies: readonly string[];
}

/** One scenario of `streaming.jsonl` or `thread.jsonl`. */
export class Recording {
  readonly #lines: readonly RecordedLine[];

  constructor(family: 'streaming' | 'thread', scenario: string) {
    const path = fileURLToPath(new URL(`../../fixtures/${family}.jsonl`, import.meta.url));
    // The files are part of this repository, and only this reads them.
    const lines = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RecordedLine);
    this.#lines = lines.filter((line) => line.scenario === scenario);
    if (this.#lines.length === 0) throw new Error(`${family}.jsonl holds no ${scenario}.`);
  }

  /** The texts that the client sent over its socket. */
  get sent(): readonly string[] {
    return this.#lines.flatMap(({ dir, kind, raw }) => (dir === '->' && kind === 'ws' ? [raw ?? ''] : []));
  }

  /** The texts that came over the socket, made alike. */
  get heard(): readonly string[] {
    return this.#lines.flatMap(({ dir, kind, raw }) => (dir === '<-' && kind === 'ws' ? [alike(raw ?? '')] : []));
  }

  get exchanges(): readonly RecordedExchange[] {
    const lines = this.#lines.filter(({ kind }) => kind === 'http');
    return lines.flatMap((line, index) => {
      const answer = lines[index + 1];
      if (line.dir === '<-' || answer === undefined) return [];
      const { method = '', path = '', body } = line;
      return [{ method, path, requestBody: body, answer: answerOf(answer) }];
    });
  }
}

function answerOf({ status = 0, body, headers = {} }: RecordedLine): HttpAnswer {
  const cookies = headers['Set-Cookie'] ?? [];
  return {
    status,
    body: body === '' ? '' : alike(JSON.stringify(body)),
    setCookies: (typeof cookies === 'string' ? [cookies] : cookies).map(cookieAlike),
  };
}

const DIFFERING: readonly (readonly [pattern: RegExp, alike: string])[] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?/g, '<time>'],
  [/conv-[0-9a-f]+/g, '<conversation>'],
  [/(?<="(connection_token|access|refresh)": ?")[^"]+/g, '<token>'],
  [/(?<="id": ?)\d+/g, '<number>'],
];

/** Ids, times and secrets are replaced; order, spelling and spaces of the text stay. */
export function alike(text: string): string {
  return DIFFERING.reduce((rest, [pattern, name]) => rest.replaceAll(pattern, name), text);
}

/** A cookie without its value and its times of day. */
export function cookieAlike(cookie: string): string {
  return cookie.replace(/=[^;]*/, '').replace(/expires=[^;]*; /, '');
}
