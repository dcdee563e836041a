import { inConnection } from './in-connection.js';
import { inFamilies } from './in-families.js';
import { inHandover } from './in-handover.js';
import { inProtocol } from './in-protocol.js';
import { inReceiving } from './in-receiving.js';
import { inSending } from './in-sending.js';
import { inStreams } from './in-streams.js';
import type { Mutant } from './mutant.js';
import { onServer } from './on-server.js';

/** Every mistake that the simulation must find. */
export const mutants: readonly Mutant[] = [
  ...inConnection,
  ...inHandover,
  ...inSending,
  ...inReceiving,
  ...inStreams,
  ...onServer,
  ...inProtocol,
  ...inFamilies,
];
