/** What every platform must be able to do: connect, send, come back, send, and leave. */
import { ChatSocketClient, type ChatSocketOptions } from 'chatsocket';
import { type WebSocketTransportOptions, webSocketTransport } from 'chatsocket/transports';

export interface ChatTerms extends WebSocketTransportOptions {
  readonly url: string;
  /** Nobody has said anything in it. */
  readonly room: string;
  /** One for each dial. */
  readonly tokens: readonly string[];
  readonly options?: Partial<ChatSocketOptions>;
}

/** The texts of the conversation as the client shows them in the end. Rejects with what went wrong. */
export async function haveAChat({
  url,
  room,
  tokens,
  options,
  ...socketOptions
}: ChatTerms): Promise<readonly string[]> {
  const left = [...tokens];
  const client = new ChatSocketClient({
    url,
    conversationId: room,
    token: () => left.shift() ?? null,
    transport: webSocketTransport(socketOptions),
    ...options,
  });
  const troubles: string[] = [];
  client.on('error', ({ error }) => troubles.push(error.message));
  client.connect();
  await client.whenOpen().catch((reason: unknown) => {
    throw new Error(`The client did not open. ${troubles.join(' ')}`, { cause: reason });
  });
  await client.send('first').acked;
  client.reconnect();
  await client.whenOpen();
  await client.send('second').acked;
  const shown = client.snapshot.messages.map(({ content }) => content);
  await client.close();
  client.dispose();
  return shown;
}
