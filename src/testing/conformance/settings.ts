import type { Clock } from '../../ports/clock.js';
import { checkConformanceOptions } from './check-options.js';
import type { ConformanceHooks, ConformanceOptions, ConformanceTimeouts } from './conformance-options.js';
import { newIds } from './new-ids.js';
import { randomMessageId } from './random-message-id.js';
import { realClock } from './real-clock.js';

/** The options with every default in its place. */
export interface Settings {
  readonly connect: ConformanceOptions['connect'];
  readonly conversation: ConformanceOptions['conversation'];
  readonly users: readonly [string, string];
  readonly hooks: ConformanceHooks;
  readonly clock: Clock;
  readonly messageId: () => string;
  readonly timeouts: Required<ConformanceTimeouts>;
}

/** Throws a `ConformanceSetupError` for options that cannot be used. */
export function settingsOf(options: ConformanceOptions): Settings {
  checkConformanceOptions(options);
  const { connect, conversation, users, hooks, clock, messageId, timeouts = {} } = options;
  return {
    connect,
    conversation,
    users: users ?? ['conformance-1', 'conformance-2'],
    hooks: hooks ?? {},
    clock: clock ?? realClock,
    messageId: newIds(messageId ?? randomMessageId),
    timeouts: {
      answerMs: timeouts.answerMs ?? 5_000,
      quietMs: timeouts.quietMs ?? 250,
      hookMs: timeouts.hookMs ?? 60_000,
      checkMs: timeouts.checkMs ?? 60_000,
    },
  };
}
