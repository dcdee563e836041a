/** The named facts of errors, by code, for docs/errors.md; the test of the canaries holds every error to it. */
import type { ChatSocketErrorCode } from '../src/errors/codes.js';

const REASON = { reason: 'that of `closed`' };
const OUTCOME = { outcome: '`not-sent`, or `unknown` where the server may have it' };
const SERVER_CODE = { serverCode: "the server's word" };

export const ERROR_FIELDS: Readonly<Partial<Record<ChatSocketErrorCode, Readonly<Record<string, string>>>>> = {
  'connection/stopped': REASON,
  'connection/exhausted': REASON,
  'connection/closed': REASON,
  'token/none': REASON,
  'token/refused': REASON,
  'delivery/too-long': { length: 'of the content', lengthMax: 'the most' },
  'delivery/outbox-full': { messagesMax: 'the option', bytesMax: 'the option', sizeBytes: 'of the message' },
  'delivery/refused': SERVER_CODE,
  'delivery/wrong-conversation': SERVER_CODE,
  'delivery/expired': OUTCOME,
  'delivery/evicted': OUTCOME,
  'delivery/poison': OUTCOME,
  'delivery/closed': {
    retained: 'the client still has it',
    durable: 'a store keeps it',
    count: 'of the messages, in the event',
  },
  'storage/row-set-aside': { count: 'of the rows' },
  'protocol/refused': SERVER_CODE,
  'usage/invalid-option': {
    option: 'its name',
    accepted: 'what it may be',
    range: 'the same, from a protocol',
    part: 'of the dial, from the platform',
  },
  'usage/invalid-argument': { accepted: 'what it may be, from the test kit' },
  'usage/consumer-too-slow': { bufferMax: 'the option' },
};
