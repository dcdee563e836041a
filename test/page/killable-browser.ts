/** A browser that can be killed with everything that belongs to it, and started again where it was. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { browserLaunch } from '../../scripts/find-browser.js';

export class KillableBrowser {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Opens the page in the profile that this folder holds. */
  static start(profileFolder: string, address: string): KillableBrowser {
    const { executablePath, args } = browserLaunch();
    const flags = ['--headless', '--remote-debugging-port=0', '--no-default-browser-check', '--disable-breakpad'];
    // A group of its own, so that one signal ends all of its processes at the same instant.
    const options = { detached: true, stdio: 'ignore' } as const;
    return new KillableBrowser(
      spawn(executablePath, [...args, ...flags, `--user-data-dir=${profileFolder}`, address], options),
    );
  }

  /** SIGKILL to the whole group; resolves once the browser is gone. Twice is harmless. */
  async kill(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    process.kill(-pid, 'SIGKILL');
    await exited;
  }
}
