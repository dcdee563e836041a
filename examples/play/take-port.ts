/** Finds the front its port, or says in one line why there is none. */
import { type Front, startFront } from './front.js';

/** Ports tried after the first one. */
const PORTS_TRIED = 50;

/** A reason that the user can do something about, told in one line without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

export interface PortWish {
  /** Exactly this one; null for the first free one from `first` on. */
  readonly wanted: number | null;
  readonly first: number;
  readonly pageFolder: string;
}

/** Rejects with `StartError` where the port is taken or not for this user. */
export async function takePort({ wanted, first, pageFolder }: PortWish): Promise<Front> {
  const last = wanted ?? Math.min(first + PORTS_TRIED, 65_535);
  for (let port = wanted ?? first; ; port += 1) {
    try {
      return await startFront({ port, pageFolder });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      if (code === 'EADDRINUSE' && port < last) continue;
      throw explain(code, { port, wanted, first }) ?? error;
    }
  }
}

interface Failure {
  readonly port: number;
  readonly wanted: number | null;
  readonly first: number;
}

function explain(code: unknown, { port, wanted, first }: Failure): StartError | null {
  if (code === 'EACCES') {
    return new StartError(`Port ${port} needs rights that this user does not have. Choose one above 1023 with --port.`);
  }
  if (code !== 'EADDRINUSE') return null;
  if (wanted === null) {
    return new StartError(`Ports ${first} to ${port} are all taken. Choose a free one with --port.`);
  }
  return new StartError(
    `Port ${port} is taken. Stop what listens there, choose another port, or leave --port out to get a free one.`,
  );
}
