import { mockTransport } from '../../src/testing/mock-transport.js';
import type { MockConnection } from '../../src/testing/network/mock-connection.js';
import { describeTransportContract } from './transport.contract.js';
import { Inbox, type Peer, type TransportHarness } from './transport-harness.js';

describeTransportContract('mockTransport', async () => startMockHarness());

function startMockHarness(): TransportHarness {
  const transport = mockTransport();
  const peers = new Inbox<Peer>('dials that reached the server');
  transport.onConnection((connection) => peers.push(toPeer(connection)));
  return { transport, url: 'ws://mock/', nextPeer: () => peers.next(), dispose: async () => {} };
}

function toPeer(connection: MockConnection): Peer {
  const texts = new Inbox<string>('text frames from the client');
  const ends = new Inbox<{ code: number; reason: string }>('ends of the connection');
  connection.onFrame((text) => texts.push(text));
  connection.onEnd((end) => ends.push(end));
  return {
    subprotocols: connection.subprotocols,
    accept: (subprotocol) => connection.accept(subprotocol === undefined ? {} : { subprotocol }),
    reject: () => (connection.state === 'closed' ? undefined : connection.rejectHandshake()),
    send: (text) => ifOpen(connection, () => connection.sendRaw(text)),
    sendBinary: (bytes) => connection.sendBinary(bytes.byteLength),
    close: (code, reason) => ifOpen(connection, () => connection.close(code, reason)),
    drop: () => (connection.state === 'closed' ? undefined : connection.dropAbruptly()),
    nextText: () => texts.next(),
    ended: () => ends.next(),
  };
}

/** A real server's send and close do nothing on a closed socket; the mock's say that the test is wrong. */
function ifOpen(connection: MockConnection, action: () => void): void {
  if (connection.state === 'open') action();
}
