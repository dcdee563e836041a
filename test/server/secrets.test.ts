import { describe, expect, it } from 'vitest';
import { startChild } from './support/child-server.js';
import { dial, fetchToken, logIn, post, TEST_SECRET, within } from './support/peer.js';

/** Would be seen anywhere. */
const CANARY = 'canary-7f3a';

describe('what the logs tell', { timeout: 30_000 }, () => {
  it('S16 hold who came, went and broke which rule, and no token, text, cookie or secret', async () => {
    const child = await startChild({ LOG_LEVEL: 'info', DEV_CONTROLS: 'false' });
    const ada = await logIn(child.url, 'Ada');
    const token = await fetchToken(child.url, ada);
    const peer = dial(child.url, token);
    await peer.untilType('connected');

    peer.say('lobby', 'm1', `a secret: ${CANARY}`);
    await peer.untilAck('m1');
    peer.say('lobby', 'm1', `another secret: ${CANARY}`);
    await peer.untilError('ID_CONFLICT');
    peer.send(`{"type":"${CANARY}","payload":"${CANARY}`);
    await peer.untilError('PARSE_ERROR');
    peer.send({ type: 'authenticate', payload: { token: CANARY } });
    await peer.untilError('INVALID_TOKEN');
    await dial(child.url, CANARY).untilError('INVALID_TOKEN');
    await dial(child.url, CANARY, { origin: `http://evil.test` }).closed;
    await post(`${child.url}/ws-token?token=${CANARY}`, { userId: CANARY }, { cookie: `chat_session_x=${CANARY}` });
    peer.socket.send(Buffer.from(CANARY));
    await peer.closed;
    const { code } = await child.end('SIGTERM');
    await within(Promise.resolve(code), 'the end');

    const output = child.output();
    expect(output).toContain('"msg":"connected"');
    expect(output).toContain(ada.userId);
    expect(output).toContain('http://evil.test');
    expect(output).toContain('binary-frame');
    for (const secret of [CANARY, token, Buffer.from(token).toString('base64url'), ada.cookie, TEST_SECRET]) {
      expect(output).not.toContain(secret);
    }
  });
});

describe('what errors tell', () => {
  it('S15 come in fixed texts of at most 123 bytes', async () => {
    const child = await startChild({ LOG_LEVEL: 'silent' });
    const ada = await logIn(child.url, 'Ada');
    const peer = dial(child.url, await fetchToken(child.url, ada));
    await peer.untilType('connected');

    for (const text of ['{', '[]', '{"type":"x"}', `{"type":"typing","payload":{"conversationId":"${CANARY}"}}`]) {
      peer.send(text);
    }
    peer.say('lobby', 'm1', 'a'.repeat(5_001));
    await peer.untilError('CONVERSATION_NOT_FOUND');
    await peer.until((frame) => frame.type === 'error' && frame.payload.messageId === 'm1');

    const texts = peer.frames.flatMap((frame) => (frame.type === 'error' ? [frame.payload.message] : []));
    expect(texts).toHaveLength(5);
    for (const text of texts) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(123);
      expect(text).not.toContain(CANARY);
    }
    await child.end('SIGTERM');
  });
});
