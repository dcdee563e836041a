/** What goes wrong at the assistant's server. Amounts are milliseconds, or counts. */

import type { Deed, Deeds, Stage } from '../../faults/deed.js';
import { StreamingServer } from './server.js';

export const streamingFaults: Deeds = {
  'worker-fails': { range: [1, 3], act: atServer((server, { amount }) => server.worker.failNext(amount)) },
  'worker-killed': { range: [200, 30_000], act: atServer((server, { amount }) => server.worker.kill(amount)) },
  'answer-twice': { range: [1, 3], act: atServer((server, { amount }) => server.worker.repeatNext(amount)) },
};

function atServer(act: (server: StreamingServer, stage: Stage) => void): Deed['act'] {
  return (stage) => {
    const { family } = stage.world;
    if (family instanceof StreamingServer) act(family, stage);
  };
}
