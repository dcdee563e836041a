/** One network namespace: a network stack of its own, with its own addresses, rules and loopback. */

import { spawnSync } from 'node:child_process';
import { environmentWithTools } from '../../../scripts/find-network-tools.js';

/** Names begin with this and the id of the process that made them. */
const PREFIX = 'chatsocket';

export class Namespace {
  readonly name: string;
  /** What goes before a command that is to run in there. */
  readonly runner: readonly string[];
  readonly #ip: string;

  private constructor(ip: string, name: string) {
    this.#ip = ip;
    this.name = name;
    this.runner = [ip, 'netns', 'exec', name];
  }

  /** Made by the `ip` at this path, with its loopback up. */
  static make(ip: string, label: string): Namespace {
    const namespace = new Namespace(ip, `${PREFIX}-${process.pid}-${label}`);
    perform([ip, 'netns', 'add', namespace.name]);
    namespace.run('ip', 'link', 'set', 'lo', 'up');
    return namespace;
  }

  /** Runs a command in there and returns what it printed; throws what it complained of. */
  run(...command: readonly string[]): string {
    return perform([...this.runner, ...command]);
  }

  /** Its devices go with it. Whoever still runs in there keeps it alive unseen, so end them first. */
  remove(): void {
    perform([this.#ip, 'netns', 'del', this.name]);
  }
}

/** Joins two namespaces by a pair of devices. Each packet stays one: what is lost or cut is what a real wire would lose. */
export function joinNamespaces(ip: string, ...ends: readonly [Port, Port]): void {
  const [near, far] = ends.map(({ namespace, device }) => [device, 'netns', namespace.name]) as [string[], string[]];
  perform([ip, 'link', 'add', ...near, 'type', 'veth', 'peer', 'name', ...far]);
  for (const { namespace, device, address } of ends) {
    namespace.run('ip', 'address', 'add', address, 'dev', device);
    namespace.run('ip', 'link', 'set', device, 'gso_max_segs', '1', 'up');
  }
}

/** One end of a pair. */
export interface Port {
  readonly namespace: Namespace;
  readonly device: string;
  /** With the length of its prefix. */
  readonly address: string;
}

/** Removes what runs that were killed have left behind. */
export function sweepNamespaces(ip: string): void {
  const names = perform([ip, 'netns', 'list'])
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '');
  for (const name of names) {
    const [prefix, pid] = name.split('-');
    if (prefix === PREFIX && !isAlive(Number(pid))) perform([ip, 'netns', 'del', name]);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function perform([command = '', ...args]: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', env: environmentWithTools() });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} failed. ${(stderr || error?.message || '').trim()}`);
}
