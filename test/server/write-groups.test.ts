import { describe, expect, it } from 'vitest';
import type { StoreWrite } from '../../examples/server/engine/records.js';
import { inGroups } from '../../examples/server/store/write-groups.js';

const put = (id: string): StoreWrite => ({ type: 'put-user', user: { id, name: id } });

/** A disk that syncs a batch when it is told to. */
function slowDisk() {
  const batches: { readonly ids: readonly string[]; readonly end: (error?: Error) => void }[] = [];
  const write = inGroups((writes) => {
    const ids = writes.map((one) => (one.type === 'put-user' ? one.user.id : one.type));
    return new Promise((resolve, reject) => {
      batches.push({ ids, end: (error) => (error === undefined ? resolve() : reject(error)) });
    });
  });
  return { batches, write };
}

/** Until every promise that can settle has settled. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('writes in groups', () => {
  it('SV-4 waits for one sync together with all that came while three were under way', async () => {
    const { batches, write } = slowDisk();
    const done: string[] = [];
    const writeOf = (...ids: readonly string[]) => void write(ids.map(put)).then(() => done.push(ids.join('')));

    for (const id of ['a', 'b', 'c', 'd']) writeOf(id);
    writeOf('e', 'f');
    await settled();
    const idsBefore = batches.map(({ ids }) => ids.join(''));
    batches[1]?.end();
    await settled();
    const doneBefore = [...done];
    batches[3]?.end();
    await settled();

    expect(idsBefore).toEqual(['a', 'b', 'c']);
    expect(batches.map(({ ids }) => ids.join(''))).toEqual(['a', 'b', 'c', 'def']);
    expect(doneBefore).toEqual(['b']);
    expect(done).toEqual(['b', 'd', 'ef']);
  });

  it('SV-4 waits anew for each group', async () => {
    const { batches, write } = slowDisk();
    const done: string[] = [];
    const writeOf = (id: string) => void write([put(id)]).then(() => done.push(id));

    for (const id of ['a', 'b', 'c', 'd']) writeOf(id);
    batches[0]?.end();
    await settled();
    writeOf('e');
    await settled();
    const doneBefore = [...done];
    batches[1]?.end();
    await settled();
    batches[4]?.end();
    await settled();

    expect(doneBefore).toEqual(['a']);
    expect(batches.map(({ ids }) => ids.join(''))).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(done).toEqual(['a', 'b', 'e']);
  });

  it('SV-4 calls nothing durable that had not begun when a batch failed', async () => {
    const { batches, write } = slowDisk();
    const outcomeOf = (id: string) =>
      write([put(id)]).then(
        () => `${id} durable`,
        () => `${id} failed`,
      );
    const outcomes = ['a', 'b', 'c', 'd'].map(outcomeOf);

    batches[1]?.end(new Error('disk full'));
    await settled();
    for (const index of [0, 2]) batches[index]?.end();
    await settled();
    outcomes.push(outcomeOf('e'));

    expect(await Promise.all(outcomes)).toEqual(['a durable', 'b failed', 'c durable', 'd failed', 'e failed']);
    expect(batches).toHaveLength(3);
  });
});
