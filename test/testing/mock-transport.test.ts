import { describe, expect, test, vi } from 'vitest';
import { expectDials, expectNotSent, expectSent, expectSentTypes } from '../../src/testing/expect-sent.js';
import { manualClock } from '../../src/testing/manual-clock.js';
import { type MockTransport, mockTransport } from '../../src/testing/mock-transport.js';
import { settle } from '../../src/testing/settle.js';

describe('nextConnection', () => {
  test('gives out each dial once, in order', async () => {
    const { transport, dial } = world();
    dial();
    dial();

    const first = await transport.nextConnection();
    const second = await transport.nextConnection();

    expect([first.number, second.number]).toEqual([1, 2]);
  });

  test('moves the clock on to the dial and not beyond', async () => {
    const { transport, clock, dial } = world();
    clock.startTimer(dial, 700);
    const startMs = clock.nowMs();

    await transport.nextConnection({ withinMs: 1_000 });

    expect(clock.nowMs() - startMs).toBe(700);
  });

  test('UP-46 rejects with everything that happened when nothing dials in time', async () => {
    const { transport, clock, dial } = world();
    dial();
    (await transport.nextConnection()).rejectHandshake();
    clock.startTimer(dial, 5_001);

    const wait = transport.nextConnection({ withinMs: 5_000 });

    await expect(wait).rejects.toThrowErrorMatchingInlineSnapshot(`
      [Error: Nothing dialled within 5000 ms, after 1 dial. What happened:
             +0 ms  #1 client  dials ws://mock/
             +0 ms  #1 server  refuses the handshake]
    `);
    expect(transport.waitingCount).toBe(0);
  });

  test('rejects at once when nothing dials and no time was given', async () => {
    const { transport } = world();

    await expect(transport.nextConnection()).rejects.toThrow(/the client has not dialled/);
  });
});

describe('The faults of a mock connection', () => {
  test('openAfter accepts when the clock says so', async () => {
    const { transport, clock, dial } = world();
    const { events } = dial();
    (await transport.nextConnection()).openAfter(3_000);

    await clock.advance(2_999);
    const before = [...events];
    await clock.advance(1);

    expect(before).toEqual([]);
    expect(events).toEqual(['opened']);
  });

  test('openAfter leaves no timer when the client gives up first', async () => {
    const { transport, clock, dial } = world();
    const { socket } = dial();
    (await transport.nextConnection()).openAfter(3_000);

    socket.abandon();

    expect(clock.pendingTimers()).toEqual([]);
  });

  test('blackhole loses frames and close both ways while the socket looks open', async () => {
    const { connection, socket, events } = await openWorld();

    connection.blackhole();
    const wasTaken = socket.send('into the void');
    connection.sendRaw('lost too');
    connection.close(1000);
    socket.close(1000, '');
    await settle();

    expect(wasTaken).toBe(true);
    expect(connection.received).toEqual([]);
    expect(events).toEqual(['opened']);
    expect([connection.state, connection.isLive]).toEqual(['open', true]);
  });

  test('F10 blackhole to the client lets the server hear it, F11 to the server the other way round', async () => {
    const deafClient = await openWorld();
    const deafServer = await openWorld();

    deafClient.connection.blackhole('to-client');
    deafServer.connection.blackhole('to-server');
    for (const { connection, socket } of [deafClient, deafServer]) {
      socket.send('up');
      connection.sendRaw('down');
    }
    await settle();

    expect([deafClient.connection.received, deafClient.events]).toEqual([['up'], ['opened']]);
    expect([deafServer.connection.received, deafServer.events]).toEqual([[], ['opened', 'text down']]);
  });

  test('dropAbruptly ends a blackhole', async () => {
    const { connection, events } = await openWorld();
    connection.blackhole();

    connection.dropAbruptly();
    await settle();

    expect(events).toEqual(['opened', 'closed 1006']);
  });

  test('F15 delayClose tells the client of the end that much later', async () => {
    const { clock, connection, events } = await openWorld();
    connection.delayClose(60_000);
    connection.dropAbruptly();

    await clock.advance(59_999);
    const before = [...events];
    await clock.advance(1);

    expect(before).toEqual(['opened']);
    expect(events).toEqual(['opened', 'closed 1006']);
  });

  test('UP-45 bufferedBytes is what the test says', async () => {
    const { connection, socket } = await openWorld();

    connection.bufferedBytes = 70_000;

    expect(socket.bufferedBytes).toBe(70_000);
  });

  test('UP-04 takes a frame between the server dropping and the client hearing of it, and loses it', async () => {
    const { connection, socket } = await openWorld();

    connection.dropAbruptly();
    const wasTaken = socket.send('too late');

    expect(wasTaken).toBe(true);
    expect(connection.received).toEqual([]);
  });

  test('a call that makes no sense says so, with what happened', async () => {
    const { connection } = await openWorld();
    connection.close(4000, 'enough');

    expect(() => connection.sendRaw('{}')).toThrowErrorMatchingInlineSnapshot(`
      [Error: Cannot send on connection 1: it is closed, not open. What happened:
             +0 ms  #1 client  dials ws://mock/
             +0 ms  #1 server  accepts
             +0 ms  #1 server  closes with 4000 enough]
    `);
  });
});

