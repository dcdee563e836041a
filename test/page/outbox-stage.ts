/** A chat server whose log can be read, and a page with an outbox on the disk. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createChatServer } from '../../examples/server/shell/chat-server.js';
import { memoryLogStore } from '../../examples/server/store/memory-log-store.js';
import { bundlePage } from '../support/bundle-page.js';
import type { OutboxTask } from './outbox-task.js';

const DEADLINE_MS = 30_000;
const ROOM = 'lobby';
const SHELL = '<!doctype html><title>Outbox</title><script src="/page.js" defer></script>';

export interface OutboxStage {
  /** Where a page does this task. */
  addressOf(task: Omit<OutboxTask, 'url'>): string;
  /** Resolves once a page has told this; the page goes on when `answer` is called. */
  untilTold(what: string): Promise<{ readonly answer: () => void }>;
  /** Resolves once the server has stored all of these. */
  untilStored(texts: readonly string[]): Promise<void>;
  /** Every text in the log of the server, in its order. */
  storedTexts(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function setOutboxStage(): Promise<OutboxStage> {
  const script = await bundlePage({ entry: fileURLToPath(new URL('./outbox-page.ts', import.meta.url)) });
  const told: { readonly what: string; readonly answer: () => void }[] = [];
  const changes = new Set<() => void>();
  const change = () => {
    for (const look of changes) look();
  };
  const pages = createServer((request, response) => serve(request, response));
  pages.listen(0, '127.0.0.1');
  await once(pages, 'listening');
  // A server that listens on a port has an AddressInfo, never a pipe's name.
  const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  const store = memoryLogStore();
  const chat = await createChatServer({
    secret: 'a secret for one test run',
    origins: [origin],
    isSecure: false,
    tokensPerMinute: 10_000,
    store: {
      ...store,
      async write(writes) {
        await store.write(writes);
        change();
      },
    },
  });
  const url = `ws://127.0.0.1:${chat.address.port}/ws`;

  function serve({ url: path = '/', method }: IncomingMessage, response: ServerResponse): void {
    if (method === 'POST') {
      told.push({ what: path.slice('/told/'.length), answer: () => response.writeHead(204).end() });
      change();
    } else if (path === '/token') {
      response.writeHead(200).end(chat.issueToken({ id: 'ada', name: 'Ada' }));
    } else {
      const isScript = path === '/page.js';
      response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
      response.end(isScript ? script : SHELL);
    }
  }

  async function storedTexts(): Promise<readonly string[]> {
    const span = { conversationId: ROOM, after: 0, before: Number.MAX_SAFE_INTEGER, limit: 10_000 };
    return (await store.readPage(span)).flatMap((entry) => ('content' in entry ? entry.content : []));
  }

  function until<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => end(() => reject(new Error(`Waited ${DEADLINE_MS} ms for ${what}.`))),
        DEADLINE_MS,
      );
      const end = (settle: () => void) => {
        clearTimeout(timer);
        changes.delete(check);
        settle();
      };
      const check = () => {
        look().then((found) => {
          if (found !== undefined) end(() => resolve(found));
        }, reject);
      };
      changes.add(check);
      check();
    });
  }

  return {
    addressOf: (task) => `${origin}/#${encodeURIComponent(JSON.stringify({ url, ...task }))}`,
    untilTold: (what) =>
      until(`a page that tells “${what}”`, async () => {
        const index = told.findIndex((one) => one.what === what);
        return index === -1 ? undefined : told.splice(index, 1)[0];
      }),
    untilStored: (texts) =>
      until(`${texts.length} messages in the log`, async () => {
        const stored = await storedTexts();
        return texts.every((text) => stored.includes(text)) ? true : undefined;
      }).then(() => undefined),
    storedTexts,
    async close() {
      await chat.close();
      pages.closeAllConnections();
      await new Promise((resolve) => pages.close(resolve));
    },
  };
}
