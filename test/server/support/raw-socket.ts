/** A TCP socket past the WebSocket handshake, for frames that no proper client would send. */

import { connect as connectTcp, type Socket } from 'node:net';
import type { ChatServer } from '../../../examples/server/shell/chat-server.js';
import { within } from './peer.js';

export interface RawFrame {
  readonly opcode: number;
  readonly payload?: Buffer;
  readonly isFinal?: boolean;
  readonly isMasked?: boolean;
  readonly reserved?: number;
  /** Pretends to another length than the payload has. */
  readonly declaredLength?: number;
}

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9 } as const;

export function rawFrame(frame: RawFrame): Buffer {
  const payload = frame.payload ?? Buffer.alloc(0);
  const length = frame.declaredLength ?? payload.length;
  const first = (frame.isFinal === false ? 0 : 0x80) | (frame.reserved ?? 0) | frame.opcode;
  const mask = frame.isMasked === false ? 0 : 0x80;
  const header = [Buffer.from([first]), lengthBytes(length, mask)];
  if (mask === 0) return Buffer.concat([...header, payload]);
  // A mask of zeros is a legal mask, and leaves the payload readable.
  return Buffer.concat([...header, Buffer.alloc(4), payload]);
}

export class RawSocket {
  readonly socket: Socket;
  #received = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
    });
  }

  static async open(server: ChatServer, extraHeaders: readonly string[] = []): Promise<RawSocket> {
    const token = server.issueToken({ id: 'raw', name: 'Raw' });
    const raw = new RawSocket(connectTcp(server.address.port, '127.0.0.1'));
    raw.socket.write(
      [
        'GET /ws HTTP/1.1',
        'Host: chat.test',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
        `Sec-WebSocket-Protocol: chatsocket.v1, bearer.${Buffer.from(token).toString('base64url')}`,
        ...extraHeaders,
        '\r\n',
      ].join('\r\n'),
    );
    await raw.#until(() => raw.#received.includes('"connected"'), 'the hello');
    return raw;
  }

  get text(): string {
    return this.#received.toString('latin1');
  }

  /** The code of the close frame that the server sends. */
  async closeCode(): Promise<number> {
    let code = 0;
    const hasClosed = () => {
      code = closeCodeIn(this.#received);
      return code !== 0;
    };
    await this.#until(hasClosed, 'a close frame');
    this.socket.destroy();
    return code;
  }

  #until(isDone: () => boolean, what: string): Promise<void> {
    const done = new Promise<void>((resolve) => {
      const look = () => {
        if (isDone()) resolve();
      };
      this.socket.on('data', look);
      this.socket.on('close', look);
      look();
    });
    return within(done, what);
  }
}

/** Walks the server's unmasked frames behind the HTTP head; 0 while there is no close. */
function closeCodeIn(received: Buffer): number {
  let at = received.indexOf('\r\n\r\n') + 4;
  while (at + 2 <= received.length) {
    const kind = received.readUInt8(at) & 0x0f;
    let length = received.readUInt8(at + 1);
    at += 2;
    if (length === 126) {
      length = received.readUInt16BE(at);
      at += 2;
    }
    if (kind === opcode.close && at + 2 <= received.length) return received.readUInt16BE(at);
    at += length;
  }
  return 0;
}

function lengthBytes(length: number, mask: number): Buffer {
  if (length < 126) return Buffer.from([mask | length]);
  if (length < 65_536) return Buffer.from([mask | 126, length >> 8, length & 0xff]);
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(mask | 127, 0);
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}
