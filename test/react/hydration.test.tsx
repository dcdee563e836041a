// @vitest-environment jsdom
import { act, render } from '@testing-library/react';
import { useChatSelector, useChatSocket } from 'chatsocket/react';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import type { ChatSocketClient } from '../../src/index.js';
import { createBench, watchReact } from './bench.js';

watchReact();

function Page({ client }: { readonly client: ChatSocketClient }) {
  const { messages, connection } = useChatSocket({ client });
  const typing = useChatSelector((snapshot) => snapshot.typing.length, Object.is, { client });
  return <p>{[connection.status, typing, ...messages.map(({ content }) => content)].join(' ')}</p>;
}

function serverPage(client: ChatSocketClient): HTMLElement {
  const container = document.createElement('div');
  document.body.append(container);
  container.innerHTML = renderToString(<Page client={client} />);
  return container;
}

test('UP-51 taking over a page of the server warns of nothing, also with a client that has much to show', async () => {
  const { makeClient, server, advance, settle, transport } = createBench();
  const client = makeClient();
  client.connect();
  await settle();
  server.emit('Hello');
  server.setTyping(true);
  await advance(100);
  const container = serverPage(client);
  const fromServer = container.textContent;
  const recovered: unknown[] = [];

  render(<Page client={client} />, { container, hydrate: true, onRecoverableError: (error) => recovered.push(error) });

  expect(fromServer).toBe('closed 0');
  expect(container.textContent).toBe('open 1 Hello');
  expect(recovered).toEqual([]);
  expect(transport.connections).toHaveLength(1);
  act(() => client.dispose());
});

test('UP-51 a page that was taken over goes on like any other', async () => {
  const { makeClient, server, advance, settle } = createBench();
  const client = makeClient();
  const container = serverPage(client);

  render(<Page client={client} />, { container, hydrate: true });
  act(() => client.connect());
  await settle();
  server.emit('Hello');
  await advance(100);

  expect(container.textContent).toBe('open 0 Hello');
  act(() => client.dispose());
});
