import { ConformanceSetupError } from './outcome.js';

/** Gives what `messageId` makes, and refuses an id that came before: a server would be right to take it for a repeat. */
export function newIds(messageId: () => string): () => string {
  const given = new Set<unknown>();
  return () => {
    const id = call(messageId);
    if (typeof id !== 'string' || id === '') {
      throw new ConformanceSetupError(`\`messageId\` gave ${id === '' ? 'an empty text' : typeof id} and no id.`);
    }
    if (given.has(id)) throw new ConformanceSetupError(`\`messageId\` gave ${id} twice; each id has to be a new one.`);
    given.add(id);
    return id;
  };
}

function call(messageId: () => string): unknown {
  try {
    return messageId();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConformanceSetupError(`\`messageId\` failed: ${why}`, { cause: error });
  }
}
