import { WebSocket } from 'ws';
import { webSocketTransport } from '../../src/transports/web-socket.js';
import { describeTransportContract } from './transport.contract.js';
import { startWsHarness } from './ws-harness.js';

describeTransportContract('webSocketTransport over the class of ws', () =>
  startWsHarness(webSocketTransport({ webSocket: WebSocket })),
);

// Node 22 and later have a WebSocket of their own; on Node 20 there is no such harness.
if (typeof globalThis.WebSocket === 'function') {
  describeTransportContract("webSocketTransport over the platform's own class", () =>
    startWsHarness(webSocketTransport()),
  );
}
