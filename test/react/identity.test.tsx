// @vitest-environment jsdom
import { act, renderHook } from '@testing-library/react';
import { type OwnClientOptions, useChatSocket } from 'chatsocket/react';
import { expect, test } from 'vitest';
import { envelopeProtocol } from '../../src/protocols/index.js';
import { mockServer, mockTransport } from '../../src/testing/index.js';
import { createBench, watchReact } from './bench.js';

watchReact();

function renderWith(initialProps: OwnClientOptions) {
  return renderHook((props: OwnClientOptions) => useChatSocket(props), { initialProps });
}

test('UP-49 fifty renders with fresh inline options dial once, and the newest functions are called', async () => {
  const { options, transport, server, advance, settle } = createBench();
  const called: string[] = [];
  const renderAt = (render: number): OwnClientOptions & { on: object } => ({
    ...options,
    url: () => {
      called.push(`url ${render}`);
      return 'ws://localhost/';
    },
    token: () => {
      called.push(`token ${render}`);
      return 'token';
    },
    shouldRetry: () => {
      called.push(`shouldRetry ${render}`);
      return true;
    },
    logger: (level) => called.push(`logger ${level} ${render}`),
    reconnect: { delayFirstMs: 10 },
    heartbeat: { intervalMs: 30_000 },
    on: { 'message-received': () => called.push(`on ${render}`) },
  });
  const { rerender } = renderWith(renderAt(0));
  await settle();

  for (let render = 1; render <= 50; render += 1) rerender(renderAt(render));
  await settle();
  const dialsBefore = transport.connections.length;
  called.length = 0;
  await act(async () => void server.emit('Hello'));
  await act(async () => server.connection.close(4_999));
  await advance(1_000);

  expect(dialsBefore).toBe(1);
  expect(transport.connections).toHaveLength(2);
  expect(called).toEqual(expect.arrayContaining(['on 50', 'shouldRetry 50', 'token 50', 'url 50']));
  expect(called.filter((call) => !call.endsWith(' 50'))).toEqual([]);
});

test('UP-49 functions that come or go are followed too', async () => {
  const { options, server, advance, settle } = createBench();
  const told: string[] = [];
  const { rerender } = renderHook((props: Parameters<typeof useChatSocket>[0]) => useChatSocket(props), {
    initialProps: options as Parameters<typeof useChatSocket>[0],
  });
  await settle();
  rerender({ ...options, on: { 'message-received': ({ message }) => told.push(message.content) } });
  await act(async () => void server.emit('first'));

  rerender({ ...options, on: { 'typing-changed': ({ typing }) => told.push(`${typing.length} typing`) } });
  await act(async () => void server.emit('second'));
  await act(async () => server.setTyping(true));
  rerender(options);
  await advance(10_000);

  expect(told).toEqual(['first', '1 typing']);
});

test('UP-49 a render that React throws away leaves the functions of the one on show', async () => {
  const { options, transport, advance, settle } = createBench();
  const asked: string[] = [];
  const { rerender, result } = renderHook(
    ({ name, isBroken }) => {
      const state = useChatSocket({
        ...options,
        token: () => {
          asked.push(name);
          return 'token';
        },
      });
      if (isBroken) throw new Error('Broken.');
      return state;
    },
    { initialProps: { name: 'shown', isBroken: false } },
  );
  await settle();
  const { client } = result.current;

  expect(() => rerender({ name: 'thrown away', isBroken: true })).toThrow('Broken.');
  client.reconnect();
  await advance(500);

  expect(asked.at(-1)).toBe('shown');
  expect(transport.connections.length).toBeGreaterThan(1);
});

