/** How many sockets a program may have. */
import { spawnSync } from 'node:child_process';

/** Sockets and files besides the connections: the database, the listening socket, what Node has for itself. */
const BESIDES = 200;

/** Throws one sentence where the connections would be more than a program may hold. Node raises its own soft limit. */
export function assertRoomFor(connections: number): void {
  const asked = spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' });
  const allowed = Number.parseInt(asked.stdout, 10);
  // "unlimited" is no number, and neither is the silence of a system without such limits.
  if (Number.isNaN(allowed) || allowed >= connections + BESIDES) return;
  const advice = `Raise it with "ulimit -n ${connections + BESIDES}", or ask for fewer with --connections.`;
  throw new Error(`A program may open ${allowed} files here, too few for ${connections} connections. ${advice}`);
}
