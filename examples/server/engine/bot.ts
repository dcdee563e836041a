/** What the assistant says, and whether it speaks at all. Pure text: a real one would ask a model here. */

import type { AssistantMode, UserRecord } from './records.js';

export const assistantUser: UserRecord = { id: 'assistant', name: 'Assistant' };

/** Words of an answer that travel in one chunk. */
const WORDS_PER_CHUNK = 2;

const MENTION = /(?:^|\s)@(?:bot|assistant)(?![\w-])/i;

interface CannedAnswer {
  readonly words: readonly string[];
  readonly text: string;
}

const cannedAnswers: readonly CannedAnswer[] = [
  {
    words: ['lost', 'lose', 'offline', 'reconnect', 'survive', 'network', 'cut'],
    text: `Nothing gets lost, and here is why.

Every message you send stays in your own outbox until the server says that it is safely stored. If the connection dies in between, your window dials again, asks what it missed, and sends what was never acknowledged once more.

The server knows each message by an id that your window made up only once. A second copy gets the first one's place in the log instead of a new one. So “at least once” on the wire becomes “exactly once” in the chat.

Try it: open the drawer, cut the connection while I am talking, and watch me go on where I stopped.`,
  },
  {
    words: ['stream', 'chunk', 'token', 'typing', 'slow'],
    text: `You are watching a stream right now.

Each chunk of this answer says where in the text it begins. A window that was away for a moment tells the server how far it has read, and gets exactly the rest: no word twice, no word missing, even if chunks arrive out of order.

You can stop me at any time. What I have said so far stays.`,
  },
  {
    words: ['order', 'seq', 'sequence', 'duplicate', 'twice', 'exactly'],
    text: `Order is simple when one place decides it.

Every entry of a conversation has a number: 1, 2, 3 and so on, without holes. The server stores an entry first and tells everyone second, so the order in the log is the order on every screen.

A window that sees number 8 after number 6 knows that 7 is missing and waits for it. It never has to guess from clocks, which are always a little wrong.`,
  },
  {
    words: ['hello', 'hi', 'hey', 'hallo', 'servus', 'good'],
    text: `Hello! I am the assistant of this little server.

I know a few things about chatting over an unreliable network. Ask me how messages survive a lost connection, how my answers are streamed, or how everything stays in order.

For a longer answer, ask me for a story.`,
  },
  {
    words: ['story', 'long', 'tale'],
    text: `Once there was a message that wanted to cross a river.

The first bridge broke while it was in the middle. Nobody on the far bank had seen it arrive, and nobody on the near bank knew whether it had. “Then I shall simply go again,” said the message, “under the same name.”

The second bridge held. At the gate sat a keeper with a long book. “I know that name,” said the keeper, turning a page. “You arrived this morning, just before the bridge fell. You stand in line at number forty-two.”

“So I came twice?” asked the message. “You walked twice,” said the keeper, “but you arrived once. That is what the book is for.”

And behind it, in the order in which they had left home, came all the others.`,
  },
  {
    words: ['help', 'what', 'can', 'how', 'who'],
    text: `I can tell you how this chat works.

Ask about lost connections, about streams, about order and duplicates, or ask for a story. In a shared room I only answer when you write “@bot”; in our own conversation I answer to everything.`,
  },
];

export function isAddressed(mode: AssistantMode, text: string): boolean {
  if (mode === 'never') return false;
  return mode === 'always' || MENTION.test(text);
}

/** The answer whose words the question shares most; the question itself where it shares none. */
export function answerTo(question: string): string {
  const asked = new Set(question.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  let best: CannedAnswer | null = null;
  let bestScore = 0;
  for (const answer of cannedAnswers) {
    const score = answer.words.filter((word) => asked.has(word)).length;
    if (score > bestScore) {
      best = answer;
      bestScore = score;
    }
  }
  return best === null ? echo(question) : best.text;
}

/** Cuts a text into the pieces in which it is streamed; put together they are the text. */
export function chunksOf(text: string): readonly string[] {
  const words = text.match(/\S+\s*|\s+/g) ?? [];
  const chunks: string[] = [];
  for (let start = 0; start < words.length; start += WORDS_PER_CHUNK) {
    chunks.push(words.slice(start, start + WORDS_PER_CHUNK).join(''));
  }
  return chunks;
}

function echo(question: string): string {
  const quoted = question.replace(MENTION, '').trim().slice(0, 280);
  return `You wrote: “${quoted}”.

I am a small assistant and only know how this chat works. Ask me what happens when the connection is lost, how my answers are streamed, or how messages stay in order.

Meanwhile, this answer came to you in chunks, and you could have cut the connection at any of them.`;
}
