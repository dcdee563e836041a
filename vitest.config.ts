import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { findBrowser, launchOf } from './scripts/find-browser.js';
import { consoleCommands } from './test/browser/stage/console-commands.js';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** The subpaths of the package, read from source. */
const alias = [
  { find: /^chatsocket$/, replacement: source('index.ts') },
  { find: /^chatsocket\/schemas$/, replacement: source('protocols/schemas.ts') },
  { find: /^chatsocket\/(protocols|transports|storage|react|testing)$/, replacement: source('$1/index.ts') },
];

/** Where there is no browser, only the tests that need one fail. */
const browser = findBrowser();
const launchOptions = browser === null ? {} : launchOf(browser);

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        // In Node, with fakes or real sockets on the loopback. A file asks for jsdom by its first line.
        resolve: { alias },
        test: {
          name: 'node',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/browser/**', 'test/page/**', 'test/network/**', 'test/backends/**', '**/node_modules/**'],
        },
      },
      {
        // What the types promise; nothing runs.
        resolve: { alias },
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: './test/types/tsconfig.json',
          },
        },
      },
      {
        // Inside real Chromium.
        resolve: { alias },
        // What is first found in the middle of a run makes the page load again.
        optimizeDeps: {
          include: ['eventemitter3', 'nanoid', 'idb', 'react', 'react-dom/client', 'react/jsx-dev-runtime'],
        },
        plugins: [react()],
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.{ts,tsx}'],
          globalSetup: ['test/browser/stage/global-setup.ts'],
          browser: {
            enabled: true,
            headless: true,
            provider: playwright({ launchOptions }),
            instances: [{ browser: 'chromium' }],
            screenshotFailures: false,
            commands: consoleCommands,
          },
        },
      },
      {
        // In Node, with a hand on a real Chromium that shows the real page of the real server. One file at a time.
        resolve: { alias },
        test: {
          name: 'page',
          include: ['test/page/**/*.test.{ts,tsx}'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        // In Node, over real networks: behind nginx, and through kernels that lose packets. One file at a time.
        resolve: { alias },
        test: {
          name: 'network',
          include: ['test/network/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        // In Node, against backends that are not ours: a real Django with its workers. One file at a time.
        resolve: { alias },
        test: {
          name: 'backends',
          include: ['test/backends/**/*.test.ts'],
          globalSetup: ['test/backends/support/nothing-left.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
