import { webSocketTransport } from '../../src/transports/web-socket.js';
import { describeTransportContract } from '../contract/transport.contract.js';
import type { Peer, TransportHarness } from '../contract/transport-harness.js';
import { Stage } from './stage/stage.js';

describeTransportContract("webSocketTransport over the browser's own class", startBrowserHarness);

/** The transport runs in this page, its server in Node. */
async function startBrowserHarness(): Promise<TransportHarness> {
  const stage = await Stage.open();
  return {
    transport: webSocketTransport(),
    url: await stage.ask('startPeerServer'),
    nextPeer: async () => toPeer(stage, await stage.ask('nextPeer')),
    dispose: () => stage.close(),
  };
}

function toPeer(stage: Stage, { id, subprotocols }: { id: number; subprotocols: readonly string[] }): Peer {
  return {
    subprotocols,
    accept: (subprotocol) => stage.tell('acceptPeer', id, subprotocol === undefined ? {} : { subprotocol }),
    reject: () => stage.tell('rejectPeer', id),
    send: (text) => stage.tell('sendText', id, text),
    sendBinary: (bytes) => stage.tell('sendBinary', id, bytes.byteLength),
    close: (code, reason) => stage.tell('closePeer', id, code, reason),
    drop: () => stage.tell('dropPeer', id),
    nextText: () => stage.ask('nextText', id),
    ended: () => stage.ask('endOf', id),
  };
}
