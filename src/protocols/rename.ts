/** Servers of one family call the same things by other names; here they get the family's. */

/** From our name to the server's, both of events and of fields. */
export interface Renames {
  /** Our names of events, each with what this server calls it. */
  readonly events?: Readonly<Record<string, string>>;
  /** Our names of fields, each with what this server calls it. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Gives a parsed frame back as the family writes it. Frames with none of the server's names come back as they are. */
export type Rename = (frame: object) => object;

/** `eventField`: the field that tells the family's frames apart. */
export function renamer(names: Renames, eventField: string): Rename {
  const events = new Map(Object.entries(names.events ?? {}).map(([ours, theirs]) => [theirs, ours]));
  const fields = Object.entries(names.fields ?? {});
  if (events.size === 0 && fields.length === 0) return (frame) => frame;
  return (frame) => {
    // Fields first: the event's own may be one of them.
    const renamed = Object.fromEntries(Object.entries(frame));
    for (const [ours, theirs] of fields) if (Object.hasOwn(frame, theirs)) renamed[ours] = renamed[theirs];
    const event: unknown = renamed[eventField];
    const ours = typeof event === 'string' ? events.get(event) : undefined;
    return ours === undefined ? renamed : { ...renamed, [eventField]: ours };
  };
}
