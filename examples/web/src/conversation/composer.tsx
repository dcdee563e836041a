import { isChatSocketError } from 'chatsocket';
import { type FormEvent, type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { Icon } from '../look/icon.js';
import type { Room } from '../rooms.js';
import { useDraft } from './use-draft.js';
import './composer.css';

interface ComposerProps {
  readonly room: Room;
  /** Throws where the message cannot be taken. */
  readonly onSend: (content: string) => void;
  readonly setTyping: (isTyping: boolean) => void;
  /** Stops the answer in the making; null where there is none. */
  readonly onStop: (() => void) | null;
}

const CONTENT_LENGTH_MAX = 5_000;
const COUNTED_FROM_LEFT = 500;

export function Composer({ room, onSend, setTyping, onStop }: ComposerProps) {
  const [draft, setDraft] = useDraft(room.id);
  const [trouble, setTrouble] = useState<string | null>(null);
  const boxRef = useRef<HTMLTextAreaElement>(null);
  const hintId = useId();
  const left = CONTENT_LENGTH_MAX - draft.trim().length;
  const canSend = draft.trim() !== '' && left >= 0;

  function write(text: string) {
    setDraft(text);
    setTrouble(null);
    setTyping(text.trim() !== '');
  }

  function send(event: FormEvent) {
    event.preventDefault();
    if (!canSend) return;
    try {
      onSend(draft);
    } catch (error) {
      setTrouble(isChatSocketError(error) ? error.message : 'The message could not be taken.');
      return;
    }
    setTyping(false);
    setDraft('');
    boxRef.current?.focus();
  }

  return (
    <form className="composer" onSubmit={send}>
      <div className="composer-box">
        <MessageField
          boxRef={boxRef}
          room={room}
          text={draft}
          hintId={hintId}
          isTooLong={left < 0}
          onWrite={write}
          onLeave={() => setTyping(false)}
        />
        {onStop !== null && (
          <button type="button" className="button stop-button" onClick={onStop}>
            <Icon name="stop" size={16} />
            Stop
          </button>
        )}
        <button type="submit" className="send-button" disabled={!canSend} aria-label="Send">
          <Icon name="send" />
        </button>
      </div>
      <p className="composer-hint" id={hintId} data-tone={left < 0 || trouble !== null ? 'bad' : 'plain'}>
        {trouble ?? hintText(left)}
      </p>
    </form>
  );
}

interface MessageFieldProps {
  readonly boxRef: RefObject<HTMLTextAreaElement | null>;
  readonly room: Room;
  readonly text: string;
  readonly hintId: string;
  readonly isTooLong: boolean;
  readonly onWrite: (text: string) => void;
  readonly onLeave: () => void;
}

function MessageField({ boxRef, room, text, hintId, isTooLong, onWrite, onLeave }: MessageFieldProps) {
  useFocusAtFirst(boxRef);
  return (
    <>
      <label className="visually-hidden" htmlFor="message-box">
        Message to {room.title}
      </label>
      <textarea
        ref={boxRef}
        id="message-box"
        rows={1}
        value={text}
        placeholder={`Message ${room.title}`}
        aria-describedby={hintId}
        aria-invalid={isTooLong}
        enterKeyHint="send"
        onChange={(event) => onWrite(event.target.value)}
        onKeyDown={sendOnEnter}
        onBlur={onLeave}
      />
    </>
  );
}

/** Who has a keyboard can write at once; on a touch screen it would push itself into the picture. */
function useFocusAtFirst(boxRef: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    if (matchMedia('(hover: hover)').matches) boxRef.current?.focus();
  }, [boxRef]);
}

function hintText(left: number): string {
  if (left < 0) return `${(-left).toLocaleString('en')} characters too many`;
  if (left < COUNTED_FROM_LEFT) return `${left} characters left`;
  return 'Enter sends, Shift + Enter starts a new line';
}

/** Enter that ends the composition of a character, as in Japanese, does not send. */
function sendOnEnter(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}
