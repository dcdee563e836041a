/** The small rules of the outbox, as tables: what is sent again by itself, and which close a message may have caused. */

import { describe, expect, test } from 'vitest';
import type { OutboxEntry } from '../../../src/core/outbox/outbox-entry.js';
import { isTooOldToRepeat, resendsByItself } from '../../../src/core/outbox/resend.js';
import { isConvicted, isOnTrial, readEnd, type Suspect, suspectAfter } from '../../../src/core/outbox/suspect.js';

const HOUR_MS = 3_600_000;

describe('a message without an ack', () => {
  test.each([
    ['always', true, true],
    ['always', false, true],
    ['when-safe', true, true],
    ['when-safe', false, false],
    ['never', true, false],
    ['never', false, false],
  ] as const)('UP-05 DS-8 under %s, to a server that deduplicates: %s, goes out again: %s', (policy, safe, goes) => {
    expect(resendsByItself(policy, safe)).toBe(goes);
  });

  test.each([
    ['that was never sent', { sentAtMs: null, windowMs: 48 * HOUR_MS, nowMs: 1_000 * HOUR_MS }, false],
    ['of a server that says nothing of a window', { sentAtMs: 0, windowMs: null, nowMs: 1_000 * HOUR_MS }, false],
    ['well within two days', { sentAtMs: 0, windowMs: 48 * HOUR_MS, nowMs: 46 * HOUR_MS }, false],
    ['just within the last hour', { sentAtMs: 0, windowMs: 48 * HOUR_MS, nowMs: 47 * HOUR_MS }, true],
    ['in the first half of two minutes', { sentAtMs: 0, windowMs: 120_000, nowMs: 59_999 }, false],
    ['in the second half of two minutes', { sentAtMs: 0, windowMs: 120_000, nowMs: 60_000 }, true],
    ['of a server that remembers nothing', { sentAtMs: 0, windowMs: 0, nowMs: 0 }, true],
  ])('SV-5 %s: %o is too old to be repeated: %s', (_what, { sentAtMs, windowMs, nowMs }, isTooOld) => {
    // Only this field counts.
    const entry = { transmittedAtMs: sentAtMs } as OutboxEntry;

    expect(isTooOldToRepeat(entry, windowMs, nowMs)).toBe(isTooOld);
  });
});

describe('the end of a connection', () => {
  const close = { kind: 'socket-closed', code: 1011, action: 'retry', retryAfterMs: null, atMs: 1_000 };

  test.each([
    ['F30 told, for trouble inside the server', {}, 'told'],
    ['F30 told, by a policy', { code: 1008 }, 'told'],
    ['F30 told, with a code of the application', { code: 4000 }, 'told'],
    ['F30 without a word', { code: 1006 }, 'cut'],
    ['F30 just in time', { atMs: 2_000 }, 'told'],
    ['F30 too late after the message', { atMs: 2_001 }, null],
    ['F23 of a server that goes', { code: 1001 }, null],
    ['F23 of a server that restarts', { code: 1012 }, null],
    ['F23 of a server that is busy', { code: 1013 }, null],
    ['F23 that asks for a pause', { retryAfterMs: 1_000 }, null],
    ['F53 for the token', { code: 4401, action: 'renew-token' }, null],
    ['of ours, for silence', { kind: 'unresponsive', code: null }, null],
    ['for a frame that was too big', { code: 1009, action: 'too-big' }, null],
  ])('%s may be about a message: %o → %s', (_what, facts, end) => {
    expect(readEnd({ ...close, ...facts }, 0)).toBe(end);
  });

  test.each([
    ['told', ['b', 'b trial', 'b convicted']],
    ['cut', ['b', 'b trial', 'b trial', 'b trial', 'b convicted']],
  ] as const)('F30 right after the same message convicts it if it was %s often enough: %j', (end, expected) => {
    const seen: string[] = [];
    let suspect: Suspect | null = suspectAfter(null, 'a');
    while (seen.length < expected.length) {
      suspect = suspectAfter(suspect, 'b');
      seen.push(`b${isConvicted(suspect, end) ? ' convicted' : isOnTrial(suspect) ? ' trial' : ''}`);
    }

    expect(seen).toEqual(expected);
  });
});
