/** A bare socket of `ws` that speaks as much of the envelope protocol as a load needs. */
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';

/** Frames of a server of ours, as a program that trusts it reads them. */
type ServerFrame =
  | { readonly type: 'new_message'; readonly payload: { readonly message: { readonly content: string } } }
  | { readonly type: 'ack'; readonly payload: { readonly messageId: string } }
  | { readonly type: 'connected' | 'conversation_history' };

export interface LoadSocketOptions {
  readonly url: string;
  readonly token: string;
  readonly conversationId: string;
  readonly localAddress?: string;
}

export interface LoadSocket {
  onMessage: (content: string) => void;
  onAck: (messageId: string) => void;
  readonly conversationId: string;
  readonly isOpen: boolean;
  /** Returns the id under which the message will be acknowledged. */
  send(content: string): string;
  close(): void;
}

const NOTHING = () => {};

/** Resolves once the conversation is joined. Rejects where the server ends the connection before. */
export async function openLoadSocket(options: LoadSocketOptions): Promise<LoadSocket> {
  const { url, token, conversationId, localAddress } = options;
  const protocols = ['chatsocket.v1', `bearer.${Buffer.from(token).toString('base64url')}`];
  const socket = new WebSocket(url, protocols, {
    perMessageDeflate: false,
    ...(localAddress === undefined ? {} : { localAddress }),
  });
  const load: LoadSocket = {
    onMessage: NOTHING,
    onAck: NOTHING,
    conversationId,
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    send(content) {
      const messageId = randomUUID();
      say(socket, { type: 'send_message', messageId, payload: { conversationId, content } });
      return messageId;
    },
    close: () => socket.terminate(),
  };
  const join = () => {
    say(socket, { type: 'join_conversation', messageId: randomUUID(), payload: { conversationId } });
  };
  await new Promise<void>((resolve, reject) => {
    socket.on('message', (data) => {
      for (const frame of framesOf(String(data))) {
        if (frame.type === 'new_message') load.onMessage(frame.payload.message.content);
        else if (frame.type === 'ack') load.onAck(frame.payload.messageId);
        else if (frame.type === 'connected') join();
        else if (frame.type === 'conversation_history') resolve();
      }
    });
    socket.on('error', reject);
    socket.on('close', (code) => reject(new Error(`The server ended the connection with ${code}.`)));
  });
  return load;
}

function say(socket: WebSocket, frame: { type: string; messageId: string; payload: object }): void {
  socket.send(JSON.stringify({ ...frame, timestamp: Date.now() }));
}

/** A text holds one frame, or several in an array. */
function framesOf(text: string): readonly ServerFrame[] {
  // The server is ours.
  const json = JSON.parse(text) as ServerFrame | ServerFrame[];
  return Array.isArray(json) ? json : [json];
}
