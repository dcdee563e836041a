/** The links that are open now, and the faults that links to come will start with. */
import type { Socket } from 'node:net';
import { Link, type LinkFacts, type Silence } from './link.js';

export interface LinkSet {
  /** Pipes the two sockets into each other and keeps the link until it is over. */
  add(ends: { readonly client: Socket; readonly server: Socket; readonly key: string | null }): Link;
  /** Open links, oldest first; with `key`, those of one user. */
  links(key?: string): readonly Link[];
  facts(): readonly LinkFacts[];
  cut(key?: string): number;
  silence(silence?: Silence, key?: string): number;
  stall(durationMs: number, key?: string): number;
  /** Holds for links to come as well, until it is 0 or healed: a slow network stays slow after a reconnect. */
  delay(delayMs: number, key?: string): number;
  heal(key?: string): number;
  /** Cuts every link, also those that are added later; resolves when those of now are over. */
  close(): Promise<void>;
}

/** Every fault answers with the number of links that it hit; without a `key` it hits all. */
export function createLinkSet(): LinkSet {
  const open = new Set<Link>();
  const delays = new Map<string | null, number>();
  let lastId = 0;
  let isClosed = false;

  const select = (key?: string) => [...open].filter((link) => key === undefined || link.key === key);
  const hit = (key: string | undefined, fault: (link: Link) => void) => {
    const hits = select(key);
    for (const link of hits) fault(link);
    return hits.length;
  };
  const setDelay = (delayMs: number, key?: string) => {
    if (key === undefined) delays.clear();
    if (delayMs > 0) delays.set(key ?? null, delayMs);
    else delays.delete(key ?? null);
  };

  return {
    add({ client, server, key }) {
      lastId += 1;
      const link = new Link({ id: lastId, key, client, server });
      link.delay(delays.get(key) ?? delays.get(null) ?? 0);
      open.add(link);
      void link.over.then(() => open.delete(link));
      // A connection that was accepted in the very moment of the end.
      if (isClosed) link.cut();
      return link;
    },
    links: select,
    facts: () => select().map((link) => link.facts()),
    cut: (key) => hit(key, (link) => link.cut()),
    silence: (silence, key) => hit(key, (link) => link.silence(silence)),
    stall: (durationMs, key) => hit(key, (link) => link.stall(durationMs)),
    delay(delayMs, key) {
      setDelay(delayMs, key);
      return hit(key, (link) => link.delay(delayMs));
    },
    heal(key) {
      setDelay(0, key);
      return hit(key, (link) => link.heal());
    },
    async close() {
      isClosed = true;
      const ends = select().map((link) => {
        link.cut();
        return link.over;
      });
      await Promise.all(ends);
    },
  };
}
