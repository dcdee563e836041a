import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { InboundFrame } from '../../src/core/frame.js';
import { clientFrameSchema } from '../../src/protocols/envelope/schema.js';
import { envelopeProtocol } from '../../src/protocols/index.js';

/** One line of the recording of a real base server. */
interface Line {
  readonly scenario: string;
  readonly dir: '->' | '<-';
  readonly kind: string;
  readonly raw?: string;
  readonly code?: number;
  readonly reason?: string;
}

const lines = readFileSync(new URL('../fixtures/envelope.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  // Safe: the file is ours, and a line of another shape fails the expectations below.
  .map((line) => JSON.parse(line) as Line);

const protocol = envelopeProtocol();
const received = (scenario: string) =>
  lines.flatMap((line) => (line.scenario === scenario && line.dir === '<-' ? (line.raw ?? []) : []));

function decodeOne(raw: string): InboundFrame {
  const result = protocol.decode(raw);
  const [frame] = result.ok ? result.frames : [];
  if (frame === undefined) throw new Error(`Not decoded: ${raw}`);
  return frame;
}

/** The frame's type, with the code and verdict of a refusal. */
function summary(frame: InboundFrame): string {
  return frame.type === 'refused' ? `refused ${frame.code} ${frame.verdict}` : frame.type;
}

/** `ping`, `ping`, `pong` → `ping × 2`, `pong`. */
function counted(words: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${word} × ${count}`);
}

describe('the recording of a base server', () => {
  it('decodes in every frame, in one chat', () => {
    const frames = received('C.happy_path').map(decodeOne);

    expect(frames.map(summary)).toEqual([
      'hello',
      'hello',
      'pong',
      'message',
      'message',
      'ack',
      'joined',
      'typing',
      'typing',
      'read',
      'ack',
      'message',
      'ack',
      'message',
    ]);
  });

  it('decodes in every frame, in refused callers', () => {
    const frames = received('C.auth_failures').map(decodeOne);

    expect(counted(frames.map(summary))).toEqual([
      'refused NO_TOKEN token × 1',
      'refused INVALID_TOKEN token × 3',
      'refused USER_NOT_FOUND token × 1',
    ]);
  });

  it('decodes in every frame, in bad requests', () => {
    const frames = received('C.validation').map(decodeOne);

    expect(counted(frames.map(summary))).toEqual([
      'refused PARSE_ERROR final × 1',
      'refused VALIDATION_ERROR final × 10',
      'refused UNKNOWN_TYPE final × 3',
      'refused USER_NOT_FOUND token × 1',
      'refused JOB_NOT_FOUND final × 1',
      'joined × 1',
    ]);
  });

  it('decodes in every frame, in a flood', () => {
    const frames = received('C.rate_limit').map(decodeOne);

    expect(counted(frames.map(summary))).toEqual(['pong × 21', 'refused RATE_LIMIT pause × 5']);
  });

  it('has no scenario beside these', () => {
    const scenarios = new Set(lines.map(({ scenario }) => scenario));

    expect([...scenarios]).toEqual(['C.happy_path', 'C.auth_failures', 'C.validation', 'C.rate_limit']);
  });

  it('gives a message with all that the server said, and null for what it did not', () => {
    const [message] = received('C.happy_path').filter((raw) => raw.includes('new_message'));

    expect(decodeOne(message ?? '')).toEqual({
      type: 'message',
      conversationId: 'b9171f52-ac27-4d28-abdd-a293c59c6b1d',
      epoch: null,
      message: {
        id: '59801f79-e631-4805-82ac-c3f8e6e14f70',
        clientMessageId: null,
        conversationId: 'b9171f52-ac27-4d28-abdd-a293c59c6b1d',
        senderId: '11111111-1111-4111-8111-111111111111',
        senderRole: null,
        content: 'Hello, Tom! 😀',
        createdAtMs: Date.UTC(2026, 10, 20, 21, 34, 39, 468),
        seq: null,
        inReplyTo: null,
        streaming: false,
        changedSeq: null,
        deleted: false,
        isRead: false,
        metadata: null,
      },
    });
  });

  it('closes with codes that ask for a new token', () => {
    const closes = lines.filter(({ kind }) => kind === 'close');

    expect(closes.length).toBe(5);
    for (const { code, reason } of closes) {
      expect(protocol.readClose(code ?? 0, reason ?? '')).toEqual({ action: 'renew-token', retryAfterMs: null });
    }
  });

  it('has client frames that batch into one text, each as it was', () => {
    const sent = lines.filter(
      ({ scenario, dir, kind }) => scenario === 'C.happy_path' && dir === '->' && kind === 'ws',
    );
    const texts = sent.flatMap(({ raw }) => raw ?? []);

    const batch: unknown = JSON.parse(protocol.encodeBatch?.(texts) ?? '');

    expect(texts.length).toBe(7);
    expect(batch).toEqual(texts.map((text): unknown => JSON.parse(text)));
  });

  it('has server frames that come out of a batch as they come by themselves', () => {
    const texts = received('C.happy_path');

    const result = protocol.decode(`[${texts.join(',')}]`);

    expect(result).toEqual({ ok: true, frames: texts.map(decodeOne) });
  });

  it('has client frames that the schema knows, where the client did not mean harm', () => {
    const sent = lines.filter(
      ({ scenario, dir, kind }) => scenario === 'C.happy_path' && dir === '->' && kind === 'ws',
    );

    expect(sent.length).toBe(7);
    for (const { raw } of sent) expect(clientFrameSchema.safeParse(JSON.parse(raw ?? '')).error, raw).toBeUndefined();
  });
});
