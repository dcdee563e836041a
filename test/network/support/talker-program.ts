/** Runs talkers where it is started, for example in another network namespace, and answers who started it. */

import { foundConversation, logIn } from '../../../examples/play/script/account.js';
import { Talker } from './talker.js';
import type { Answer, Call, Named, TalkerCalls } from './talker-calls.js';

const talkers = new Map<string, Talker>();

function find({ name }: Named): Talker {
  const talker = talkers.get(name);
  if (talker === undefined) throw new Error(`There is no talker ${name}.`);
  return talker;
}

const calls: TalkerCalls = {
  logIn: ({ serverUrl, name }) => logIn(serverUrl, name),
  found: ({ serverUrl, founder, guest }) => foundConversation(serverUrl, founder, [guest.userId]),
  seat: async (options) => {
    talkers.set(options.name, new Talker(options));
  },
  connect: async (request) => find(request).connect(),
  talk: (request) => find(request).talk(request),
  signal: async (request) => find(request).signal(request.signal),
  progress: async (request) => find(request).progress,
  evidence: async (request) => find(request).evidence,
  close: (request) => find(request).close(),
};

async function answer({ callId, name, request }: Call): Promise<Answer> {
  try {
    // The other end asks by the same table of calls.
    const call = calls[name] as (request: unknown) => Promise<unknown>;
    return { callId, result: await call(request) };
  } catch (error) {
    return { callId, error: error instanceof Error ? error.message : String(error) };
  }
}

// Only `RemoteTalkers` is at the other end of the channel.
process.on('message', (message) => void answer(message as Call).then((answered) => process.send?.(answered)));
// A parent that is gone cannot stop us any more.
process.once('disconnect', () => process.exit(0));
process.send?.({ callId: 0, result: null } satisfies Answer);
