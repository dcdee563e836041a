import type { OpenTabChannel } from '../ports/tab-channel.js';

/** Node keeps a process alive for a channel that listens, and has a word against that. */
type ReferencedChannel = BroadcastChannel & { unref?(): void };

/** Over the platform's `BroadcastChannel`, looked up at each call; null where there is none, or it refuses. */
export const broadcastTabChannel: OpenTabChannel = (name, onMessage) => {
  try {
    const channel: ReferencedChannel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => onMessage(data);
    channel.unref?.();
    return {
      post: (message) => channel.postMessage(message),
      close: () => {
        channel.onmessage = null;
        channel.close();
      },
    };
  } catch {
    return null;
  }
};
