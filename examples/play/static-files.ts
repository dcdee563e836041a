/** Serves the files of one folder and nothing outside of it. */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, resolve, sep } from 'node:path';
import { answerText, type Headers } from './answer.js';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

export interface StaticRequest {
  /** The path of the URL, still encoded. */
  readonly path: string;
  readonly folder: string;
  readonly headers: Headers;
}

export async function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  wanted: StaticRequest,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    answerText(response, { status: 405, headers: { ...wanted.headers, allow: 'GET, HEAD' } }, 'Only GET and HEAD.');
    return;
  }
  const file = await findFile(wanted.folder, wanted.path);
  if (file === null) {
    answerText(response, { status: 404, headers: wanted.headers }, 'There is no such page.');
    return;
  }
  response.writeHead(200, {
    ...wanted.headers,
    'content-type': CONTENT_TYPES[extname(file.path)] ?? 'application/octet-stream',
    'content-length': file.sizeBytes,
    // The build puts a hash of the content into the names below `assets`, so those files never change.
    'cache-control': wanted.path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  createReadStream(file.path)
    .on('error', () => response.destroy())
    .pipe(response);
}

interface FoundFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** Links are followed before the check, so neither `..` nor a link leads out of the folder. */
async function findFile(folder: string, path: string): Promise<FoundFile | null> {
  const decoded = decodePath(path);
  if (decoded === null) return null;
  const inside = decoded.endsWith('/') ? `${decoded}index.html` : decoded;
  try {
    const root = await realpath(folder);
    const file = await realpath(resolve(root, `.${inside}`));
    if (!file.startsWith(root + sep)) return null;
    const facts = await stat(file);
    return facts.isFile() ? { path: file, sizeBytes: facts.size } : null;
  } catch {
    return null;
  }
}

function decodePath(path: string): string | null {
  try {
    const decoded = decodeURIComponent(path);
    return decoded.startsWith('/') && !decoded.includes('\0') ? decoded : null;
  } catch {
    return null;
  }
}
