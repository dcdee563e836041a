import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { defineConfig } from 'tsup';

export default defineConfig({
  // One entry per subpath of the package.
  entry: {
    index: 'src/index.ts',
    protocols: 'src/protocols/index.ts',
    schemas: 'src/protocols/schemas.ts',
    transports: 'src/transports/index.ts',
    storage: 'src/storage/index.ts',
    react: 'src/react/index.ts',
    testing: 'src/testing/index.ts',
  },
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  // Applications need not name the library of Symbol.dispose themselves.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
  sourcemap: true,
  clean: true,
  // Without it a class that two subpaths share is two classes in the CommonJS build.
  splitting: true,
  // It would remove the 'use client' directive of the React subpath.
  treeshake: false,
  external: ['react', 'react-dom'],
  // It is for ES modules only, which Jest and older tools cannot require: the CommonJS build holds it, the other one imports it.
  noExternal: ['nanoid'],
  esbuildOptions: (options, { format }) => {
    // Its edition for browsers asks for the global `crypto` alone, which every supported Node has too.
    if (format === 'cjs') options.conditions = ['browser'];
    else options.external = [...(options.external ?? []), 'nanoid'];
  },
  onSuccess: async () => {
    await putClientDirectiveFirst();
    await nameSourcesRelatively();
  },
});

/** The CommonJS build writes a statement before the directive, which then is none any more: bundlers look no further than the first. */
async function putClientDirectiveFirst(): Promise<void> {
  const path = 'dist/react.cjs';
  const built = await readFile(path, 'utf8');
  const fixed = built.replace(/^("use strict";.*?)("use client";)/s, '$2$1');
  if (!fixed.startsWith('"use client";')) throw new Error(`${path} has no 'use client' directive.`);
  await writeFile(path, fixed);
}

/** The source maps of the CommonJS build name the built file by its path on this machine, so no two machines would build the same. */
async function nameSourcesRelatively(): Promise<void> {
  const maps = (await readdir('dist')).filter((file) => file.endsWith('.cjs.map'));
  for (const file of maps) {
    const path = `dist/${file}`;
    // The shape is that of source maps, version 3.
    const map = JSON.parse(await readFile(path, 'utf8')) as { file: string; sources: string[] };
    map.file = basename(file, '.map');
    map.sources = map.sources.map((source) => (source.startsWith('../') ? source : basename(source)));
    await writeFile(path, JSON.stringify(map));
  }
}
