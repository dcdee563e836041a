import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { broadcastTabChannel } from '../../src/platform/broadcast-tab-channel.js';
import type { TabChannel } from '../../src/ports/tab-channel.js';

const DEADLINE_MS = 5_000;

function openChannel(name: string, onMessage: (message: unknown) => void = () => {}): TabChannel {
  const channel = broadcastTabChannel(name, onMessage);
  if (channel === null) throw new Error('This platform has no channels.');
  onTestFinished(() => channel.close());
  return channel;
}

/** What the first channel of this name hears. */
function nextMessage(name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Heard nothing within ${DEADLINE_MS} ms.`)), DEADLINE_MS);
    openChannel(name, (message) => {
      clearTimeout(timer);
      resolve(message);
    });
  });
}

/** Replaces the platform's class until the test ends. */
function stubClass(stub: unknown): void {
  const original = globalThis.BroadcastChannel;
  Object.assign(globalThis, { BroadcastChannel: stub });
  onTestFinished(() => void Object.assign(globalThis, { BroadcastChannel: original }));
}

describe('the channel of the platform', () => {
  test('MT-8 carries a message to the others of its name, also when it is closed right behind', async () => {
    const heard = nextMessage('own');
    const strays: unknown[] = [];
    openChannel('other', (message) => strays.push(message));
    const channel = openChannel('own', (message) => strays.push(message));

    channel.post({ version: 1 });
    channel.close();

    expect(await heard).toEqual({ version: 1 });
    expect(strays).toEqual([]);
  });

  test('I10 says nothing more once it is closed, twice too', async () => {
    const strays: unknown[] = [];
    const closed = openChannel('own', (message) => strays.push(message));
    const heard = nextMessage('own');
    openChannel('own').post('for those that are open');
    closed.close();
    closed.close();

    await heard;

    expect(strays).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['there is no class', undefined],
    [
      'the class refuses',
      class {
        constructor() {
          throw new DOMException('Denied', 'SecurityError');
        }
      },
    ],
  ])('is none where %s', (_why, stub) => {
    stubClass(stub);

    expect(broadcastTabChannel('own', () => {})).toBeNull();
  });

  test('UP-39 keeps no process alive that has nothing else to wait for', async () => {
    const script = `import { broadcastTabChannel } from './src/platform/broadcast-tab-channel.ts';
      const channel = broadcastTabChannel('own', () => {});
      console.log(channel === null ? 'none' : 'open');`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 20_000,
    });
    const said: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));

    const [code] = await once(child, 'exit');

    expect([said.join('').trim(), code]).toEqual(['open', 0]);
  }, 30_000);
});
