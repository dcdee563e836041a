/** What goes wrong with messages, their store and what the server says. Whoever can quote the token does. */
import type { OutboxRows, OutboxStore } from '../../src/ports/outbox-store.js';
import { QUOTE, quotingError, TEXT, TOKEN } from './canary.js';
import { type Path, throwing } from './path.js';
import type { Scene } from './scene.js';
import { THREAD_PATHS } from './thread-paths.js';

type Code = `delivery/${string}` | `storage/${string}` | `protocol/${string}`;

const LONG = TEXT.repeat(4_000);

function send({ client, keep }: Scene, content = TEXT): string {
  const { id, acked, persisted } = client.send(content);
  keep(acked);
  keep(persisted);
  return id;
}

/** A store of somebody else's, with something wrong in it. */
function storeWith(faults: Partial<OutboxRows>, open: OutboxStore['open'] = async () => rowsWith(faults)): OutboxStore {
  return { name: 'faulty', isDurable: true, open };
}

function rowsWith(faults: Partial<OutboxRows>): OutboxRows {
  const nothing = () => undefined;
  return { put: nothing, remove: nothing, wipe: nothing, close: nothing, ...faults };
}

const reject = () => Promise.reject(quotingError());

export const MESSAGE_PATHS = {
  'delivery/empty': [
    { what: 'there is nothing to say', happen: ({ attempt, client }) => attempt(() => client.send(' ')) },
  ],
  'delivery/too-long': [
    { what: 'there is too much to say', happen: ({ attempt, client }) => attempt(() => client.send(LONG)) },
  ],
  'delivery/outbox-full': [
    {
      what: 'the outbox is full',
      client: { outbox: { messagesMax: 1 } },
      before: (scene) => {
        send(scene);
        scene.attempt(() => send(scene));
      },
    },
  ],
  'delivery/refused': [
    {
      what: 'the server refuses with the token for a code',
      server: { mode: 'manual' },
      happen: async (scene) => {
        scene.server.ready();
        await scene.breathe();
        const messageId = send(scene);
        await scene.breathe();
        scene.server.sendFrame({ type: 'error', payload: { code: TOKEN, message: `${QUOTE} ${TEXT}`, messageId } });
      },
    },
    {
      what: 'the server refuses with a code that is too long',
      server: { mode: 'manual' },
      happen: async (scene) => {
        scene.server.ready();
        await scene.breathe();
        const messageId = send(scene);
        await scene.breathe();
        const code = `${'_'.repeat(50)}${TOKEN}`;
        scene.server.sendFrame({ type: 'error', payload: { code, message: QUOTE, messageId } });
      },
    },
    ...THREAD_PATHS['delivery/refused'],
  ],
  'delivery/wrong-conversation': [
    {
      what: 'the server took the message elsewhere, and says the token beside it',
      server: { mode: 'manual' },
      happen: async (scene) => {
        scene.server.ready();
        await scene.breathe();
        const messageId = send(scene);
        await scene.breathe();
        const payload = { code: 'WRONG_CONVERSATION', message: `${QUOTE} ${TEXT}`, messageId };
        scene.server.sendFrame({ type: 'error', payload });
      },
    },
    ...THREAD_PATHS['delivery/wrong-conversation'],
  ],
  'delivery/too-big': [
    {
      what: 'a frame is too big',
      server: { mode: 'manual' },
      happen: async (scene) => {
        scene.server.ready();
        await scene.breathe();
        send(scene);
        await scene.breathe();
        scene.server.connection.close(1009, QUOTE);
      },
    },
  ],
  'delivery/expired': [
    {
      what: 'its time runs out',
      before: ({ client, keep }) => keep(client.send(TEXT, { ttlMs: 1 }).acked),
      happen: ({ clock }) => clock.advance(10),
      client: { token: () => new Promise(() => {}) },
    },
  ],
  'delivery/evicted': [
    {
      what: 'it gives way',
      client: { outbox: { messagesMax: 1, overflow: 'drop-oldest' } },
      before: (scene) => {
        send(scene);
        send(scene);
      },
    },
  ],
  'delivery/poison': [
    {
      what: 'the server ends whenever it comes, with the token as its reason',
      client: { reconnect: { delayFirstMs: 0, dialsPerMinuteMax: 60 } },
      before: ({ server, transport }) => {
        transport.onConnection((connection) => {
          server.ignore('send_message', 9);
          connection.onFrame((frame) => frame.includes('Poison') && connection.close(1011, QUOTE));
        });
      },
      happen: async (scene) => {
        send(scene, `Poison ${TEXT}`);
        for (let round = 0; round < 4; round += 1) await scene.pass(20_000);
      },
    },
  ],
  'delivery/cancelled': [
    {
      what: 'it is cancelled',
      before: ({ client, keep }) => {
        const outgoing = client.send(TEXT);
        keep(outgoing.acked);
        outgoing.cancel();
      },
    },
    {
      what: 'its signal is aborted with the token',
      before: ({ client, keep, attempt }) => {
        const abort = new AbortController();
        keep(client.send(TEXT, { signal: abort.signal }).acked);
        abort.abort(quotingError());
        attempt(() => client.send(TEXT, { signal: abort.signal }));
      },
    },
  ],
  'delivery/closed': [
    {
      what: 'the client is closed over it',
      before: (scene) => {
        send(scene);
        scene.keep(scene.client.close());
      },
    },
  ],
  'delivery/cleared': [
    {
      what: 'the outbox is cleared',
      before: (scene) => {
        send(scene);
        scene.client.outbox.clear();
      },
    },
    {
      what: 'the user logs out',
      server: { mode: 'manual' },
      happen: async (scene) => {
        send(scene);
        scene.keep(scene.client.logout());
        await scene.breathe();
      },
    },
  ],
  'storage/unavailable': [
    {
      what: 'the store cannot be opened',
      client: { outbox: { store: storeWith({}, reject) } },
      happen: (scene) => send(scene),
    },
    {
      what: 'the store throws at once',
      client: { outbox: { store: storeWith({}, throwing(quotingError)) } },
      happen: (scene) => send(scene),
    },
    {
      what: 'the store has no room',
      client: { outbox: { store: storeWith({ put: reject }) } },
      happen: (scene) => send(scene),
    },
    {
      what: 'the store throws the bare token',
      client: { outbox: { store: storeWith({ put: throwing(() => TOKEN) }) } },
      happen: (scene) => send(scene),
    },
    {
      what: 'the store breaks down for good',
      client: {
        outbox: {
          store: storeWith({}, async ({ events }) => rowsWith({ put: async () => events.failed(quotingError()) })),
        },
      },
      happen: (scene) => send(scene),
    },
    {
      what: 'the store cannot be erased',
      client: { outbox: { store: storeWith({ wipe: reject }) } },
      happen: (scene) => {
        send(scene);
        scene.keep(scene.client.logout());
      },
    },
  ],
  'storage/row-set-aside': [
    {
      what: 'rows cannot be read',
      client: {
        outbox: {
          store: storeWith({}, async ({ events }) => {
            events.setAside(3);
            return rowsWith({});
          }),
        },
      },
      happen: (scene) => send(scene),
    },
  ],
  'protocol/refused': [
    {
      what: 'the server has an error of its own, with the token for a code',
      happen: ({ server }) => server.sendFrame({ type: 'error', payload: { code: TOKEN, message: QUOTE } }),
    },
    {
      what: 'a page is refused with the token for a code',
      happen: async ({ server, client, keep, breathe }) => {
        server.ignore('load_history');
        keep(client.loadOlder());
        await breathe();
        const payload = { code: `E ${TOKEN}`, message: QUOTE, messageId: 'conversation-1' };
        server.sendFrame({ type: 'error', payload });
      },
    },
  ],
  'protocol/answer-too-long': [
    {
      what: 'an answer outgrows what is kept',
      happen: ({ server }) => {
        const stream = server.startStream();
        for (let count = 0; count < 5; count += 1) stream.write(LONG);
      },
    },
  ],
  'protocol/unsupported': [
    {
      what: 'the protocol has no pages',
      adapt: (protocol) => ({
        ...protocol,
        encode: (frame, terms) => (frame.type === 'load-history' ? null : protocol.encode(frame, terms)),
      }),
      before: ({ server }) => {
        for (let count = 0; count < 150; count += 1) server.emit(TEXT);
      },
      happen: ({ client, keep }) => keep(client.loadOlder()),
    },
  ],
} as const satisfies Record<Code, readonly Path[]>;

export const OTHER_MESSAGE_PATHS: readonly Path[] = [
  { what: 'a message is sent and stored', happen: (scene) => send(scene) },
  {
    what: 'frames that nobody can read hold the token',
    happen: ({ server }) => {
      for (let count = 0; count < 20; count += 1) server.connection.sendRaw(`{"${TEXT}": ${QUOTE}`);
    },
  },
  {
    what: 'frames that nobody knows are named by it',
    happen: ({ server }) => server.sendFrame({ type: TOKEN, payload: { token: TOKEN } }),
  },
  {
    what: 'a greeting fails because a frame quotes it',
    happen: ({ server, transport }) => {
      transport.onConnection((connection) => {
        connection.sendRaw(JSON.stringify({ type: 'error', payload: { code: 'NO_TOKEN', message: QUOTE } }));
        connection.close(1008, QUOTE);
      });
      server.connection.dropAbruptly();
    },
  },
];
