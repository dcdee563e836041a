import type { DeliveryStatus } from 'chatsocket';
import { Icon, type IconName } from '../look/icon.js';

const MARKS: Readonly<Record<DeliveryStatus, { readonly icon: IconName; readonly text: string }>> = {
  queued: { icon: 'clock', text: 'Waiting to be sent' },
  sending: { icon: 'clock', text: 'Sending' },
  unconfirmed: { icon: 'hourglass', text: 'Sent, not confirmed yet' },
  sent: { icon: 'check', text: 'Sent' },
  delivered: { icon: 'checks', text: 'Delivered' },
  read: { icon: 'checks', text: 'Read' },
  failed: { icon: 'warning', text: 'Not sent' },
  cancelled: { icon: 'close', text: 'Taken back' },
};

/** How far an own message has come. */
export function DeliveryMark({ delivery }: { readonly delivery: DeliveryStatus }) {
  const { icon, text } = MARKS[delivery];
  return (
    <span className="delivery" data-delivery={delivery} title={text}>
      <Icon name={icon} size={15} />
      <span className="visually-hidden">{text}</span>
    </span>
  );
}
