/** Hands a request, or an upgrade, on to the chat server as it came. */
import { type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { answerJson, type Headers } from './answer.js';

/** Headers that belong to one connection and not to the request (RFC 9110, section 7.6.1). */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** `headers` are added to the answer; a server that is down answers 503. */
export function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { serverPort, headers }: { readonly serverPort: number; readonly headers: Headers },
): void {
  const upstream = openRequest({
    host: '127.0.0.1',
    port: serverPort,
    method: request.method,
    path: request.url,
    headers: withoutConnectionHeaders(request.headers),
    agent: false,
  });
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, { ...withoutConnectionHeaders(answer.headers), ...headers });
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });
  upstream.on('error', () => {
    if (response.headersSent) response.destroy();
    else
      answerJson(response, { status: 503, headers: { ...headers, 'retry-after': 1 } }, { error: 'server_unreachable' });
  });
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
}

function withoutConnectionHeaders<Value>(headers: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CONNECTION_HEADERS.has(name)));
}

export interface UpgradeRequest {
  readonly request: IncomingMessage;
  /** The path and query for the server. */
  readonly target: string;
  /** What the client sent after its request. */
  readonly head: Buffer;
  readonly serverPort: number;
}

/** Dials the server and repeats the upgrade request to it; the answer is for the caller to read from the socket. */
export function forwardUpgrade({ request, target, head, serverPort }: UpgradeRequest): Socket {
  const server = connect({ host: '127.0.0.1', port: serverPort, allowHalfOpen: true });
  const lines = [`${request.method ?? 'GET'} ${target} HTTP/1.1`];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    lines.push(`${request.rawHeaders[index]}: ${request.rawHeaders[index + 1]}`);
  }
  server.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  if (head.length > 0) server.write(head);
  return server;
}
