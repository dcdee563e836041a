import type { Clock } from '../../ports/clock.js';
import type { ConformanceHooks, ConformanceOptions, ConformanceTimeouts } from './conformance-options.js';
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

const defaultTimeouts: Required<ConformanceTimeouts> = {
  answerMs: 5_000,
  quietMs: 250,
  hookMs: 60_000,
  checkMs: 60_000,
};

export function settingsOf(options: ConformanceOptions): Settings {
  const { connect, conversation, users, hooks, clock, messageId, timeouts } = options;
  return {
    connect,
    conversation,
    users: users ?? ['conformance-1', 'conformance-2'],
    hooks: hooks ?? {},
    clock: clock ?? realClock,
    messageId: messageId ?? randomMessageId,
    timeouts: { ...defaultTimeouts, ...timeouts },
  };
}
