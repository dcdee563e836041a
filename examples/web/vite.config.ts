import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ command }) => {
  // Vite keeps a NODE_ENV that is set already, and a build that a test or a developer's shell asks for would get
  // React's development half.
  if (command === 'build') process.env['NODE_ENV'] = 'production';
  return {
    root: here('.'),
    plugins: [react()],
    resolve: {
      // The library as it is in the tree, so that the page always shows the code beside it.
      alias: [
        { find: /^chatsocket$/, replacement: here('../../src/index.ts') },
        { find: /^chatsocket\/schemas$/, replacement: here('../../src/protocols/schemas.ts') },
        {
          find: /^chatsocket\/(protocols|transports|storage|react|testing)$/,
          replacement: here('../../src/$1/index.ts'),
        },
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
  };
});
