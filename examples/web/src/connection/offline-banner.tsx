import { Icon } from '../look/icon.js';

interface OfflineBannerProps {
  /** True about 2 s after a loss, so that a blip shows nothing. */
  readonly isShown: boolean;
  readonly waiting: number;
}

export function OfflineBanner({ isShown, waiting }: OfflineBannerProps) {
  return (
    <div className="offline" data-shown={isShown} role="status">
      {isShown && (
        <p>
          <Icon name="offline" size={18} />
          <span>
            You are offline. Go on writing: {waiting === 0 ? 'it goes out' : `${countText(waiting)} out`} as soon as the
            connection is back.
          </span>
        </p>
      )}
    </div>
  );
}

function countText(waiting: number): string {
  return waiting === 1 ? 'one message waits and goes' : `${waiting} messages wait and go`;
}
