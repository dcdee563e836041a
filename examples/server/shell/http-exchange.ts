/** One HTTP request in, one JSON answer out, with the headers that keep browsers from being clever. */

import type { IncomingMessage, ServerResponse } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const BODY_MAX_BYTES = 16_384;

export function failure(status: number, error: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status, body: { error }, headers };
}

/** The body as JSON, or the answer that refuses it. Another content type could be sent by any page without asking. */
export async function readJson(request: IncomingMessage): Promise<{ json: unknown } | { refusal: HttpAnswer }> {
  const [contentType = ''] = (request.headers['content-type'] ?? '').split(';');
  if (contentType.trim().toLowerCase() !== 'application/json') return { refusal: failure(415, 'JSON_EXPECTED') };
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    if (sizeBytes > BODY_MAX_BYTES) return { refusal: failure(413, 'TOO_LARGE', { Connection: 'close' }) };
    chunks.push(bytes);
  }
  try {
    return { json: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return { refusal: failure(400, 'PARSE_ERROR') };
  }
}

/** `origin` is the page that asked and may read the answer; null where none asked. */
export function writeAnswer(response: ServerResponse, answer: HttpAnswer, origin: string | null): void {
  response.writeHead(answer.status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Vary: 'Origin',
    ...(origin === null ? {} : crossOriginHeaders(origin)),
    ...answer.headers,
  });
  response.end(answer.status === 204 ? undefined : JSON.stringify(answer.body));
}

function crossOriginHeaders(origin: string): Readonly<Record<string, string>> {
  return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' };
}
