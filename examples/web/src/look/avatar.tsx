import { Icon } from './icon.js';
import './avatar.css';

interface AvatarProps {
  /** Decides the colour, so that somebody looks the same everywhere. */
  readonly seed: string;
  readonly name: string;
  readonly kind?: 'person' | 'assistant' | 'room';
}

const HUES = 8;

export function Avatar({ seed, name, kind = 'person' }: AvatarProps) {
  return (
    <span className="avatar" data-kind={kind} data-hue={hueOf(seed)} aria-hidden="true">
      {kind === 'assistant' ? <Icon name="spark" size={18} /> : initialOf(name)}
    </span>
  );
}

function initialOf(name: string): string {
  const [initial = '?'] = name.trim();
  return initial.toUpperCase();
}

function hueOf(seed: string): number {
  let sum = 5;
  for (const letter of seed) sum = (sum * 33 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return sum % HUES;
}
