import { describe, expect, test } from 'vitest';
import { isChatSocketError } from '../../src/index.js';
import { type IndexedDbOutboxStoreOptions, indexedDbOutboxStore } from '../../src/storage/index.js';

// JavaScript callers hand in anything.
const make = (options: unknown) => indexedDbOutboxStore(options as IndexedDbOutboxStoreOptions);

function refusalOf(options: unknown): string {
  try {
    make(options);
    return 'none';
  } catch (error) {
    return isChatSocketError(error, 'usage/invalid-option') ? error.message : String(error);
  }
}

describe('the options of indexedDbOutboxStore', () => {
  test.each([
    ['null', null, 'options: expected an object'],
    ['a string', 'my-database', 'options: expected an object'],
    [
      'a misspelt name',
      { dbName: 'mine' },
      'dbName: expected one of databaseName, codec, indexedDB, locks, broadcastChannel, clock',
    ],
    ['a name that is a number', { databaseName: 7 }, 'databaseName: expected a string'],
    ['an empty name', { databaseName: '' }, 'databaseName: expected a string'],
    ['half a codec', { codec: { encode: async () => '' } }, 'codec: expected an object with encode(), decode()'],
    ['no codec by null', { codec: null }, 'codec: expected an object with encode(), decode()'],
    ['a database that opens nothing', { indexedDB: {} }, 'indexedDB: expected an object with open()'],
    ['locks by true', { locks: true }, 'locks: expected an object with request()'],
    ['a channel that is no class', { broadcastChannel: {} }, 'broadcastChannel: expected a function'],
    ['a clock without timers', { clock: { nowMs: () => 0 } }, 'clock: expected an object with nowMs(), startTimer()'],
  ])('are refused at once with what is expected: %s', (_what, options, told) => {
    expect(refusalOf(options)).toBe(`Cannot use the option ${told}.`);
  });

  test('are none, or left out by undefined, or by null where there may be none', () => {
    expect(make(undefined).name).toBe('indexed-db');
    expect(make({ databaseName: undefined, locks: null, broadcastChannel: null }).name).toBe('indexed-db');
  });
});
