/** What every transport does, whatever it is made of. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dial, dialAndAccept, nextMacrotask, type TransportHarness } from './transport-harness.js';

const LOST = { code: 1006, reason: '', wasClean: false };
/** Longer than anything here waits by itself, so that what is waited for says what did not come. */
const TIMEOUT_MS = 12_000;
const TOKENLIKE = ['chatsocket.v1', 'bearer.c2VjcmV0'];

export function describeTransportContract(name: string, start: () => Promise<TransportHarness>): void {
  describe(`Transport contract: ${name}`, { timeout: TIMEOUT_MS }, () => {
    let harness: TransportHarness;
    beforeEach(async () => {
      harness = await start();
    });
    afterEach(() => harness.dispose());

    describeOpening(() => harness);
    describeFrames(() => harness);
    describeEnding(() => harness);
    describeAbandoning(() => harness);
  });
}

function describeOpening(harness: () => TransportHarness): void {
  test('tells of the opening once the server has accepted, and not before', async () => {
    const dialed = dial(harness());
    const peer = await harness().nextPeer();
    const before = [...dialed.events];

    peer.accept();
    await dialed.until(1);

    expect(before).toEqual([]);
    expect(dialed.events).toEqual([{ type: 'opened' }]);
  });

  test('offers the subprotocols in their order and opens when the server echoes one', async () => {
    const dialed = dial(harness(), { subprotocols: TOKENLIKE });
    const peer = await harness().nextPeer();

    peer.accept('chatsocket.v1');

    expect(await dialed.until(1)).toEqual([{ type: 'opened' }]);
    expect(peer.subprotocols).toEqual(TOKENLIKE);
  });

  test('UP-43 never opens when the server echoes none of the subprotocols that were offered', async () => {
    const dialed = dial(harness(), { subprotocols: TOKENLIKE });
    const peer = await harness().nextPeer();

    peer.accept(null);

    expect(await dialed.until(1)).toEqual([{ type: 'closed', close: LOST }]);
  });

  test('UP-09 reports a refused handshake as one close with code 1006 and never opens', async () => {
    const dialed = dial(harness());
    const peer = await harness().nextPeer();

    peer.reject();
    await dialed.until(1);
    await nextMacrotask();

    expect(dialed.events).toEqual([{ type: 'closed', close: LOST }]);
  });

  test('reports a connection that is cut during the handshake as code 1006', async () => {
    const dialed = dial(harness());
    const peer = await harness().nextPeer();

    peer.drop();

    expect(await dialed.until(1)).toEqual([{ type: 'closed', close: LOST }]);
  });

  test('tells nothing while the server leaves the handshake unanswered', async () => {
    const dialed = dial(harness());
    await harness().nextPeer();

    await nextMacrotask();

    expect(dialed.events).toEqual([]);
    expect(dialed.socket.send('too early')).toBe(false);
    dialed.socket.abandon();
  });
}

function describeFrames(harness: () => TransportHarness): void {
  test('carries text both ways, in order and unchanged', async () => {
    const { dialed, peer } = await dialAndAccept(harness());

    const wasTaken = [dialed.socket.send('one'), dialed.socket.send('zwei ü 😀')];
    peer.send('{"a":1}');
    peer.send('');

    expect(wasTaken).toEqual([true, true]);
    expect([await peer.nextText(), await peer.nextText()]).toEqual(['one', 'zwei ü 😀']);
    expect((await dialed.until(3)).slice(1)).toEqual([
      { type: 'received', text: '{"a":1}' },
      { type: 'received', text: '' },
    ]);
  });

  test('tells of a binary frame by its size and goes on', async () => {
    const { dialed, peer } = await dialAndAccept(harness());

    peer.sendBinary(new Uint8Array(7));
    peer.send('text');

    expect((await dialed.until(3)).slice(1)).toEqual([
      { type: 'received-binary', sizeBytes: 7 },
      { type: 'received', text: 'text' },
    ]);
  });

  test('counts no buffered bytes on an idle connection', async () => {
    const { dialed } = await dialAndAccept(harness());

    const { bufferedBytes } = dialed.socket;

    expect(bufferedBytes).toBe(0);
  });

  test('refuses to send after the end', async () => {
    const { dialed, peer } = await dialAndAccept(harness());

    peer.close(1000, '');
    await dialed.until(2);

    expect(dialed.socket.send('too late')).toBe(false);
  });
}

