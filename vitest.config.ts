import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** The subpaths of the package, read from source. */
const alias = [
  { find: /^chatsocket$/, replacement: source('index.ts') },
  { find: /^chatsocket\/schemas$/, replacement: source('protocols/schemas.ts') },
  { find: /^chatsocket\/(protocols|transports|react|testing)$/, replacement: source('$1/index.ts') },
];

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'node',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/browser/**', '**/node_modules/**'],
        },
      },
    ],
  },
});
