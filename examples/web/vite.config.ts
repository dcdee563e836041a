import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  plugins: [react()],
  resolve: {
    // The library as it is in the tree, so that the page always shows the code beside it.
    alias: [
      { find: /^chatsocket$/, replacement: here('../../src/index.ts') },
      { find: /^chatsocket\/schemas$/, replacement: here('../../src/protocols/schemas.ts') },
      { find: /^chatsocket\/(protocols|transports|react|testing)$/, replacement: here('../../src/$1/index.ts') },
    ],
  },
  build: {
    outDir: here('build'),
    emptyOutDir: true,
    target: 'es2022',
    // A picture inside of the style sheet would need a wider content security policy than 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
