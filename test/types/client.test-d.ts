import {
  type ChatMessage,
  type ChatSnapshot,
  type ChatSocketClient,
  ChatSocketError,
  type ChatSocketErrorCode,
  type ChatSocketOptions,
  type ConnectionSnapshot,
  isChatSocketError,
  type Receipt,
  type TokenAnswer,
} from 'chatsocket';
import { describe, expectTypeOf, test } from 'vitest';

declare const client: ChatSocketClient;

describe('options', () => {
  test('only the URL is needed', () => {
    expectTypeOf<{ url: string }>().toExtend<ChatSocketOptions>();
    expectTypeOf<Omit<ChatSocketOptions, 'url'>>().not.toExtend<ChatSocketOptions>();
  });

  test('a token may come at once, later, with its lifetime, or not at all', () => {
    expectTypeOf<string>().toExtend<TokenAnswer>();
    expectTypeOf<{ token: string; expiresInMs: number }>().toExtend<TokenAnswer>();
    expectTypeOf<null>().toExtend<TokenAnswer>();
    expectTypeOf<undefined>().not.toExtend<TokenAnswer>();
  });
});

describe('events', () => {
  test('a listener is told the payload of its event', () => {
    client.on('message-received', (event) => {
      expectTypeOf(event).toEqualTypeOf<{ readonly conversationId: string; readonly message: ChatMessage }>();
    });
    client.on('error', (event) => {
      expectTypeOf(event.error).toEqualTypeOf<ChatSocketError>();
    });
  });

  test('a misspelt event is an error', () => {
    // @ts-expect-error There is no such event.
    client.on('message-recieved', () => undefined);
  });

  test('listening returns the way to stop', () => {
    expectTypeOf(client.on('opened', () => undefined)).toEqualTypeOf<() => void>();
  });
});

describe('sending', () => {
  test('acked resolves to a receipt', () => {
    expectTypeOf(client.send('Hello').acked).toEqualTypeOf<Promise<Receipt>>();
  });

  test('content is text', () => {
    // @ts-expect-error A message is text.
    client.send({ text: 'Hello' });
  });
});

describe('the snapshot', () => {
  test('UP-47 each status carries only its own facts', () => {
    expectTypeOf<Extract<ConnectionSnapshot, { status: 'closing' }>>().toEqualTypeOf<{ readonly status: 'closing' }>();
    expectTypeOf<Extract<ConnectionSnapshot, { status: 'connecting' }>['retryAtMs']>().toEqualTypeOf<number | null>();
    expectTypeOf<Extract<ConnectionSnapshot, { status: 'open' }>>().not.toHaveProperty('attempt');
  });

  test('nobody can change it', () => {
    expectTypeOf(client.snapshot).toEqualTypeOf<ChatSnapshot>();
    expectTypeOf<ChatSnapshot['messages']>().toEqualTypeOf<readonly ChatMessage[]>();
    // @ts-expect-error A snapshot is frozen in time.
    client.snapshot.messages.push();
  });
});

describe('errors', () => {
  test('an unknown value is narrowed, and codes are a closed list', () => {
    const caught: unknown = new ChatSocketError('delivery/empty', 'The content is empty.');
    if (isChatSocketError(caught, 'delivery/empty')) expectTypeOf(caught.code).toExtend<ChatSocketErrorCode>();
    // @ts-expect-error There is no such code.
    isChatSocketError(caught, 'delivery/emtpy');
  });
});
