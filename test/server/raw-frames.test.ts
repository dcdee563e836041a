import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatServer } from '../../examples/server/shell/chat-server.js';
import { connect, startServer } from './support/peer.js';
import { opcode, RawSocket, rawFrame } from './support/raw-socket.js';

let server: ChatServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.close());

const fragment = (payload: string, kind: number = opcode.continuation) =>
  rawFrame({ opcode: kind, payload: Buffer.from(payload), isFinal: false });

const attacks: readonly (readonly [string, readonly Buffer[], number])[] = [
  ['an unmasked frame', [rawFrame({ opcode: opcode.text, payload: Buffer.from('{}'), isMasked: false })], 1002],
  ['S8 a frame that says it is compressed', [rawFrame({ opcode: opcode.text, reserved: 0x40 })], 1002],
  ['an opcode without meaning', [rawFrame({ opcode: 3 })], 1002],
  ['text that is not UTF-8', [rawFrame({ opcode: opcode.text, payload: Buffer.from([0xff, 0xfe]) })], 1007],
  ['a continuation of nothing', [rawFrame({ opcode: opcode.continuation })], 1002],
  ['a text inside of a fragmented one', [fragment('a', opcode.text), rawFrame({ opcode: opcode.text })], 1002],
  ['a ping of 126 bytes', [rawFrame({ opcode: opcode.ping, payload: Buffer.alloc(126) })], 1002],
  ['a close with code 1006', [rawFrame({ opcode: opcode.close, payload: Buffer.from([0x03, 0xee]) })], 1002],
  ['a close of one byte', [rawFrame({ opcode: opcode.close, payload: Buffer.from([0x03]) })], 1002],
  ['S6 a frame of 65,537 bytes', [rawFrame({ opcode: opcode.text, declaredLength: 65_537 })], 1009],
  ['a frame of 2^53 bytes', [rawFrame({ opcode: opcode.text, declaredLength: 2 ** 53 })], 1009],
  ['S7 65 empty fragments', [fragment('', opcode.text), ...Array.from({ length: 64 }, () => fragment(''))], 1008],
  [
    'S7 2,000 fragments of a byte',
    [fragment('a', opcode.text), ...Array.from({ length: 2_000 }, () => fragment('a'))],
    1008,
  ],
  ['a binary frame', [rawFrame({ opcode: opcode.binary, payload: Buffer.from('{"type":"ping"}') })], 1003],
];

describe('raw frames', () => {
  it.each(attacks)('S7 S8 S14 closes on %s', async (_name, bytes, code) => {
    const raw = await RawSocket.open(server);

    raw.socket.write(Buffer.concat(bytes));

    expect(await raw.closeCode()).toBe(code);
  });

  it('S8 agrees to no compression that a client offers', async () => {
    const raw = await RawSocket.open(server, ['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits']);

    expect(raw.text.toLowerCase()).not.toContain('sec-websocket-extensions');
    raw.socket.destroy();
  });

  it('S6 lets the longest message through in its most wasteful JSON', async () => {
    const peer = await connect(server, 'escaping');
    const content = '\\u0001'.repeat(5_000);

    peer.send(`{"type":"send_message","messageId":"m1","payload":{"conversationId":"lobby","content":"${content}"}}`);

    await peer.untilAck('m1');
    await peer.close();
  });

  it('S14 serves the others after all of this', async () => {
    const peer = await connect(server, 'honest');

    peer.say('lobby', 'still here');

    await peer.untilAck('still here');
    await peer.close();
  });
});
