/** The way in: origin, token, and only then a WebSocket. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { TokenGrant } from '../store/token-vault.js';
import { admittedOrigin, type OriginList } from './origin-list.js';

/** The fixed value that the server echoes; the token's value never leaves again. */
const SUBPROTOCOL = 'chatsocket.v1';

const BEARER = 'bearer.';

export interface SocketGateOptions {
  readonly path: string;
  readonly origins: OriginList;
  readonly payloadMaxBytes: number;
  /** Null for a bad token. Called once for each request, before the upgrade. */
  readonly redeem: (token: string, origin: string | null) => Promise<TokenGrant | null>;
  /** False refuses with 503: the house is full, or closing. */
  readonly hasRoom: () => boolean;
  readonly onOpen: (socket: WebSocket, grant: TokenGrant, origin: string | null) => void;
  /** The token was missing or bad. The socket is open and unregistered. */
  readonly onStranger: (socket: WebSocket, code: 'NO_TOKEN' | 'INVALID_TOKEN', origin: string | null) => void;
  readonly onRefused: (status: number, origin: string | undefined) => void;
}

export function socketGate(options: SocketGateOptions) {
  const bounds = { maxPayload: options.payloadMaxBytes, maxFragments: 64, maxBufferedChunks: 1_024 };
  const webSockets = new WebSocketServer({
    ...bounds,
    noServer: true,
    clientTracking: false,
    // Compression costs memory per socket and opens the door to bombs; chat frames are small.
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });

  return (request: IncomingMessage, duplex: Duplex, head: Buffer): void => {
    // Without a listener a peer that resets the connection would end the process.
    const ignore = () => {};
    duplex.on('error', ignore);
    const origin = admittedOrigin(options.origins, request);
    const status = refusalStatus(options, request, origin);
    if (status !== null || origin === undefined) {
      options.onRefused(status ?? 403, request.headersDistinct['origin']?.[0]);
      refuse(duplex, status ?? 403);
      return;
    }
    const token = bearerToken(request);
    const admit = (grant: TokenGrant | null): void => {
      // The house may have begun to close meanwhile.
      if (!options.hasRoom()) {
        options.onRefused(503, origin ?? undefined);
        refuse(duplex, 503);
        return;
      }
      webSockets.handleUpgrade(request, duplex, head, (socket) => {
        duplex.off('error', ignore);
        if (grant !== null) options.onOpen(socket, grant, origin);
        // Browsers hide why a handshake failed, so a bad token is told over an open socket.
        else options.onStranger(socket, token === null ? 'NO_TOKEN' : 'INVALID_TOKEN', origin);
      });
    };
    // Consumed before the upgrade: of two requests with one token the second finds nothing.
    const grant = token === null ? Promise.resolve(null) : options.redeem(token, origin);
    grant.then(admit).catch(() => duplex.destroy());
  };
}

function refusalStatus(
  options: SocketGateOptions,
  request: IncomingMessage,
  origin: string | null | undefined,
): number | null {
  if (origin === undefined) return 403;
  if ((request.url ?? '').split('?', 1)[0] !== options.path) return 404;
  if (!options.hasRoom()) return 503;
  return offeredProtocols(request).includes(SUBPROTOCOL) ? null : 400;
}

/** Null where there is none, more than one, or one that is not base64url. */
function bearerToken(request: IncomingMessage): string | null {
  const bearers = offeredProtocols(request).filter((protocol) => protocol.startsWith(BEARER));
  const encoded = bearers[0]?.slice(BEARER.length);
  if (bearers.length !== 1 || encoded === undefined || !/^[A-Za-z0-9_-]+$/.test(encoded)) return null;
  return Buffer.from(encoded, 'base64url').toString('utf8');
}

function offeredProtocols(request: IncomingMessage): readonly string[] {
  return (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
}

function refuse(duplex: Duplex, status: number): void {
  const reasons: Readonly<Record<number, string>> = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found' };
  const reason = reasons[status] ?? 'Service Unavailable';
  duplex.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  duplex.once('finish', () => duplex.destroy());
}