describe('What a mock transport remembers', () => {
  test('C2 knows the tokens of all dials and shows none in its transcript', () => {
    const { transport, dial } = world();
    dial({ subprotocols: ['chatsocket.v1', 'bearer.c2VjcmV0LTE'] });
    dial({ url: 'ws://mock/?token=secret-2' });
    dial({ url: 'ws://mock/?connection_token=secret-3&x=1' });
    dial();

    const transcript = transport.transcript();

    expect(transport.tokens).toEqual(['secret-1', 'secret-2', 'secret-3']);
    expect(transcript).not.toMatch(/secret|c2VjcmV0/);
  });

  test('counts the sockets that the client still holds', async () => {
    const { transport, dial } = world();
    const { socket } = dial();
    dial();
    const countBefore = transport.liveCount;

    socket.abandon();
    transport.connections[1]?.rejectHandshake();
    await settle();

    expect([countBefore, transport.liveCount]).toEqual([2, 0]);
  });

  test('UP-46 works while the test framework fakes timers and microtasks, and starts none of either', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'queueMicrotask', 'Date'] });

    const { events, connection } = await openWorld();
    connection.close();
    await settle();

    expect(events).toEqual(['opened', 'closed 1000']);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});

describe('Matchers', () => {
  test('expectSent gives the first frame that holds what is named, at any depth', async () => {
    const { connection, socket } = await openWorld();
    socket.send('{"type":"ping"}');
    socket.send('{"type":"send_message","messageId":"m-1","payload":{"content":"Hello","list":[1,2]}}');

    const frame = expectSent(connection, { type: 'send_message', payload: { list: [1, 2] } });

    expect(frame['messageId']).toBe('m-1');
  });

  test('the matchers look into a batch', async () => {
    const { connection, socket } = await openWorld();
    socket.send('[{"type":"typing"},{"type":"send_message","messageId":"m-1"}]');

    expect(expectSent(connection, { type: 'send_message' })['messageId']).toBe('m-1');
    expectSentTypes(connection, ['typing', 'send_message']);
    expect(() => expectNotSent(connection, { type: 'typing' })).toThrow('1 frame(s)');
  });

  test('expectSent fails with the log of frames', async () => {
    const { connection, socket } = await openWorld();
    socket.send('{"type":"ping"}');

    expect(() => expectSent(connection, { type: 'send_message' })).toThrowErrorMatchingInlineSnapshot(`
      [Error: Wrong frames: no frame with {"type":"send_message"} arrived on connection 1. What happened:
             +0 ms  #1 client  dials ws://mock/
             +0 ms  #1 server  accepts
             +0 ms  #1 client  {"type":"ping"}]
    `);
  });

  test('expectNotSent, expectSentTypes and expectDials pass and fail', async () => {
    const { transport, connection, socket } = await openWorld();
    socket.send('{"type":"ping"}');
    socket.send('{"type":"typing"}');

    expectNotSent(connection, { type: 'send_message' });
    expectSentTypes(connection, ['typing']);
    expectSentTypes(connection, ['ping', 'typing']);
    expectDials(transport, 1);

    expect(() => expectNotSent(connection, { type: 'typing' })).toThrow(/1 frame/);
    expect(() => expectNotSent(connection)).toThrow(/2 frame/);
    expect(() => expectSentTypes(connection, ['join_conversation'])).toThrow(/received typing; expected join/);
    expect(() => expectDials(transport, 2)).toThrow(/dialled 1 times; expected 2/);
  });
});

function world() {
  const clock = manualClock();
  const transport = mockTransport({ clock });
  return { clock, transport, dial: (request: DialParts = {}) => dial(transport, request) };
}

async function openWorld() {
  const { clock, transport, dial } = world();
  const dialed = dial();
  const connection = await transport.nextConnection();
  connection.accept();
  await settle();
  return { clock, transport, connection, ...dialed };
}

interface DialParts {
  readonly url?: string;
  readonly subprotocols?: readonly string[];
}

function dial(transport: MockTransport, { url = 'ws://mock/', subprotocols = [] }: DialParts) {
  const events: string[] = [];
  const socket = transport.open(
    { url, subprotocols },
    {
      opened: () => events.push('opened'),
      received: (text) => events.push(`text ${text}`),
      receivedBinary: (sizeBytes) => events.push(`binary ${sizeBytes}`),
      closed: ({ code }) => events.push(`closed ${code}`),
    },
  );
  return { socket, events };
}
