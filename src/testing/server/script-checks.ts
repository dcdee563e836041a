/** What a mock server can be told, as checks: tests are often plain JavaScript. */

import { aCount, checkArgument, checkCallOptions, checkOptions } from '../check-given.js';
import {
  aFunction,
  aName,
  anObject,
  anything,
  aText,
  type Kind,
  type Kinds,
  needed,
  oneOf,
  orNull,
  wholeFrom,
  withMethods,
  yesOrNo,
} from '../option-faults.js';
import type { ChangeOptions, EmitOptions, MockServerOptions, NackOptions, StreamOptions } from './server-script.js';

const OPTIONS: Readonly<Record<keyof MockServerOptions, Kind>> = {
  transport: needed(withMethods('onConnection', 'nextConnection')),
  mode: oneOf(['manual', 'auto']),
  dialect: oneOf(['base', 'chatsocket.v1']),
  conversationId: aName,
  userId: {
    words: 'a text that is not empty, or a function',
    includes: (value) => aName.includes(value) || aFunction.includes(value),
  },
  hello: anObject,
  clock: withMethods('nowMs', 'startTimer'),
};

const EMIT: Readonly<Record<keyof EmitOptions, Kind>> = {
  conversationId: aName,
  senderId: aName,
  role: orNull(oneOf(['assistant', 'system'])),
  inReplyTo: orNull(aText),
  metadata: anything,
  isLost: yesOrNo,
};

const CHANGE: Readonly<Record<keyof ChangeOptions, Kind>> = { conversationId: aName, isLost: yesOrNo };

const STREAM: Readonly<Record<keyof StreamOptions, Kind>> = {
  conversationId: aName,
  senderId: aName,
  inReplyTo: orNull(aText),
  chunk: wholeFrom(1),
  dropAt: aCount,
  duplicate: yesOrNo,
};

/** Also what no server should say: a client has to survive it. */
const A_PAUSE: Kind = { words: 'a number', includes: (value) => typeof value === 'number' };
const NACK: Readonly<Record<keyof NackOptions, Kind>> = { id: aText, retryAfterMs: A_PAUSE };

const TEXTS: Kind = { words: 'a list of texts', includes: (value) => isListOf(value, aText) };

/** Throws `usage/invalid-option`. */
export function checkServerOptions(options: MockServerOptions): void {
  checkOptions('mockServer', options, OPTIONS);
}

/** Throws `usage/invalid-argument`. */
export const checkCall = {
  emit(content: string, options: EmitOptions): void {
    checkArgument('emit(content)', content, aText);
    checkCallOptions('emit', options, EMIT);
  },
  reorder(contents: readonly string[], order: readonly number[]): void {
    checkArgument('reorder(contents)', contents, TEXTS);
    const isPlace = (value: unknown) => typeof value === 'number' && Object.hasOwn(contents, value);
    const words = `a list of places from 0 to ${contents.length - 1}`;
    checkArgument('reorder(…, order)', order, {
      words,
      includes: (value) => isListOf(value, { words, includes: isPlace }),
    });
  },
  edit(id: string, content: string, options: ChangeOptions): void {
    checkArgument('edit(id)', id, aText);
    checkArgument('edit(…, content)', content, aText);
    checkCallOptions('edit', options, CHANGE);
  },
  delete(id: string, options: ChangeOptions): void {
    checkArgument('delete(id)', id, aText);
    checkCallOptions('delete', options, CHANGE);
  },
  read(ids: readonly string[], options: ChangeOptions): void {
    checkArgument('read(ids)', ids, TEXTS);
    checkCallOptions('read', options, { ...CHANGE, readBy: aName });
  },
  nack(code: string, options: NackOptions): void {
    checkArgument('nack(code)', code, aName);
    checkCallOptions('nack', options, NACK);
  },
  ignore(type: string, count: number): void {
    checkArgument('ignore(type)', type, aName);
    checkArgument('ignore(…, count)', count, aCount);
  },
  seq(what: string, seq: number, conversationId: string): void {
    checkArgument(what, seq, aCount);
    checkArgument(what.replace(/\(.*/, '(…, conversationId)'), conversationId, aName);
  },
  stream(content: string, options: StreamOptions): void {
    checkArgument('stream(content)', content, aText);
    checkCallOptions('stream', options, STREAM);
  },
  startStream(options: StreamOptions): void {
    const { chunk: _chunk, dropAt: _dropAt, duplicate: _duplicate, ...kinds }: Kinds = STREAM;
    checkCallOptions('startStream', options, kinds);
  },
  setTyping(isTyping: boolean, options: EmitOptions): void {
    checkArgument('setTyping(isTyping)', isTyping, yesOrNo);
    checkCallOptions('setTyping', options, { conversationId: aName, senderId: aName });
  },
};

function isListOf(value: unknown, kind: Kind): boolean {
  return Array.isArray(value) && value.every((item) => kind.includes(item));
}
