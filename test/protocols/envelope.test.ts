import { describe, expect, it } from 'vitest';
import type { ChatSocketError } from '../../src/errors/chat-socket-error.js';
import { envelopeProtocol } from '../../src/protocols/index.js';

function errorOf(run: () => unknown): ChatSocketError | null {
  try {
    run();
    return null;
  } catch (error) {
    // Safe: a throw of anything else has no `code`, and every expectation below reads it.
    return error as ChatSocketError;
  }
}

describe('envelopeProtocol', () => {
  it('promises what every server of its family keeps', () => {
    const protocol = envelopeProtocol();
    const { decode: _decode, encode: _encode, encodeBatch: _encodeBatch, readClose: _readClose, ...facts } = protocol;

    expect(facts).toMatchInlineSnapshot(`
      {
        "answersInOrder": true,
        "answersPings": "always",
        "capabilities": {
          "acks": true,
          "binary": false,
          "deduplicates": false,
          "history": true,
          "inBandToken": false,
          "manyConversations": true,
          "ranges": false,
          "readMarks": true,
          "resume": false,
          "sequence": false,
          "streams": "none",
          "typing": true,
        },
        "contentLengthMax": 5000,
        "name": "envelope",
        "subprotocols": [
          "chatsocket.v1",
        ],
        "tokenIn": "subprotocol",
      }
    `);
  });

  it.each(['subprotocol', 'first-frame', 'none', { query: 'token' }] as const)('takes the token in %j', (tokenIn) => {
    expect(envelopeProtocol({ tokenIn }).tokenIn).toEqual(tokenIn);
  });

  it.each([
    [{ tokenIn: 'url' }],
    [{ tokenIn: null }],
    [{ tokenIn: 7 }],
    [{ tokenIn: {} }],
    [{ tokenIn: { query: '' } }],
    [{ tokenIn: { query: 'a&b' } }],
    [{ tokenIn: { query: 7 } }],
    [{ sendFields: null }],
    [{ sendFields: 'u-2' }],
    [{ sendFields: { receiverId: '' } }],
    [{ sendFields: { jobId: 7 } }],
    [{ tokenin: 'none' }],
  ])('refuses %j by name', (options) => {
    // Safe: JavaScript callers can hand in what the types forbid, and that is what is tried here.
    const error = errorOf(() => envelopeProtocol(options as never));

    expect(error?.code).toBe('usage/invalid-option');
    expect(error?.fields['option']).toContain(Object.keys(options)[0]);
  });

  it.each([null, 'token', 7])('refuses %j, which holds no options', (options) => {
    // Safe: see above.
    expect(errorOf(() => envelopeProtocol(options as never))?.fields['option']).toBe('options');
  });

  it('says what was wrong, with what, and what is right', () => {
    const messages = [{ tokenIn: 'url' }, { tokenIn: {} }, { sendFields: { receiverId: 7 } }].map(
      // Safe: see above.
      (options) => errorOf(() => envelopeProtocol(options as never))?.message,
    );

    expect(messages).toMatchInlineSnapshot(`
      [
        "Cannot use a text of 3 characters as tokenIn: it has to be 'subprotocol', 'first-frame', 'none' or { query: 'a plain parameter name' }.",
        "Cannot use an object as tokenIn: it has to be 'subprotocol', 'first-frame', 'none' or { query: 'a plain parameter name' }.",
        "Cannot use 7 as sendFields.receiverId: it has to be a text that is not empty.",
      ]
    `);
  });
});

describe('closes', () => {
  const { readClose } = envelopeProtocol();

  it.each([
    [1008, 'No authentication token provided', 'renew-token', null],
    [1008, 'Invalid or expired token', 'renew-token', null],
    [1008, 'User not found', 'renew-token', null],
    [1008, '', 'renew-token', null],
    [1008, 'Rate limit exceeded', 'retry', 10_000],
    [1008, 'rate limit exceeded, slow down', 'retry', 10_000],
    [1008, 'Rate limit exceeded; retryAfterMs=2500', 'retry', 2_500],
    [1008, '{"retryAfterMs":2500}', 'retry', 2_500],
    [1012, '{"retryAfterMs":500}', 'retry', 500],
    [1012, '{ "reason": "restart", "retryAfterMs" : 500 }', 'retry', 500],
    [1012, 'retryAfterMs=0', 'retry', 0],
    [1013, 'busy, retryAfterMs=30000.', 'retry', 30_000],
    [4403, 'retryAfterMs=1000', 'retry', 1_000],
    [4999, 'retryAfterMs=1000', 'retry', 1_000],
    [1009, 'retryAfterMs=1000', 'too-big', 1_000],
  ] as const)('%i %j means %s after %s', (code, reason, ...[action, retryAfterMs]) => {
    expect(readClose(code, reason)).toEqual({ action, retryAfterMs });
  });

  it.each([
    [1000, ''],
    [1001, 'going away'],
    [1006, ''],
    [1009, ''],
    [1011, 'Rate limit exceeded'],
    [1012, 'restart'],
    [4001, 'Invalid or expired token'],
    [4403, ''],
    [1012, 'retryAfterMs=-1'],
    [1012, 'retryAfterMs=1e12'],
    [1012, 'retryAfterMs=0.5'],
    [1012, 'retryAfterMs=99999999999'],
    [1012, 'retryAfterMs=abc'],
    [1012, '{"retryAfterMs":"500"}'],
    [1012, '{"retryAfterMs":-1}'],
    [1012, '{"retryAfterMs":1e400}'],
    [1012, 'notretryAfterMs=5'],
    [1012, '\u001b[31m<b>\ud800'],
    [5000, 'x'.repeat(100_000)],
  ])('%i %j is left to the common table', (code, reason) => {
    expect(readClose(code, reason)).toBeNull();
  });
});
