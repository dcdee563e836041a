/** What the outbox can be told, and what is refused. */
import { describe, expect, test } from 'vitest';
import { ChatSocketClient, isChatSocketError } from '../../src/index.js';

function refusalOf(outbox: object): unknown {
  try {
    // Callers without types hand in anything.
    new ChatSocketClient({ url: 'wss://localhost/', outbox: outbox as never }).dispose();
    return null;
  } catch (error) {
    return error;
  }
}

describe('the option outbox', () => {
  test.each([
    ['overflow', 'drop-all', 'one of reject-new, drop-oldest, drop-newest'],
    ['overflow', null, 'one of reject-new, drop-oldest, drop-newest'],
    ['resend', true, 'one of when-safe, always, never'],
    ['ageMaxMs', 0, 'a number from 1 to Infinity'],
    ['ageMaxMs', Number.NaN, 'a number from 1 to Infinity'],
    ['store', {}, 'an object with open()'],
    ['store', 'indexed-db', 'an object with open()'],
  ])('.%s is not %j', (name, value, range) => {
    const error = refusalOf({ [name]: value });

    expect(isChatSocketError(error, 'usage/invalid-option')).toBe(true);
    expect(error).toMatchObject({ fields: { option: `outbox.${name}`, accepted: range } });
  });

  test.each([
    { overflow: 'drop-oldest' },
    { resend: 'never', ageMaxMs: Infinity },
    { store: { name: 'own', isDurable: false, open: async () => ({}) } },
  ])('may be %j', (outbox) => {
    expect(refusalOf(outbox)).toBeNull();
  });
});