function describeEnding(harness: () => TransportHarness): void {
  test.each([
    [1000, 'bye'],
    [1001, ''],
    [1012, 'restart'],
    [4401, 'token expired'],
  ])('passes on the code %i and the reason of a close by the server', async (code, reason) => {
    const { dialed, peer } = await dialAndAccept(harness());

    peer.close(code, reason);

    expect((await dialed.until(2))[1]).toEqual({ type: 'closed', close: { code, reason, wasClean: true } });
  });

  test('reports an abrupt loss as code 1006, not clean', async () => {
    const { dialed, peer } = await dialAndAccept(harness());

    peer.drop();

    expect((await dialed.until(2))[1]).toEqual({ type: 'closed', close: LOST });
  });

  test('closes from this side with the code and reason given', async () => {
    const { dialed, peer } = await dialAndAccept(harness());

    dialed.socket.close(4000, 'done');

    expect(await peer.ended()).toEqual({ code: 4000, reason: 'done' });
    expect((await dialed.until(2))[1]).toMatchObject({ type: 'closed', close: { code: 4000, wasClean: true } });
  });

  test.each([1001, 1005, 1006, 2999, 5000, Number.NaN])('sends 1000 where code %i may not be sent', async (code) => {
    const { dialed, peer } = await dialAndAccept(harness());

    dialed.socket.close(code, '');

    expect(await peer.ended()).toEqual({ code: 1000, reason: '' });
  });

  test('cuts a long reason between two characters at 123 bytes', async () => {
    const { dialed, peer } = await dialAndAccept(harness());

    dialed.socket.close(4000, `x${'😀'.repeat(40)}`);

    expect(await peer.ended()).toEqual({ code: 4000, reason: `x${'😀'.repeat(30)}` });
  });

  test('F22 tells of one end, however often and from both sides it is closed', async () => {
    const { dialed, peer } = await dialAndAccept(harness());

    dialed.socket.close(1000, '');
    dialed.socket.close(4000, 'again');
    peer.close(1000, '');
    await dialed.until(2);
    dialed.socket.close(1000, '');
    peer.drop();
    await nextMacrotask();

    expect(dialed.events.map((event) => event.type)).toEqual(['opened', 'closed']);
  });

  test('F22 closing before the handshake is over ends in code 1006 without an opening', async () => {
    const dialed = dial(harness());

    dialed.socket.close(1000, '');
    const immediately = [...dialed.events];

    expect(immediately).toEqual([]);
    expect(await dialed.until(1)).toEqual([{ type: 'closed', close: LOST }]);
  });
}

function describeAbandoning(harness: () => TransportHarness): void {
  test('tells nothing after an open socket was abandoned, and frees the server', async () => {
    const { dialed, peer } = await dialAndAccept(harness());

    dialed.socket.abandon();
    peer.send('late');
    await peer.ended();
    await nextMacrotask();

    expect(dialed.events).toEqual([{ type: 'opened' }]);
    expect(dialed.socket.send('late')).toBe(false);
  });

  test('tells nothing after a socket was abandoned during its handshake', async () => {
    const dialed = dial(harness());
    const peer = await harness().nextPeer();

    dialed.socket.abandon();
    await peer.ended();
    await nextMacrotask();

    expect(dialed.events).toEqual([]);
  });

  test('does nothing when an abandoned socket is closed or abandoned again', async () => {
    const { dialed } = await dialAndAccept(harness());

    dialed.socket.abandon();
    dialed.socket.abandon();
    dialed.socket.close(1000, '');
    await nextMacrotask();

    expect(dialed.events).toEqual([{ type: 'opened' }]);
  });

  test('UP-44 survives a hundred dials that are abandoned in the same tick', async () => {
    const dials = Array.from({ length: 100 }, () => dial(harness()));

    for (const { socket } of dials) socket.abandon();
    await nextMacrotask();
    const { dialed } = await dialAndAccept(harness(), ['the-last']);

    expect(dials.flatMap(({ events }) => events)).toEqual([]);
    expect(dialed.events).toEqual([{ type: 'opened' }]);
  });
}
