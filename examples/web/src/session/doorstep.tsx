import './doorstep.css';

interface DoorstepProps {
  /** Why nobody opened; null while waiting. */
  readonly reason: string | null;
  readonly onRetry: () => void;
}

/** What is seen before the chat is: a moment of waiting, or why it does not open. */
export function Doorstep({ reason, onRetry }: DoorstepProps) {
  return (
    <main className="doorstep">
      <img className="doorstep-mark" src="/favicon.svg" alt="" width="56" height="56" />
      {reason === null ? (
        <p role="status">Coming in…</p>
      ) : (
        <div role="alert">
          <h1>The chat does not answer</h1>
          <p>{reason}</p>
          <button type="button" className="button button-strong" onClick={onRetry}>
            Try again
          </button>
        </div>
      )}
    </main>
  );
}
