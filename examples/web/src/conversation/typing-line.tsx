import type { Participant } from 'chatsocket';
import { useChat } from '../session/chat-context.js';

/** Keeps its place when nobody types, so that nothing jumps. Not announced: it comes and goes too often. */
export function TypingLine({ typing }: { readonly typing: readonly Participant[] }) {
  const { names } = useChat();
  return (
    <p className="typing" data-testid="typing">
      {typing.length > 0 && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {typingText(typing.map(({ id }) => names.ofUser(id)))}
        </>
      )}
    </p>
  );
}

function typingText(names: readonly string[]): string {
  const [first = 'Someone', second] = names;
  if (second === undefined) return `${first} is typing…`;
  return names.length === 2 ? `${first} and ${second} are typing…` : 'Several people are typing…';
}
