/** Somebody in every conversation, on a sound line of their own, who tells when the server has stored a message. */
import { envelopeServerFrameSchema } from 'chatsocket/schemas';
import { WebSocket } from 'ws';
import { type Account, fetchToken } from './account.js';

const GREETING_DEADLINE_MS = 5_000;

export interface Observer {
  /** True once the message was told to everyone, which the server does after storing it. */
  hasSeen(text: string): boolean;
  close(): void;
}

/** Sees what is stored from now until the server goes down. */
export async function observe(serverPort: number, account: Account): Promise<Observer> {
  const token = await fetchToken(`http://127.0.0.1:${serverPort}`, account);
  const bearer = `bearer.${Buffer.from(token).toString('base64url')}`;
  const socket = new WebSocket(`ws://127.0.0.1:${serverPort}/ws`, ['chatsocket.v1', bearer]);
  const seen = new Set<string>();
  const greeted = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The server did not greet the observer.')), GREETING_DEADLINE_MS);
    socket.on('message', (text) => {
      const json: unknown = JSON.parse(String(text));
      // A text holds one frame, or several in an array.
      for (const one of Array.isArray(json) ? json : [json]) {
        const frame = envelopeServerFrameSchema.safeParse(one);
        if (!frame.success) continue;
        if (frame.data.type === 'new_message') seen.add(frame.data.payload.message.content);
        if (frame.data.type !== 'connected') continue;
        clearTimeout(timer);
        resolve();
      }
    });
    socket.on('error', reject);
  });
  await greeted;
  return { hasSeen: (text) => seen.has(text), close: () => socket.close() };
}
