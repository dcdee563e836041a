/** Who this window is. Kept in the window's own storage, so that a second window is a second person. */

export interface Person {
  readonly userId: string;
  readonly name: string;
}

export const NAME_LENGTH_MAX = 40;

const USER_ID_KEY = 'chat.userId';
const NAME_KEY = 'chat.name';
const NAME_TURN_KEY = 'chat.nameTurn';

const NAMES: readonly string[] =
  'Ada Alan Barbara Donald Edsger Frances Grace Hedy Ivan Jean Katherine Leslie Margaret Niklaus Radia Sophie'.split(
    ' ',
  );

export function storedName(): string {
  const stored = sessionStorage.getItem(NAME_KEY);
  if (stored !== null && stored.trim() !== '') return stored;
  const name = nextName();
  sessionStorage.setItem(NAME_KEY, name);
  return name;
}

/** The windows of one browser take their names in turn, so that two of them are never called the same. */
function nextName(): string {
  const last = Number(localStorage.getItem(NAME_TURN_KEY) ?? Math.floor(Math.random() * NAMES.length));
  const turn = Number.isInteger(last) ? (last + 1) % NAMES.length : 0;
  localStorage.setItem(NAME_TURN_KEY, String(turn));
  return NAMES[turn] ?? 'Guest';
}

export function storedUserId(): string | null {
  return sessionStorage.getItem(USER_ID_KEY);
}

export function storePerson(person: Person): void {
  sessionStorage.setItem(USER_ID_KEY, person.userId);
  sessionStorage.setItem(NAME_KEY, person.name);
}

/** The next visit begins as somebody new. */
export function forgetUserId(): void {
  sessionStorage.removeItem(USER_ID_KEY);
}

/** Null for a name that nobody could read. */
export function cleanName(typed: string): string | null {
  const name = typed.replace(/\s+/g, ' ').trim().slice(0, NAME_LENGTH_MAX);
  return name === '' ? null : name;
}
