/** After the last test at a backend no program of one may run: Redis, Daphne and workers, whatever became of the test that started them. */
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../../../examples/play/script/waiting.js';
import { descendantsOf, processes, type RunningProcess } from './processes.js';

/** Watches each program for as long as anything of it runs, and has its command line in its own. */
const LEASH = fileURLToPath(new URL('../../../examples/django/launch/leash.py', import.meta.url));
const END_DEADLINE_MS = 10_000;
/** Becomes the parent of whatever outlives its own; in a container it may be a Node itself. */
const INIT = 1;

export function setup(): () => Promise<void> {
  return async () => {
    if (await waitUntil(() => programsLeft().length === 0, END_DEADLINE_MS)) return;
    // Vitest tells of an error in here, but ends as if there were none.
    process.exitCode = 1;
    const commands = programsLeft().map(({ pid, command }) => `${pid} ${command}`);
    throw new Error(`The tests at backends are over, and these programs still run:\n${commands.join('\n')}`);
  };
}

/** Those that were started in this run, and those whose starter is gone. */
function programsLeft(): readonly RunningProcess[] {
  const all = processes();
  const parentOf = ({ parent }: RunningProcess) => all.find(({ pid }) => pid === parent);
  const ours = new Set([process.pid, ...descendantsOf(process.pid, all)]);
  return all.filter((watcher) => {
    if (!watcher.command.includes(LEASH)) return false;
    const program = parentOf(watcher);
    const starter = program === undefined ? undefined : parentOf(program);
    // A backend that somebody started by hand meanwhile, or another run of the tests, has a Node above it that lives.
    if (starter === undefined || starter.pid === INIT || ours.has(starter.pid)) return true;
    return !/\bnode\b/.test(starter.command);
  });
}
