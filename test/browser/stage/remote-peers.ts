/** The server half of the transport contract in Node, done as a page says. */
import type { Peer, PeerServer } from '../../contract/transport-harness.js';
import { startPeerServer } from '../../contract/ws-harness.js';
import type { PeerCalls } from './stage-calls.js';

export class RemotePeers implements PeerCalls {
  readonly #peers: Peer[] = [];
  #server: PeerServer | null = null;

  async startPeerServer(): Promise<string> {
    this.#server = await startPeerServer();
    return this.#server.url;
  }

  async nextPeer() {
    if (this.#server === null) throw new Error('startPeerServer() comes first.');
    const peer = await this.#server.nextPeer();
    this.#peers.push(peer);
    return { id: this.#peers.length - 1, subprotocols: peer.subprotocols };
  }

  acceptPeer(id: number, { subprotocol }: { readonly subprotocol?: string | null }): void {
    this.#peer(id).accept(subprotocol);
  }

  rejectPeer(id: number): void {
    this.#peer(id).reject();
  }

  sendText(id: number, text: string): void {
    this.#peer(id).send(text);
  }

  sendBinary(id: number, sizeBytes: number): void {
    this.#peer(id).sendBinary(new Uint8Array(sizeBytes));
  }

  closePeer(id: number, code: number, reason: string): void {
    this.#peer(id).close(code, reason);
  }

  dropPeer(id: number): void {
    this.#peer(id).drop();
  }

  nextText(id: number): Promise<string> {
    return this.#peer(id).nextText();
  }

  endOf(id: number) {
    return this.#peer(id).ended();
  }

  async dispose(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    await server?.dispose();
  }

  #peer(id: number): Peer {
    const peer = this.#peers[id];
    if (peer === undefined) throw new Error(`There is no peer ${id}.`);
    return peer;
  }
}
