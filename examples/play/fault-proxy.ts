/** A TCP proxy on the loopback whose links can be cut, silenced, stalled and slowed. */
import { connect, createServer, type Socket } from 'node:net';
import type { Link, Silence } from './link.js';
import { createLinkSet } from './link-set.js';
import { listenOnLoopback } from './listen.js';
import { resetSocket } from './reset-socket.js';

export interface FaultProxy {
  readonly port: number;
  /** Open links, oldest first. */
  links(): readonly Link[];
  /** Hears of every new link before its first byte; the returned function stops that. */
  onLink(listener: (link: Link) => void): () => void;
  cut(): number;
  silence(silence?: Silence): number;
  stall(durationMs: number): number;
  delay(delayMs: number): number;
  heal(): number;
  /** New connections are reset at once while this is on; open links stay. */
  refuseNew(isOn: boolean): void;
  /** Stops listening and cuts every link; resolves when nothing is left. */
  close(): Promise<void>;
}

/** `targetPort` is on the loopback too. A target that is down costs its client a reset and the proxy nothing. */
export async function startFaultProxy({ targetPort }: { readonly targetPort: number }): Promise<FaultProxy> {
  const set = createLinkSet();
  const listeners = new Set<(link: Link) => void>();
  let isRefusing = false;

  const accept = (client: Socket) => {
    client.on('error', () => undefined);
    if (isRefusing) {
      resetSocket(client);
      return;
    }
    const server = connect({ host: '127.0.0.1', port: targetPort, allowHalfOpen: true });
    const link = set.add({ client, server, key: null });
    for (const listener of listeners) listener(link);
  };
  const listening = createServer({ allowHalfOpen: true }, accept);
  const port = await listenOnLoopback(listening, 0);

  return {
    port,
    links: () => set.links(),
    onLink(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    cut: () => set.cut(),
    silence: (silence) => set.silence(silence),
    stall: (durationMs) => set.stall(durationMs),
    delay: (delayMs) => set.delay(delayMs),
    heal: () => set.heal(),
    refuseNew(isOn) {
      isRefusing = isOn;
    },
    async close() {
      const closed = new Promise<void>((resolve) => listening.close(() => resolve()));
      await set.close();
      await closed;
    },
  };
}
