/** Serves the strict page with its policy, and its script as a bundler makes it for an application. */
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { buildPackage } from '../../support/built-package.js';
import { bundlePage } from '../../support/bundle-page.js';
import type { PageCalls } from './stage-calls.js';

const PAGE = '<!doctype html><title>Strict</title><div id="root"></div><script src="/strict.js" defer></script>';

/** Whatever is not named is forbidden: inline scripts, code from texts, HTML from texts, styles, images. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  'connect-src ws://127.0.0.1:*',
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export class StrictPage implements PageCalls {
  readonly #address: () => string;
  #script: Promise<string> | null = null;

  constructor(address: () => string) {
    this.#address = address;
  }

  async openStrictPage(): Promise<string> {
    this.#script ??= bundleStrictPage();
    await this.#script;
    return `${this.#address()}/strict`;
  }

  async serve(path: string | undefined, response: ServerResponse): Promise<void> {
    switch (path) {
      case '/strict':
        response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': POLICY }).end(PAGE);
        return;
      case '/strict.js':
        response.writeHead(200, { 'content-type': 'text/javascript' }).end(await this.#script);
        return;
      default:
        response.writeHead(404).end();
    }
  }
}

async function bundleStrictPage(): Promise<string> {
  const entry = fileURLToPath(new URL('./strict-page.tsx', import.meta.url));
  return bundlePage({ entry, alias: await buildPackage('strict-page') });
}
