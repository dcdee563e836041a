/** What the measuring program and its server tell each other. */

/** Who dials a path that begins with this hears nothing but acks; others also hear copies of what they sent. */
export const ACKS_ALONE = '/acks-alone';

/** Who dials a path that ends with this is told nothing of batches, and so sends every frame by itself. */
export const ONE_BY_ONE = '/one-by-one';

export interface ServerReady {
  readonly port: number;
}

export interface PushOrder {
  /** Which connection: the path that it dialled. */
  readonly path: string;
  readonly count: number;
  /** Frames in one turn of the server's event loop. */
  readonly atOnce: number;
}
