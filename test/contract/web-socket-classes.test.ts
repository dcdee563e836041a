/** webSocketTransport over the classes that people really hand in, and over the ways in which they differ. */
import { JSDOM } from 'jsdom';
import { Server as MockSocketServer, WebSocket as MockSocketWebSocket } from 'mock-socket';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { WebSocket as WsWebSocket } from 'ws';
import type { SocketHandlers, TransportSocket } from '../../src/ports/transport.js';
import { type WebSocketClass, webSocketTransport } from '../../src/transports/web-socket.js';
import { ScriptedSocket } from './scripted-socket.js';
import { dial, dialAndAccept, nextMacrotask } from './transport-harness.js';
import { startWsHarness } from './ws-harness.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('The class that webSocketTransport uses', () => {
  test("is the platform's, looked up on every dial", async () => {
    const transport = webSocketTransport();
    const server = new MockSocketServer('ws://localhost:1234');
    vi.stubGlobal('WebSocket', MockSocketWebSocket);

    const { events } = open(transport, 'ws://localhost:1234');
    await vi.waitUntil(() => events.length > 0);

    expect(events).toEqual(['opened']);
    server.stop();
  });

  test('UP-51 is missed at the dial, not before, with the way out', () => {
    vi.stubGlobal('WebSocket', undefined);

    const transport = webSocketTransport();

    expect(() => open(transport, 'ws://localhost')).toThrowErrorMatchingInlineSnapshot(
      `[ChatSocketError: Cannot dial: this platform has no WebSocket. On Node 20 pass the class of \`ws\`: \`webSocketTransport({ webSocket: WebSocket })\` with \`import { WebSocket } from 'ws'\`.]`,
    );
  });

  test('may be replaced by a function that sets headers', async () => {
    const headersSeen: unknown[] = [];
    const transport = webSocketTransport({
      create: (url, subprotocols) => new WsWebSocket(url, subprotocols, { headers: { origin: 'https://a.example' } }),
    });
    const harness = await startWsHarness(transport, (headers) => headersSeen.push(headers.origin));

    const { dialed } = await dialAndAccept(harness);
    await harness.dispose();

    expect(dialed.events[0]).toEqual({ type: 'opened' });
    expect(headersSeen).toEqual(['https://a.example']);
  });

  test('may not be given in two ways at once', () => {
    const options = { webSocket: WsWebSocket, create: () => new ScriptedSocket() };

    expect(() => webSocketTransport(options)).toThrow(/both `webSocket` and `create`/);
  });

  test.each([
    ['the class under its own name', { WebSocket: WsWebSocket }, 'WebSocket'],
    ['a socket instead of a class', { webSocket: new ScriptedSocket() }, 'webSocket'],
    ['what cannot be called', { create: 'ws' }, 'create'],
    ['null', null, 'options'],
  ])('is refused at once where it is %s', (_what, options, option) => {
    // The cast stands for a caller without types.
    const make = () => webSocketTransport(options as never);

    expect(make).toThrow(
      expect.objectContaining({ code: 'usage/invalid-option', fields: { option, accepted: expect.anything() } }),
    );
  });

  test('must give a socket, not the promise of one', () => {
    // The cast stands for a caller without types.
    const transport = webSocketTransport({ create: () => Promise.resolve() as never });

    expect(() => open(transport, 'ws://localhost')).toThrow(/not a promise/);
  });
});

describe('UP-44 A socket that is abandoned while it connects', () => {
  const { window } = new JSDOM('', { url: 'http://127.0.0.1/' });
  test.each<[string, WebSocketClass]>([
    ['ws', WsWebSocket],
    ['jsdom', window.WebSocket],
  ])(
    'raises nothing with the class of %s, a hundred times in the same tick and one tick later',
    async (_name, webSocket) => {
      const uncaught = vi.fn();
      process.on('uncaughtExceptionMonitor', uncaught);
      const harness = await startWsHarness(webSocketTransport({ webSocket }));

      for (let round = 0; round < 100; round += 1) dial(harness).socket.abandon();
      const later = Array.from({ length: 10 }, () => dial(harness));
      await nextMacrotask();
      for (const { socket } of later) socket.abandon();
      const { dialed } = await dialAndAccept(harness, ['the-last']);
      await nextMacrotask();

      expect(dialed.events).toEqual([{ type: 'opened' }]);
      expect(later.flatMap(({ events }) => events)).toEqual([]);
      expect(uncaught).not.toHaveBeenCalled();
      dialed.socket.abandon();
      await harness.dispose();
      process.off('uncaughtExceptionMonitor', uncaught);
    },
  );
});

