/** Asks the code itself what it does with options: what it accepts, and what it takes where nothing is given. */
import { resolveOptions } from '../src/client/options/resolve-options.js';
import { isChatSocketError } from '../src/errors/chat-socket-error.js';
import type { DocumentedOption } from './read-options.js';

const URL_OF_NOBODY = 'ws://127.0.0.1/';

/** Makes something with one option set, nested as `outbox.messagesMax`. */
export type Make = (options: Readonly<Record<string, unknown>>) => unknown;

/** What the code says it accepts, when it is given what nobody can mean; null where it takes whatever comes. */
export function accepted(make: Make, { name, type }: DocumentedOption): string | null {
  const words = refusal(make, name, type === 'number' ? Number.NaN : Symbol('wrong'));
  const range = words === null ? null : /^a number from (\S+) to (\S+)$/.exec(words);
  // A number may have to be whole, which only a fraction within the range brings to light.
  return range === null ? words : (refusal(make, name, Number(range[1]) + 0.5) ?? words);
}

function refusal(make: Make, name: string, value: unknown): string | null {
  try {
    make({ [name]: value });
  } catch (thrown) {
    if (!isChatSocketError(thrown, 'usage/invalid-option')) throw thrown;
    // The hook says it in its message alone.
    const said = thrown.fields['accepted'] ?? thrown.fields['range'] ?? /is no (.*)\.$/.exec(thrown.message)?.[1];
    if (typeof said !== 'string') throw new Error(`Nothing says what ${name} may be: ${thrown.message}`);
    return said.replace(/^(number|boolean)/, 'a $1');
  }
  return null;
}

/** Makes a client's options with one set, in a group or at the top. */
export function makeClientOptions(group: string | null): Make {
  return (options) =>
    // Safe: wrong values are what this is about.
    resolveOptions({ url: URL_OF_NOBODY, ...(group === null ? options : { [group]: options }) } as never);
}

/** The value that a client takes where an option of a group is not given; undefined where it has another name inside. */
export function clientDefault(group: string, name: string): unknown {
  const { policy, outbox, inbox } = resolveOptions({ url: URL_OF_NOBODY });
  const inside: Readonly<Record<string, object>> = {
    reconnect: policy,
    timeouts: policy,
    heartbeat: {
      intervalMs: policy.heartbeatIntervalMs,
      timeoutMs: policy.heartbeatTimeoutMs,
      whenIdleOnly: policy.pingWhenIdleOnly,
    },
    outbox: { ...outbox, contentLengthMax: contentLengthDefault() },
    inbox,
  };
  return Reflect.get(inside[group] ?? {}, name);
}

/** Under a protocol that takes any length, for that of the default protocol is shorter. */
function contentLengthDefault(): number {
  const { protocol } = resolveOptions({ url: URL_OF_NOBODY });
  const patient = { ...protocol, contentLengthMax: Number.POSITIVE_INFINITY };
  return resolveOptions({ url: URL_OF_NOBODY, protocol: patient }).outbox.contentLengthMax;
}
