/** What the application gets wrong: secrets in the wrong places, and functions of its own that throw them. */
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { ChatSocketClient, type ChatSocketOptions } from '../../src/index.js';
import { defineProtocol, envelopeProtocol } from '../../src/protocols/index.js';
import { type UseChatSocketOptions, useChatSocket } from '../../src/react/index.js';
import { indexedDbOutboxStore } from '../../src/storage/index.js';
import { QUERY, quotingError, TEXT, TOKEN } from './canary.js';
import { DIAL_PATHS } from './connection-paths.js';
import { type Path, throwing } from './path.js';

type Code = `usage/${string}`;

/** Each with a secret where something else belongs. */
const WRONG_OPTIONS: readonly Readonly<Record<string, unknown>>[] = [
  { url: `ftp://localhost/?key=${QUERY}` },
  { url: `wss://user:${encodeURIComponent(TOKEN)}@localhost/` },
  { url: `wss://localhost/#${TOKEN}` },
  { url: `ws://chat.example.com/?token=${encodeURIComponent(TOKEN)}` },
  { url: TOKEN },
  { token: TOKEN },
  { identity: { name: TOKEN } },
  { conversationId: [TOKEN] },
  { protocol: TOKEN },
  { transport: TOKEN },
  { logger: TOKEN },
  { shouldRetry: TOKEN },
  { diagnose: TOKEN },
  { allowInsecure: TOKEN },
  { reconnect: { delayFirstMs: TOKEN } },
  { heartbeat: TOKEN },
  { timeouts: { tokenMs: TOKEN } },
  { inbox: { frameBytesMax: TOKEN } },
  { outbox: { overflow: TOKEN } },
  { outbox: { store: TOKEN } },
];

/** Safe: the checks are what is tested. */
const wrong = <Value>(value: unknown) => value as Value;

function Rendered(options: UseChatSocketOptions): null {
  useChatSocket(options);
  return null;
}

export const USAGE_PATHS = {
  'usage/invalid-option': [
    ...DIAL_PATHS,
    {
      what: 'the secret is where another option belongs',
      happen: ({ attempt }) => {
        for (const options of WRONG_OPTIONS) {
          attempt(() => new ChatSocketClient(wrong<ChatSocketOptions>({ url: 'wss://localhost/', ...options })));
        }
      },
    },
    {
      what: 'the secret is where an option of a part belongs',
      happen: ({ attempt }) => {
        attempt(() => envelopeProtocol({ tokenIn: wrong(TOKEN) }));
        attempt(() => envelopeProtocol({ tokenIn: { query: `?${TOKEN}` } }));
        attempt(() => envelopeProtocol({ sendFields: wrong(TOKEN) }));
        attempt(() => defineProtocol({ ...envelopeProtocol(), capabilities: wrong(TOKEN) }));
        attempt(() => indexedDbOutboxStore({ databaseName: wrong([TOKEN]) }));
        attempt(() => indexedDbOutboxStore({ codec: wrong(TOKEN) }));
        attempt(() => indexedDbOutboxStore({ locks: wrong(TOKEN) }));
        const options: UseChatSocketOptions = { url: 'wss://localhost/', lingerMs: wrong<number>(TOKEN) };
        attempt(() => renderToString(createElement(Rendered, options)));
      },
    },
  ],
  'usage/invalid-argument': [
    {
      what: 'the secret is where an argument belongs',
      happen: ({ attempt, keep, client }) => {
        keep(client.close(wrong({ drainMs: TOKEN })));
        keep(client.close(wrong(TOKEN)));
        attempt(() => client.whenOpen(wrong({ signal: TOKEN })));
        keep(Promise.resolve().then(() => client.loadOlder(wrong({ limit: TOKEN }))));
        attempt(() => client.messages(wrong({ bufferMax: TOKEN })));
        attempt(() => client.send(wrong([TOKEN])));
        attempt(() => client.send('Hello', wrong(TOKEN)));
        attempt(() => client.send(TEXT, wrong({ ttlMs: TOKEN })));
        attempt(() => client.send('Hello', wrong({ inReplyTo: [TOKEN] })));
        attempt(() => client.send(TEXT, { metadata: { [TOKEN]: 1n } }));
        attempt(() => client.send('Hello', { metadata: { toJSON: throwing(quotingError) } }));
        attempt(() => client.conversation(TOKEN.repeat(20)));
        attempt(() => client.on('opened', wrong(TOKEN)));
        attempt(() => client.subscribe(wrong(TOKEN)));
        attempt(() => client.markRead(wrong([TOKEN])));
      },
    },
  ],
  'usage/no-conversation': [
    {
      what: 'there is no conversation to send to',
      happen: ({ attempt }) => attempt(() => new ChatSocketClient({ url: 'wss://localhost/' }).send(TOKEN)),
    },
  ],
  'usage/no-provider': [
    {
      what: 'there is no provider',
      happen: ({ attempt }) => attempt(() => renderToString(createElement(Rendered))),
    },
  ],
  'usage/disposed': [
    {
      what: 'the client was disposed of',
      happen: ({ attempt, client }) => {
        client.dispose();
        attempt(() => client.send(TOKEN));
      },
    },
  ],
  'usage/consumer-too-slow': [
    {
      what: 'a reader is too slow',
      happen: async ({ client, server, keep, breathe }) => {
        const reader = client.messages({ bufferMax: 1 })[Symbol.asyncIterator]();
        server.emit('one');
        server.emit('two');
        await breathe();
        await reader.next();
        keep(reader.next());
      },
    },
  ],
  'usage/listener-threw': [
    { what: 'a listener throws the token', before: ({ client }) => client.on('opened', throwing(quotingError)) },
    {
      what: 'a listener throws the bare token',
      before: ({ client }) =>
        client.on(
          'opened',
          throwing(() => TOKEN),
        ),
    },
    {
      what: 'a listener rejects with it',
      before: ({ client }) => client.on('opened', () => Promise.reject(quotingError())),
    },
    {
      what: 'a listener throws a URL that holds it',
      before: ({ client }) =>
        client.on(
          'opened',
          throwing(() => ({ at: new URL(`wss://localhost/?token=${encodeURIComponent(TOKEN)}`) })),
        ),
    },
    {
      what: 'a subscriber throws it once the token was used',
      before: ({ client }) =>
        client.subscribe(() => {
          if (client.snapshot.connection.status === 'open') throw quotingError();
        }),
    },
    {
      what: 'the listener of errors throws it, too',
      before: ({ client }) => {
        client.on('opened', throwing(quotingError));
        client.on('error', throwing(quotingError));
      },
    },
  ],
} as const satisfies Record<Code, readonly Path[]>;
