/** The conversations that the page offers; the server has to know the ones everybody shares. */

export interface Room {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly kind: 'shared' | 'assistant';
}

/** Open to everybody; the assistant answers there to “@bot”. */
export const SHARED_ROOMS = [
  { id: 'lobby', title: 'Lobby', about: 'Everybody who opened this page. Write @bot to ask the assistant.' },
  { id: 'kitchen', title: 'Kitchen', about: 'For what has nothing to do with work.' },
  { id: 'workshop', title: 'Workshop', about: 'For what is half finished.' },
] as const;

/** The shared rooms, then one's own with the assistant. */
export function roomsOf(userId: string): readonly Room[] {
  const assistant: Room = {
    id: `assistant-${userId}`,
    title: 'Assistant',
    about: 'Answers everything you write, word by word.',
    kind: 'assistant',
  };
  return [...SHARED_ROOMS.map((room): Room => ({ ...room, kind: 'shared' })), assistant];
}
