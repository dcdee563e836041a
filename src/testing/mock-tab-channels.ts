import type { OpenTabChannel } from '../ports/tab-channel.js';

/** The tabs of one browser, as far as they speak to each other. Each `open` is a tab of its own. */
export interface MockTabChannels {
  /** For the option `tabChannel` of every client in this browser. */
  readonly open: OpenTabChannel;
  /** How many are open: 0 after everything was closed. */
  readonly openCount: number;
  /** Everything that was posted, in order. */
  readonly posted: readonly { readonly name: string; readonly message: unknown }[];
  /** Speaks to every open channel, like any other script of the page. */
  post(message: unknown): void;
}

/**
 * Makes a browser whose tabs can speak to each other. What is posted arrives after the code that runs, as structured
 * clones do; one that is closed by then hears nothing.
 *
 * @example
 * const { open } = mockTabChannels();
 * const options = { identity: 'user-7', tabChannel: open };
 */
export function mockTabChannels(): MockTabChannels {
  const channels = new Map<object, { readonly name: string; readonly onMessage: (message: unknown) => void }>();
  const posted: { readonly name: string; readonly message: unknown }[] = [];
  const deliver = (message: unknown, isFor: (key: object, name: string) => boolean) => {
    const copy: unknown = structuredClone(message);
    for (const [key, { name, onMessage }] of channels) {
      if (!isFor(key, name)) continue;
      Promise.resolve().then(() => {
        if (channels.has(key)) onMessage(copy);
      });
    }
  };
  return {
    get openCount() {
      return channels.size;
    },
    posted,
    open(name, onMessage) {
      const key = {};
      channels.set(key, { name, onMessage });
      return {
        post(message) {
          posted.push({ name, message });
          deliver(message, (other, otherName) => other !== key && otherName === name);
        },
        close: () => void channels.delete(key),
      };
    },
    post: (message) => deliver(message, () => true),
  };
}