describe('F22 A socket that tells of its end in its own way', () => {
  test('UP-09 is over with code 1006 one task after an error before the opening, where no close follows', async () => {
    const { socket, events } = openScripted();

    socket.emit('error', {});
    const sameTask = [...events];
    await afterTimers();
    socket.emit('close', { code: 1000, reason: '', wasClean: true });

    expect(sameTask).toEqual([]);
    expect(events).toEqual(['closed 1006']);
    expect(socket.calls).toEqual(['close()']);
  });

  test('is over with its own code where the close follows within the same task', async () => {
    const { socket, events } = openScripted();

    socket.emit('error', {});
    await Promise.resolve();
    socket.emit('close', { code: 1002, reason: '', wasClean: false });
    await afterTimers();

    expect(events).toEqual(['closed 1002']);
    expect(socket.calls).toEqual([]);
  });

  test('stays open after an error until its real close comes, however late', async () => {
    const { socket, events } = openScripted();
    socket.readyState = 1;
    socket.emit('open', {});

    socket.emit('error', {});
    await afterTimers();
    const afterError = [...events];
    socket.emit('close', { code: 1007, reason: 'bad text', wasClean: false });

    expect(afterError).toEqual(['opened']);
    expect(events).toEqual(['opened', 'closed 1007']);
  });

  test('is over with code 1006 where it says that it is closed but never fires the close', async () => {
    const { socket, events } = openScripted();
    socket.readyState = 1;
    socket.emit('open', {});

    socket.readyState = 3;
    socket.emit('error', {});
    await afterTimers();

    expect(events).toEqual(['opened', 'closed 1006']);
  });

  test('that fires close from within close() is told of after the call has returned', async () => {
    const { socket, attached, events } = openScripted();
    socket.onCall = () => socket.emit('close', { code: 1006, reason: '', wasClean: false });

    attached.close(1000, '');
    const withinTheCall = [...events];
    await Promise.resolve();

    expect(withinTheCall).toEqual([]);
    expect(events).toEqual(['closed 1006']);
  });

  test('is over once, though it fires close twice and without an opening', () => {
    const { socket, events } = openScripted();

    socket.emit('close', { code: 1000, reason: '', wasClean: true });
    socket.emit('close', { code: 1006, reason: '', wasClean: false });
    socket.emit('open', {});
    socket.emit('message', { data: 'late' });

    expect(events).toEqual(['closed 1000']);
  });

  test('leaves no timer when it is abandoned right after an error', () => {
    vi.useFakeTimers();
    const { socket, events, attached } = openScripted();

    socket.emit('error', {});
    attached.abandon();

    expect(vi.getTimerCount()).toBe(0);
    expect(events).toEqual([]);
    vi.useRealTimers();
  });

  test('that was open or closed already when it was made is told of after open() has returned', async () => {
    const early = openScripted((socket) => {
      socket.readyState = 1;
    });
    const dead = openScripted((socket) => {
      socket.readyState = 3;
    });
    const immediately = [...early.events, ...dead.events];

    await Promise.resolve();

    expect(immediately).toEqual([]);
    expect([early.events, dead.events]).toEqual([['opened'], ['closed 1006']]);
  });
});

describe('A socket that throws or lacks things', () => {
  test('takes no frame when its send throws', () => {
    const { socket, attached } = openScripted();
    socket.readyState = 1;
    socket.failing = true;

    expect(attached.send('text')).toBe(false);
  });

  test('is closed and abandoned without a throw', () => {
    const { socket, attached } = openScripted();
    socket.failing = true;

    attached.close(1000, '');
    attached.abandon();

    expect(socket.calls).toEqual(['close(1000,)', 'close()', 'close()']);
  });

  test('counts 0 buffered bytes where it cannot tell', () => {
    const { socket, attached } = openScripted();
    socket.bufferedAmount = Number.NaN;

    expect(attached.bufferedBytes).toBe(0);
  });

  test.each([
    ['an ArrayBuffer', new ArrayBuffer(3), 3],
    ['a view', new Uint8Array(4), 4],
    ['a Blob', new Blob(['12345']), 5],
    ['fragments', [new Uint8Array(1), new Uint8Array(2)], 3],
    ['something unknown', { a: 1 }, null],
    ['nothing', undefined, null],
  ])('tells the size of %s', (_name, content, sizeBytes) => {
    const { socket, events } = openScripted();

    socket.emit('message', { data: content });

    expect(events).toEqual([`binary ${sizeBytes}`]);
  });

  test('UP-39 keeps no listener but the one that swallows late errors', () => {
    const { socket, attached } = openScripted();

    attached.abandon();

    expect(socket.listenerCounts()).toEqual({ open: 0, message: 0, error: 1, close: 0 });
  });
});

function openScripted(prepare: (socket: ScriptedSocket) => void = () => {}) {
  const socket = new ScriptedSocket();
  prepare(socket);
  return { socket, ...open(webSocketTransport({ create: () => socket }), 'ws://localhost') };
}

function open(transport: ReturnType<typeof webSocketTransport>, url: string) {
  const events: string[] = [];
  const handlers: SocketHandlers = {
    opened: () => events.push('opened'),
    received: (text) => events.push(`text ${text}`),
    receivedBinary: (sizeBytes) => events.push(`binary ${sizeBytes}`),
    closed: ({ code }) => events.push(`closed ${code}`),
  };
  const attached: TransportSocket = transport.open({ url, subprotocols: [] }, handlers);
  return { attached, events };
}

/** After every timer of 0 ms that was started before. */
async function afterTimers(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
