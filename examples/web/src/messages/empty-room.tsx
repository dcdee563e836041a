import { Avatar } from '../look/avatar.js';
import type { Room } from '../rooms.js';

export function EmptyRoom({ room }: { readonly room: Room }) {
  return (
    <div className="empty-room">
      <Avatar seed={room.id} name={room.title} kind={room.kind === 'assistant' ? 'assistant' : 'room'} />
      <p>{room.title}</p>
      <p>{room.about}</p>
    </div>
  );
}
