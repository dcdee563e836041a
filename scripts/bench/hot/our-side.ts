/** The client with its defaults, as an application uses it; only the pace of sending is off, since raw sockets have none. */
import { ChatSocketClient } from 'chatsocket';
import { webSocketTransport } from 'chatsocket/transports';
import { WebSocket } from 'ws';
import type { Transport } from '../../../src/ports/transport.js';
import { CONVERSATION } from '../load/wire.js';
import type { Side } from './side.js';

export interface OurSideOptions {
  readonly url: string;
  readonly name: string;
  /** Also subscribes to the snapshot, and reads it when told. */
  readonly hasSubscriber?: boolean;
  /** Default: sockets of `ws`. */
  readonly transport?: Transport;
}

export async function ourSide({ url, name, hasSubscriber = false, transport }: OurSideOptions): Promise<Side> {
  const client = new ChatSocketClient({
    url,
    conversationId: CONVERSATION,
    transport: transport ?? webSocketTransport({ webSocket: WebSocket }),
    outbox: { ratePerSecond: Number.POSITIVE_INFINITY },
  });
  const side: Side = {
    name,
    onMessage: () => undefined,
    send: (text, onAcked) => void client.send(text).acked.then(onAcked),
    close: () => client.dispose(),
  };
  client.on('message-received', ({ message }) => side.onMessage(message.content.length));
  if (hasSubscriber) {
    client.subscribe(() => {
      if (client.snapshot.messages.length === 0) throw new Error('The snapshot is empty.');
    });
  }
  client.connect();
  await client.whenOpen();
  return side;
}
