/** Servers of one family call the same things by other names; here they get the family's. */

/** From our name to the server's, both of events and of fields. */
export interface Renames {
  /** Our names of events, each with what this server calls it. */
  readonly events?: Readonly<Record<string, string>>;
  /** Our names of fields, each with what this server calls it. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Gives fields back under other names. Those with none of the names come back as they are. */
export type Rename = (frame: object) => object;

/**
 * Gives a parsed frame back as the family writes it. `eventField`: the field that tells the family's frames apart.
 * `nested`: fields that hold more of the family's fields.
 */
export function renamer(names: Renames, eventField: string, nested: readonly string[] = []): Rename {
  const events = new Map(Object.entries(names.events ?? {}).map(([ours, theirs]) => [theirs, ours]));
  const fields = Object.entries(names.fields ?? {});
  if (events.size === 0 && fields.length === 0) return (frame) => frame;
  return (frame) => {
    // Fields first: the event's own may be one of them.
    const renamed = renameFields(frame, fields);
    for (const name of nested) {
      const inner = renamed[name];
      if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
        renamed[name] = renameFields(inner, fields);
      }
    }
    const event: unknown = renamed[eventField];
    const ours = typeof event === 'string' ? events.get(event) : undefined;
    return ours === undefined ? renamed : { ...renamed, [eventField]: ours };
  };
}

/** Writes what the family says as this server reads it. */
export function outboundRenamer({ fields = {} }: Renames): Rename {
  const theirs = new Map(Object.entries(fields));
  return (frame) => Object.fromEntries(Object.entries(frame).map(([name, value]) => [theirs.get(name) ?? name, value]));
}

function renameFields(frame: object, fields: readonly (readonly [ours: string, theirs: string])[]) {
  const renamed: Record<string, unknown> = Object.fromEntries(Object.entries(frame));
  for (const [ours, theirs] of fields) if (Object.hasOwn(frame, theirs)) renamed[ours] = renamed[theirs];
  return renamed;
}
