import type { OutboundFrame } from '../../core/frame.js';
import type { Protocol } from '../../ports/protocol.js';
import type { Dialogue } from './dialogue.js';
import { dialogueTransport } from './dialogue-transport.js';
import { readTold, writeAsked } from './frame-text.js';

export interface SpokenProtocol {
  readonly facts: Omit<Protocol, 'decode' | 'encode' | 'wrapTransport'>;
  /** The frames that it has words for. */
  readonly words: ReadonlySet<OutboundFrame['type']>;
  /** A fresh memory, for each client and each of its users. */
  readonly startDialogue: () => Dialogue;
  /** Whether HTTP alone is of use while sockets cannot be had. */
  readonly canPoll: boolean;
}

/** A protocol that a dialogue speaks: its texts are the client's own frames, and the wire is the dialogue's affair. */
export function dialogueProtocol({ facts, words, startDialogue, canPoll }: SpokenProtocol): Protocol {
  return {
    ...facts,
    decode: readTold,
    encode: (frame) => (words.has(frame.type) ? writeAsked(frame) : null),
    wrapTransport: (transport, tools) =>
      dialogueTransport({ startDialogue, transport, tools, tokenIn: facts.tokenIn, canPoll }),
  };
}
