import type { ServerResponse } from 'node:http';

export type Headers = Readonly<Record<string, string | number>>;

export function answerText(response: ServerResponse, status: number, text: string, headers: Headers = {}): void {
  answer(response, status, { body: `${text}\n`, contentType: 'text/plain; charset=utf-8', headers });
}

export function answerJson(response: ServerResponse, status: number, value: unknown, headers: Headers = {}): void {
  answer(response, status, { body: JSON.stringify(value), contentType: 'application/json; charset=utf-8', headers });
}

interface Content {
  readonly body: string;
  readonly contentType: string;
  readonly headers: Headers;
}

function answer(response: ServerResponse, status: number, { body, contentType, headers }: Content): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'cache-control': 'no-store',
    ...headers,
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
