import { build, type Rollup } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../scripts/rules/source-tree.js';

const ENTRIES: Readonly<Record<string, string>> = {
  index: 'src/index.ts',
  protocols: 'src/protocols/index.ts',
  transports: 'src/transports/index.ts',
  storage: 'src/storage/index.ts',
  react: 'src/react/index.ts',
  testing: 'src/testing/index.ts',
};

/** Every processor may be busy with other tests. */
const BUNDLE_TIMEOUT_MS = 60_000;

/** Everything that an application loads with this subpath, dependencies included, React left out. */
async function bundle(entry: string): Promise<Rollup.OutputChunk> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    root: ROOT,
    build: {
      write: false,
      // Comments may say what the code does not do.
      minify: true,
      lib: { entry: ROOT + entry, formats: ['es'], fileName: 'bundle' },
      rollupOptions: { external: ['react', 'react/jsx-runtime'] },
    },
  });
  const outputs = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
  const chunk = outputs.find((output) => output.type === 'chunk');
  if (chunk === undefined || outputs.length !== 1) throw new Error(`${entry} does not bundle into one file.`);
  return chunk;
}

describe.each(Object.entries(ENTRIES))('the subpath %s', (subpath, entry) => {
  let chunk: Rollup.OutputChunk;
  beforeAll(async () => {
    chunk = await bundle(entry);
  }, BUNDLE_TIMEOUT_MS);

  test('C10 makes no code from texts and no HTML', () => {
    const code = /\beval\s*\(|\bnew Function\b|\bFunction\s*\(/;
    const html = /\b(?:inner|outer)HTML\b|\binsertAdjacentHTML\b|\bdocument\.write\b/;
    const found = code.exec(chunk.code) ?? html.exec(chunk.code);

    expect(found?.[0]).toBeUndefined();
  });

  test('draws in nothing but eventemitter3 and nanoid, and idb for storage', () => {
    const packages = chunk.moduleIds.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []);

    const allowed = subpath === 'storage' ? ['idb'] : ['eventemitter3', 'nanoid'];
    expect(allowed).toEqual(expect.arrayContaining([...new Set(packages)]));
  });

  test('UP-25 UP-37 starts no interval and listens to no unload', () => {
    const found = /\bsetInterval\b|["'`](?:before)?unload["'`]/.exec(chunk.code);

    expect(found?.[0]).toBeUndefined();
  });
});