test.each<[string, (options: OwnClientOptions) => Partial<OwnClientOptions>]>([
  ['url', () => ({ url: 'ws://localhost/other' })],
  ['identity', () => ({ identity: 'somebody else' })],
  ['protocol', () => ({ protocol: envelopeProtocol() })],
])('UP-49 another %s is another connection, and the old one ends at once', async (_name, change) => {
  const { options, transport, server, advance, settle, assertClean } = createBench();
  const { result, rerender, unmount } = renderWith(options);
  await settle();
  server.emit('of the old connection');
  await advance(100);
  const before = result.current;

  rerender({ ...options, ...change(options) });
  const messagesAtOnce = result.current.messages;
  await settle();

  expect(before.messages).toHaveLength(1);
  expect(messagesAtOnce).toEqual([]);
  expect(result.current.client).not.toBe(before.client);
  expect(transport.connections.map(({ state }) => state)).toEqual(['closed', 'open']);
  unmount();
  await advance(10_000);
  await assertClean();
});

test('UP-49 another transport is another connection', async () => {
  const { options, transport, clock, settle } = createBench();
  const other = mockTransport({ clock });
  mockServer({ transport: other, mode: 'auto', clock });
  const { rerender } = renderWith(options);
  await settle();

  rerender({ ...options, transport: other });
  await settle();

  expect([transport.liveCount, other.liveCount]).toEqual([0, 1]);
});

test('UP-49 another conversation keeps the connection, and what was sent in the old one still arrives', async () => {
  const { options, transport, server, advance, settle } = createBench();
  const { result, rerender } = renderWith({ ...options, conversationId: 'red' });
  await settle();
  const { send } = result.current;

  act(() => void send('to red'));
  rerender({ ...options, conversationId: 'blue' });
  await settle();
  act(() => void result.current.send('to blue'));
  act(() => void send('to red again'));
  await advance(1_000);

  expect(transport.connections).toHaveLength(1);
  expect(result.current.messages.map(({ content }) => content)).toEqual(['to blue']);
  expect(server.logOf('red').map(({ content }) => content)).toEqual(['to red', 'to red again']);
  expect(server.logOf('blue').map(({ content }) => content)).toEqual(['to blue']);
});

test('UP-49 where a connection carries one conversation, another one is another connection', async () => {
  const { options, transport, settle } = createBench();
  const many = envelopeProtocol();
  const protocol = { ...many, capabilities: { ...many.capabilities, manyConversations: false } };
  const { rerender } = renderWith({ ...options, protocol, conversationId: 'red' });
  await settle();

  rerender({ ...options, protocol, conversationId: 'blue' });
  await settle();

  expect(transport.connections.map(({ state }) => state)).toEqual(['closed', 'open']);
});

test('UP-49 no conversation any more shows none', async () => {
  const { options, server, advance, settle } = createBench();
  const { conversationId: _, ...none } = options;
  const { result, rerender } = renderWith(options);
  await settle();
  server.emit('Hello');
  await advance(100);
  const messagesBefore = result.current.messages;

  rerender(none);
  await settle();

  expect(messagesBefore).toHaveLength(1);
  expect(result.current.messages).toEqual([]);
  expect(result.current.connection.status).toBe('open');
});

test('UP-49 an option that is another one in every render is refused with the way out', () => {
  const { options, transport } = createBench();
  const rendered = () => renderHook(() => useChatSocket({ ...options, protocol: envelopeProtocol() })).rerender();

  expect(rendered).toThrowErrorMatchingInlineSnapshot(
    `[ChatSocketError: Cannot use the option protocol: it changes in every render. Make it outside of the component.]`,
  );
  expect(transport.connections).toHaveLength(0);
});

test('UP-49 options that cannot be used are told by the render', () => {
  const { options } = createBench();

  expect(() => renderWith({ ...options, lingerMs: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[ChatSocketError: Cannot use the option lingerMs: -1 is no number from 0 to 600000.]`,
  );
  expect(() => renderWith({ ...options, url: 'http//' })).toThrow('Cannot use the option url');
  // A wrong type that only JavaScript lets through.
  expect(() => renderWith({ ...options, logger: 'loud' as never })).toThrow('Cannot use the option logger');
});
