/** Arms the faults of the backend while it runs; faults/faults.py tells what each does. */
import { Redis } from 'ioredis';

const HASH = 'faults';
const ALWAYS = -1;

/** These happen so many times, or always. */
export type CountedFault =
  | 'bare-403'
  | 'refuse-dial'
  | 'dial-fails'
  | 'token-endpoint-503'
  | 'ping-silent'
  | 'enqueue-fails'
  | 'task-raises'
  | 'fails-midway'
  | 'task-fails'
  | 'answer-twice'
  | 'reply-first'
  | 'post-lost'
  | 'double-delivery'
  | 'swap-sequence'
  | 'skip-sequence'
  | 'no-sequence'
  | 'drop-frame';

/** These set a value in the place of the usual one. */
export type ValueFault = 'connection-token-s' | 'access-token-s' | 'rate-limit' | 'chunk-delay-ms';

export class Faults {
  readonly #redis: Redis;

  constructor(redisUrl: string) {
    this.#redis = new Redis(redisUrl);
    // Redis may be stopped first; nobody arms anything any more then.
    this.#redis.on('error', () => {});
  }

  async arm(fault: CountedFault, times: number | 'always' = 1): Promise<void> {
    await this.#redis.hset(HASH, fault, times === 'always' ? ALWAYS : times);
  }

  /** How often it is still to happen. */
  async left(fault: CountedFault): Promise<number> {
    return Number((await this.#redis.hget(HASH, fault)) ?? 0);
  }

  async set(fault: ValueFault, value: number): Promise<void> {
    await this.#redis.hset(HASH, fault, value);
  }

  async clear(): Promise<void> {
    await this.#redis.del(HASH);
  }

  close(): void {
    this.#redis.disconnect();
  }
}
