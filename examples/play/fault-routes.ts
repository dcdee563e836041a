/** `GET /faults` and `POST /faults/*`: what the page's drawer calls to break its own links. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { answerJson, type Headers } from './answer.js';
import type { LinkSet } from './link-set.js';

const BODY_BYTES_MAX = 4_096;
const DELAY_DEFAULT_MS = 400;

const bodySchema = z.object({
  /** Whose links; everybody's where it is left out. */
  userId: z.string().min(1).max(200).optional(),
  delayMs: z.number().min(0).max(60_000).default(DELAY_DEFAULT_MS),
});

export interface FaultRoutes {
  readonly links: LinkSet;
  /** Resolves when the server listens again. */
  readonly restartServer: () => Promise<void>;
  readonly headers: Headers;
}

export async function serveFaults(
  request: IncomingMessage,
  response: ServerResponse,
  routes: FaultRoutes,
): Promise<void> {
  const { links, headers } = routes;
  const fault = (request.url ?? '').split('?')[0]?.replace(/^\/faults\/?/, '') ?? '';
  if (fault === '' && request.method === 'GET') {
    answerJson(response, { status: 200, headers }, { links: links.facts() });
    return;
  }
  if (request.method !== 'POST') {
    answerJson(
      response,
      { status: 405, headers: { ...headers, allow: fault === '' ? 'GET' : 'POST' } },
      { error: 'method_not_allowed' },
    );
    return;
  }
  const body = await readBody(request);
  if (body === null) {
    answerJson(
      response,
      { status: 400, headers },
      { error: 'bad_body', accepted: '{ userId?: string, delayMs?: 0 to 60000 }' },
    );
    return;
  }
  const perform = findFault(fault, routes, body);
  if (perform === null) {
    answerJson(response, { status: 404, headers }, { error: 'no_such_fault' });
    return;
  }
  answerJson(response, { status: 200, headers }, { linksHit: await perform() });
}

type FaultBody = z.infer<typeof bodySchema>;

function findFault(name: string, { links, restartServer }: FaultRoutes, { userId, delayMs }: FaultBody) {
  const faults = new Map<string, () => number | Promise<number>>([
    ['cut', () => links.cut(userId)],
    ['silence', () => links.silence({}, userId)],
    ['delay', () => links.delay(delayMs, userId)],
    ['heal', () => links.heal(userId)],
    [
      'restart',
      async () => {
        const linksBefore = links.links().length;
        await restartServer();
        return linksBefore;
      },
    ],
  ]);
  return faults.get(name) ?? null;
}

/** Null for anything but a small JSON object of the known shape; nothing at all counts as `{}`. */
async function readBody(request: IncomingMessage): Promise<FaultBody | null> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    if (sizeBytes > BODY_BYTES_MAX) return null;
    chunks.push(bytes);
  }
  const text = Buffer.concat(chunks).toString();
  try {
    return bodySchema.parse(text === '' ? {} : JSON.parse(text));
  } catch {
    return null;
  }
}
