/** The page's own pictures, drawn as strokes in a 24 by 24 box. */

const PATHS = {
  back: 'M15 5l-7 7 7 7',
  bolt: 'M13 3L5 14h6l-1 7 8-11h-6z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  checks: 'M2.5 12.5L7 17l8-9M11.5 16l1 1 9-9.5',
  clock: 'M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M12 5v14M6 13l6 6 6-6',
  details: 'M12 11v5M12 8v.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  hourglass: 'M7 4h10M7 20h10M8 4c0 5 8 6 8 16M16 4c0 5-8 6-8 16',
  offline:
    'M4 4l16 16M9 15.5a4.5 4.5 0 0 1 6 0M5.5 12a9.5 9.5 0 0 1 4-2.4M14 9.5a9.5 9.5 0 0 1 4.5 2.5M2.5 8.5A14 14 0 0 1 7 5.8M11 5a14 14 0 0 1 10.5 3.5M12 19v.01',
  keyless: 'M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM5.7 5.7l12.6 12.6',
  pencil: 'M4 20l1-4L16 5l3 3L8 19z',
  power: 'M12 3v9M6.5 7a8 8 0 1 0 11 0',
  redo: 'M20 5v5h-5M4 19v-5h5M5.5 9a7.5 7.5 0 0 1 13-2L20 10M18.5 15a7.5 7.5 0 0 1-13 2L4 14',
  scissors:
    'M8 8l12 9M8 16l12-9M8.5 7a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM8.5 17a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z',
  send: 'M4 12l16-8-5 16-3.5-6.5zM11.5 13.5L20 4',
  spark: 'M12 3l2 6.5L20.5 12 14 14.5 12 21l-2-6.5L3.5 12 10 9.5z',
  stop: 'M7 7h10v10H7z',
  turtle: 'M4 16c0-4 3-7 7-7s7 3 7 7zM18 13c2 0 3-1 3-2.5S20 8 18.5 9M7 16v2.5M15 16v2.5',
  warning: 'M12 4l9 16H3zM12 10v4.5M12 17.5v.01',
  waves: 'M3 8c3-3 6 3 9 0s6 3 9 0M3 13c3-3 6 3 9 0s6 3 9 0M3 18c3-3 6 3 9 0s6 3 9 0',
} as const;

export type IconName = keyof typeof PATHS;

interface IconProps {
  readonly name: IconName;
  readonly size?: number;
}

/** Decoration only; the words that say the same stand beside it. */
export function Icon({ name, size = 20 }: IconProps) {
  return (
    <svg
      className={`icon icon-${name}`}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
