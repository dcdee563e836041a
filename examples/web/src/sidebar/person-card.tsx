import { type FormEvent, useCallback, useId, useRef, useState, useSyncExternalStore } from 'react';
import { Avatar } from '../look/avatar.js';
import { Icon } from '../look/icon.js';
import { useEscape } from '../look/use-dismiss.js';
import { useChat } from '../session/chat-context.js';
import { cleanName, NAME_LENGTH_MAX } from '../session/person.js';

/** Who this window is, and the way to be called something else. */
export function PersonCard() {
  const { userId, names } = useChat();
  const name = useSyncExternalStore(names.subscribe, names.own);
  const [isEditing, setIsEditing] = useState(false);
  const stopEditing = useCallback(() => setIsEditing(false), []);
  useEscape(isEditing, stopEditing);

  return (
    <section className="person" aria-label="You">
      <Avatar seed={userId} name={name} />
      {isEditing ? (
        <NameForm name={name} onName={(typed) => names.rename(typed)} onClose={stopEditing} />
      ) : (
        <>
          <p className="person-name">
            {name}
            <span>This window</span>
          </p>
          <button
            type="button"
            className="icon-button"
            aria-label="Change your name"
            onClick={() => setIsEditing(true)}
          >
            <Icon name="pencil" size={18} />
          </button>
        </>
      )}
    </section>
  );
}

interface NameFormProps {
  readonly name: string;
  readonly onName: (name: string) => void;
  readonly onClose: () => void;
}

function NameForm({ name, onName, onClose }: NameFormProps) {
  const id = useId();
  const inputRef = useRef<HTMLInputElement | null>(null);

  function save(event: FormEvent) {
    event.preventDefault();
    const typed = cleanName(inputRef.current?.value ?? '');
    if (typed !== null) onName(typed);
    onClose();
  }

  // Focus goes in when the field appears: somebody has just asked for it.
  const focusOnArrival = useCallback((input: HTMLInputElement | null) => {
    inputRef.current = input;
    input?.select();
  }, []);

  return (
    <form className="name-form" onSubmit={save}>
      <label className="visually-hidden" htmlFor={id}>
        Your name
      </label>
      <input ref={focusOnArrival} id={id} defaultValue={name} maxLength={NAME_LENGTH_MAX} autoComplete="off" required />
      <button type="submit" className="button button-strong">
        Save
      </button>
    </form>
  );
}
