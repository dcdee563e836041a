import type { StoredMessage } from 'chatsocket/storage';
import type { ConformanceHooks, LoggedMessage } from 'chatsocket/testing';
import { describe, expectTypeOf, test } from 'vitest';

type Changed = Parameters<NonNullable<ConformanceHooks['editMessage']>>[0];

describe('a message of a log', () => {
  test('is what the hooks of the conformance kit are given, with the place that the server gave it', () => {
    expectTypeOf<Changed>().toEqualTypeOf<LoggedMessage>();
    expectTypeOf<LoggedMessage['seq']>().toEqualTypeOf<number>();
    expectTypeOf<LoggedMessage['senderId']>().toEqualTypeOf<string>();
  });

  test('is not the row of an outbox, and has another name', () => {
    expectTypeOf<LoggedMessage>().not.toExtend<StoredMessage>();
    expectTypeOf<StoredMessage>().not.toExtend<LoggedMessage>();
  });
});
