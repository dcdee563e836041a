import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { BEAT_PARTS, LiveSockets } from '../../examples/server/shell/live-sockets.js';

class BufferingSocket extends EventEmitter {
  readonly sent: string[] = [];
  bufferedAmount = 0;
  pings = 0;
  isTerminated = false;

  ping(): void {
    this.pings += 1;
  }

  terminate(): void {
    this.isTerminated = true;
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.emit('close');
  }
}

function opened(bufferedAmount: number): { sockets: LiveSockets; socket: BufferingSocket; cut: string[] } {
  const cut: string[] = [];
  const sockets = new LiveSockets({ bufferedMaxBytes: 1_048_576, closeGraceMs: 1, onCut: (id) => cut.push(id) });
  const socket = new BufferingSocket();
  socket.bufferedAmount = bufferedAmount;
  // Safe: of a socket, only what stands above is used here.
  sockets.add('ada', socket as unknown as WebSocket);
  return { sockets, socket, cut };
}

describe('a socket', () => {
  it('gets what a moment brings as one text, and before it is closed', () => {
    const { sockets, socket } = opened(0);
    sockets.send(['ada'], '1');
    sockets.sendIfRead(['ada'], '2');
    const sentBefore = [...socket.sent];

    sockets.flush();
    for (const text of ['3', '4']) sockets.send(['ada'], text);
    sockets.close('ada', 1000, '');
    sockets.flush();

    expect(sentBefore).toEqual([]);
    expect(socket.sent).toEqual(['[1,2]', '[3,4]']);
  });
});

describe('a reader who is behind', () => {
  it.each([
    [65_536, ['typing', 'message'], []],
    [65_537, ['message'], []],
    [1_048_577, [], ['ada']],
  ])('SV-8 S9 with %i bytes unread is told %j', (unread, told, cutOff) => {
    const { sockets, socket, cut } = opened(unread);

    sockets.sendIfRead(['ada', 'gone'], 'typing');
    sockets.flush();
    sockets.send(['ada', 'gone'], 'message');
    sockets.flush();

    expect(socket.sent).toEqual(told);
    expect(cut).toEqual(cutOff);
  });
});

describe('the heartbeat', () => {
  it('pings a crowd in parts, everybody once a round, and ends who has not answered by the next', () => {
    const { sockets, socket } = opened(0);
    const others = Array.from({ length: 2 * BEAT_PARTS - 1 }, () => new BufferingSocket());
    // Safe: of a socket, only what stands above is used here.
    for (const [index, other] of others.entries()) sockets.add(`other-${index}`, other as unknown as WebSocket);
    const pings = () => [socket, ...others].reduce((sum, one) => sum + one.pings, 0);
    const round = () =>
      Array.from({ length: BEAT_PARTS }, () => {
        const before = pings();
        sockets.beat();
        return pings() - before;
      });

    const perBeat = round();
    for (const other of others) other.emit('pong');
    round();

    expect(perBeat).toEqual(perBeat.map(() => 2));
    expect(others.map((one) => [one.pings, one.isTerminated])).toEqual(others.map(() => [2, false]));
    expect([socket.pings, socket.isTerminated]).toEqual([1, true]);
  });
});
