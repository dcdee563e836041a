/** What is kept of a message, what is made of rows that nobody can read, and how a codec hides them. */
import { expect, test } from 'vitest';
import type { OutboxCodec } from '../../src/storage/index.js';
import { aesGcmCodec, makeKey } from './aes-gcm-codec.js';
import { putRaw, readEverything, readStore } from './database.js';
import { message, openBrowser, type TestBrowser } from './tabs.js';

const SECRET = 'a text that nobody may read';
const GOOD = message('good', 9);

/** A row as the store writes it, in the name of a tab that is gone. */
async function stolenRow(browser: TestBrowser): Promise<Record<string, unknown>> {
  const tab = await browser.openTab();
  await tab.rows.put(GOOD);
  tab.kill();
  // The store writes objects.
  return (await readStore(browser.factory, 'rows'))[0] as Record<string, unknown>;
}

const bodyOf = (changes: object) => JSON.stringify({ ...message('bad'), ...changes });
const { order: _order, ...withoutOrder } = message('bad');

test.each([
  ['of a newer schema', { schema: 2 }],
  ['of an older schema', { schema: 0 }],
  ['without a schema', { schema: undefined }],
  ['that is cut off', { body: bodyOf({}).slice(0, -9) }],
  ['without a body', { body: undefined }],
  ['with a body of bytes', { body: new Uint8Array([1, 2, 3]) }],
  ['without a field', { body: JSON.stringify(withoutOrder) }],
  ['with a field of another type', { body: bodyOf({ content: 7 }) }],
  ['with a key that no message has', { body: bodyOf({ extra: true }) }],
  ['with a __proto__ key', { body: bodyOf({}).replace(/^\{/, '{"__proto__":{"isAdmin":true},') }],
  ['with a __proto__ key in its metadata', { body: bodyOf({}).replace('"mood"', '"__proto__"') }],
  ['with a __proto__ key in disguise', { body: bodyOf({}).replace('"mood"', '"\\u005f_proto__"') }],
  ['that holds another message', { body: bodyOf({ id: 'other' }) }],
  ['without an owner', { owner: undefined, body: 'x' }],
  ['that is encoded, for a client without a codec', { isEncoded: true, body: { sealed: 'x' } }],
])('F74 I20 sets a row %s aside, keeps it, and gives the others', async (_what, changes) => {
  const browser = openBrowser();
  const row = await stolenRow(browser);
  await putRaw(browser.factory, 'rows', { ...row, id: 'bad', body: bodyOf({}), ...changes });

  const tab = await browser.openTab();
  await tab.until('the good row', () => tab.adopted.length > 0);
  await tab.idle();

  expect(tab.told).toEqual([
    { type: 'set-aside', count: 1 },
    { type: 'adopted', ids: ['good'] },
  ]);
  expect(tab.adopted).toEqual([GOOD]);
  expect(await readStore(browser.factory, 'rows')).toMatchObject([{ id: 'good' }]);
  expect(await readStore(browser.factory, 'aside')).toMatchObject([{ id: 'bad' }]);
  expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
});

test('F74 counts a row that was set aside once', async () => {
  const browser = openBrowser();
  await putRaw(browser.factory, 'rows', { ...(await stolenRow(browser)), id: 'bad', schema: 2 });
  const first = await browser.openTab();
  await first.until('the good row', () => first.adopted.length > 0);
  first.kill();

  const second = await browser.openTab();
  await second.until('the good row', () => second.adopted.length > 0);

  expect(second.told).toEqual([{ type: 'adopted', ids: ['good'] }]);
});

test('C11 keeps no plain text on the disk behind a codec of AES-GCM, and gives it back', async () => {
  const browser = openBrowser();
  const codec = aesGcmCodec(await makeKey());
  const sensitive = {
    ...message('m1', 1, SECRET),
    conversationId: 'sensitive room',
    metadata: { diagnosis: 'private' },
  };
  const dead = await browser.openTab({ codec });
  await dead.rows.put(sensitive);
  const kept = await readEverything(browser.factory);
  dead.kill();

  const heir = await browser.openTab({ codec });
  await heir.until('the row', () => heir.adopted.length > 0);

  expect(kept).toContain('m1');
  expect(kept).not.toMatch(/nobody may read|sensitive|diagnosis|private|ada@/);
  expect(heir.adopted).toEqual([sensitive]);
});

test('C11 F74 sets aside what another key has sealed', async () => {
  const browser = openBrowser();
  const dead = await browser.openTab({ codec: aesGcmCodec(await makeKey()) });
  await dead.rows.put(message('m1'));
  dead.kill();

  const heir = await browser.openTab({ codec: aesGcmCodec(await makeKey()) });
  await heir.until('the count', () => heir.told.length > 0);

  expect(heir.told).toEqual([{ type: 'set-aside', count: 1 }]);
});

test('C11 reads rows of the time before there was a codec', async () => {
  const browser = openBrowser();
  await stolenRow(browser);

  const tab = await browser.openTab({ codec: aesGcmCodec(await makeKey()) });
  await tab.until('the row', () => tab.adopted.length > 0);

  expect(tab.adopted).toEqual([GOOD]);
});

test('DS-4 keeps the order of the calls where the codec takes longer for the first', async () => {
  const browser = openBrowser();
  const answers: (() => void)[] = [];
  const codec: OutboxCodec = {
    encode: (text) => new Promise((resolve) => answers.push(() => resolve(text))),
    decode: async (kept) => String(kept),
  };
  const tab = await browser.openTab({ codec });
  const settled: string[] = [];

  const puts = ['m1', 'm2'].map(async (id, index) => {
    await tab.rows.put(message(id, index));
    settled.push(id);
  });
  for (const answer of answers.reverse()) answer();
  await Promise.all(puts);

  expect(settled).toEqual(['m1', 'm2']);
});

/** A codec that has no key for texts with `broken` in them, and never answers about those with `hanging`. */
const brokenCodec: OutboxCodec = {
  encode: (text) => {
    if (text.includes('broken')) return Promise.reject(new Error('The key is gone.'));
    return text.includes('hanging') ? new Promise(() => undefined) : Promise.resolve(text);
  },
  decode: async (kept) => String(kept),
};

test('C11 refuses the one message that the codec fails for', async () => {
  const tab = await openBrowser().openTab({ codec: brokenCodec });

  const broken = Promise.resolve(tab.rows.put(message('broken'))).catch(String);
  const good = tab.rows.put(GOOD);

  expect(await broken).toBe('Error: The key is gone.');
  await good;
  expect(tab.told).toEqual([]);
});

test('F73 fails once where the codec does not answer, and keeps no later message waiting', async () => {
  const browser = openBrowser();
  const tab = await browser.openTab({ codec: brokenCodec });
  const hanging = Promise.resolve(tab.rows.put(message('hanging 1'))).catch(String);
  await browser.clock.advance(10_000);

  const outcomes = await Promise.all([
    hanging,
    Promise.resolve(tab.rows.put(message('hanging 2'))).catch(String),
    Promise.resolve(tab.rows.put(GOOD)).catch(String),
  ]);

  expect(new Set(outcomes)).toEqual(new Set(['Error: The codec did not answer within 10000 ms.']));
  expect(tab.told).toEqual([{ type: 'failed', cause: new Error('The codec did not answer within 10000 ms.') }]);
});
