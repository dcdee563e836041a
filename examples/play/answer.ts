import type { ServerResponse } from 'node:http';

export type Headers = Readonly<Record<string, string | number>>;

/** What an answer says before its content. */
export interface AnswerHead {
  readonly status: number;
  readonly headers?: Headers;
}

export function answerText(response: ServerResponse, head: AnswerHead, text: string): void {
  answer(response, head, { body: `${text}\n`, contentType: 'text/plain; charset=utf-8' });
}

export function answerJson(response: ServerResponse, head: AnswerHead, value: unknown): void {
  answer(response, head, { body: JSON.stringify(value), contentType: 'application/json; charset=utf-8' });
}

interface Content {
  readonly body: string;
  readonly contentType: string;
}

function answer(response: ServerResponse, { status, headers }: AnswerHead, { body, contentType }: Content): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'cache-control': 'no-store',
    ...headers,
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
