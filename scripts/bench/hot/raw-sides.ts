/** What is measured against: a socket of `ws`, `JSON.parse` and `JSON.stringify`, and nothing else. */
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { CONVERSATION, uuidOf } from '../load/wire.js';
import type { Side } from './side.js';

/** Messages and acks, as a program that trusts its server would read them. */
interface ServerFrame {
  readonly type: string;
  readonly payload: { readonly message: { readonly content: string } };
}

interface AckFrame {
  readonly type: string;
  readonly payload: { readonly messageId: string };
}

/** The standard's interface, which the same code has in a browser. */
export function rawSide(url: string, name: string): Promise<Side> {
  return openSide(url, name, (socket, onText) => {
    socket.onmessage = ({ data }) => onText(String(data));
  });
}

/** The interface that only `ws` has: no event object is made. */
export function rawEmitterSide(url: string, name: string): Promise<Side> {
  return openSide(url, name, (socket, onText) => {
    socket.on('message', (data) => onText(String(data)));
  });
}

/** What a program writes that wants to know which message was taken: an id and a promise for each. For sending alone. */
export async function rawPromiseSide(url: string, name: string): Promise<Side> {
  const socket = await openSocket(url);
  return promiseSide(socket, name, (text) => socket.send(text));
}

/** The same, where what one turn of promises sends leaves as one text: what the client does, without the client. */
export async function rawBatchSide(url: string, name: string): Promise<Side> {
  const socket = await openSocket(url);
  let texts: string[] = [];
  const flush = () => {
    socket.send(texts.length > 1 ? `[${texts.join(',')}]` : (texts[0] ?? ''));
    texts = [];
  };
  return promiseSide(socket, name, (text) => {
    if (texts.push(text) === 1) queueMicrotask(flush);
  });
}

function promiseSide(socket: WebSocket, name: string, sendText: (text: string) => void): Side {
  const waiting = new Map<string, () => void>();
  const read = ({ type, payload }: AckFrame) => {
    if (type !== 'ack') return;
    waiting.get(payload.messageId)?.();
    waiting.delete(payload.messageId);
  };
  socket.onmessage = ({ data }) => {
    // The server is ours.
    const frames = JSON.parse(String(data)) as AckFrame | readonly AckFrame[];
    if (isBatch(frames)) for (const frame of frames) read(frame);
    else read(frames);
  };
  return {
    name,
    onMessage: () => undefined,
    send(content, onAcked) {
      const messageId = randomUUID();
      const acked = new Promise<void>((resolve) => waiting.set(messageId, resolve));
      const payload = { conversationId: CONVERSATION, content };
      sendText(JSON.stringify({ type: 'send_message', messageId, timestamp: Date.now(), payload }));
      void acked.then(onAcked);
    },
    close: () => socket.terminate(),
  };
}

function isBatch(frames: AckFrame | readonly AckFrame[]): frames is readonly AckFrame[] {
  return Array.isArray(frames);
}

type Listen = (socket: WebSocket, onText: (text: string) => void) => void;

async function openSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
}

async function openSide(url: string, name: string, listen: Listen): Promise<Side> {
  const socket = await openSocket(url);
  let onAcked: () => void = () => undefined;
  let sent = 0;
  const side: Side = {
    name,
    onMessage: () => undefined,
    // Acks come in the order of the sends, so the last caller stands for all: every caller counts alike.
    send(content, whenAcked) {
      onAcked = whenAcked;
      sent += 1;
      const payload = { conversationId: CONVERSATION, content };
      socket.send(JSON.stringify({ type: 'send_message', messageId: uuidOf(sent), timestamp: Date.now(), payload }));
    },
    close: () => socket.terminate(),
  };
  listen(socket, (text) => {
    // The server is ours.
    const frame = JSON.parse(text) as ServerFrame;
    if (frame.type === 'new_message') side.onMessage(frame.payload.message.content.length);
    else if (frame.type === 'ack') onAcked();
  });
  return side;
}
