import { describe, expect, it } from 'vitest';
import { BASE_TERMS as terms } from '../../src/core/base-terms.js';
import { isChatSocketError } from '../../src/errors/chat-socket-error.js';
import type { Protocol } from '../../src/ports/protocol.js';
import { defineProtocol, envelopeProtocol, streamingProtocol, threadProtocol } from '../../src/protocols/index.js';

/** A protocol with some fields replaced by what its type may forbid. */
function withFields(fields: Record<string, unknown>): Protocol {
  // Safe: JavaScript callers can hand in what the types forbid, and that is what is tried here.
  return { ...envelopeProtocol(), ...fields } as Protocol;
}

function optionRefused(protocol: Protocol): unknown {
  try {
    defineProtocol(protocol);
    return null;
  } catch (error) {
    return isChatSocketError(error, 'usage/invalid-option') ? error.fields['option'] : error;
  }
}

function throwAnything(): never {
  throw new Error('broken');
}

describe('defineProtocol', () => {
  it('passes on what a protocol says', () => {
    const own = envelopeProtocol({ tokenIn: 'none' });

    const defined = defineProtocol(own);

    const { decode: _decode, encode: _encode, encodeBatch: _encodeBatch, readClose: _readClose, ...facts } = own;
    expect(defined).toMatchObject(facts);
    expect(defined.decode('pong')).toEqual({ ok: true, frames: [{ type: 'pong', latest: null }] });
    expect(defined.encode({ type: 'ping' }, terms)).toBe('{"type":"ping"}');
    expect(defined.encodeBatch?.(['{"type":"ping"}', '{}'])).toBe('[{"type":"ping"},{}]');
    expect(defined.readClose(1008, '')).toEqual({ action: 'renew-token', retryAfterMs: null });
  });

  it.each(['subprotocol', 'first-frame', 'none', { query: 'token' }] as const)(
    'finds nothing wrong with the envelope protocol and its token in %j',
    (tokenIn) => {
      expect(optionRefused(envelopeProtocol({ tokenIn }))).toBeNull();
    },
  );

  it('takes a protocol that is a class', () => {
    class Counting {
      readonly #facts = envelopeProtocol();
      readonly name = 'counting';
      readonly tokenIn = 'none';
      readonly subprotocols = [];
      readonly answersPings = 'perhaps';
      readonly contentLengthMax = Infinity;
      get capabilities() {
        return this.#facts.capabilities;
      }
      decode(text: string) {
        return this.#facts.decode(text);
      }
      encode() {
        return this.name;
      }
      readClose() {
        return null;
      }
    }

    const defined = defineProtocol(new Counting());

    expect(defined.encode({ type: 'ping' }, terms)).toBe('counting');
    expect(defined.decode('pong').ok).toBe(true);
    expect(defined.capabilities.acks).toBe(true);
  });

  it.each([
    ['name', ''],
    ['name', undefined],
    ['capabilities', null],
    ['tokenIn', 'url'],
    ['subprotocols', 'chatsocket.v1'],
    ['subprotocols', ['a b']],
    ['subprotocols', ['']],
    ['subprotocols', ['a', 'a']],
    ['subprotocols', [7]],
    ['answersPings', true],
    ['contentLengthMax', 0],
    ['contentLengthMax', 1.5],
    ['contentLengthMax', Number.NaN],
    ['contentLengthMax', '5000'],
    ['decode', undefined],
    ['encode', 'text'],
    ['encodeBatch', '[]'],
    ['readClose', null],
    ['greeting', ''],
    ['greeting', { type: 'connected' }],
  ])('refuses the %s %j by name', (field, value) => {
    expect(optionRefused(withFields({ [field]: value }))).toBe(`protocol.${field}`);
  });

  it.each([
    ['presets', null],
    ['presets.dials', { dials: {} }],
    ['presets.reconnect', { reconnect: 'fast' }],
    ['presets.reconnect.delayFirstMs', { reconnect: { delayFirstMs: -1 } }],
    ['presets.reconnect.delayMaxMs', { reconnect: { delayMaxMs: 600_001 } }],
    ['presets.reconnect.attemptsMax', { reconnect: { attemptsMax: '5' } }],
    ['presets.reconnect.dialsPerMinuteMax', { reconnect: { dialsPerMinuteMax: 60 } }],
    ['presets.heartbeat.intervalMs', { heartbeat: { intervalMs: Number.NaN } }],
  ])('refuses %s by name', (field, presets) => {
    expect(optionRefused(withFields({ presets }))).toBe(`protocol.${field}`);
  });

  it.each([streamingProtocol(), threadProtocol()])('finds nothing wrong with $name, and keeps its presets', (own) => {
    expect(defineProtocol(own).presets).toEqual(own.presets);
    expect(own.presets?.reconnect?.attemptsMax).toBeGreaterThan(0);
  });

  it.each(Object.keys(envelopeProtocol().capabilities))('refuses a protocol that does not say if it has %s', (name) => {
    const capabilities = { ...envelopeProtocol().capabilities, [name]: undefined };

    expect(optionRefused(withFields({ capabilities }))).toBe(`protocol.capabilities.${name}`);
  });

  it.each([null, undefined, 'envelope', envelopeProtocol])('refuses what is no protocol (%#)', (value) => {
    // Safe: see above.
    expect(optionRefused(value as never)).toBe('protocol');
  });

  it.each([
    throwAnything,
    () => undefined,
    () => null,
    () => ({}),
    () => ({ ok: true }),
    () => ({ ok: true, frames: 'none' }),
    () => ({ ok: false }),
    () => Promise.resolve(),
  ])('UP-32 turns a broken decode into a rejected frame (%#)', (decode) => {
    const defined = defineProtocol(withFields({ decode }));

    expect(defined.decode('{}')).toEqual({ ok: false, reason: 'invalid-shape' });
  });

  it.each([throwAnything, () => undefined, () => 7, () => Promise.resolve('')])(
    'turns a broken encode into no words (%#)',
    (encode) => {
      const defined = defineProtocol(withFields({ encode }));

      expect(defined.encode({ type: 'ping' }, terms)).toBeNull();
    },
  );

  it.each([undefined, throwAnything, () => undefined, () => 7, () => Promise.resolve('')])(
    'lets each frame go by itself where encodeBatch is broken, or not there (%#)',
    (encodeBatch) => {
      const defined = defineProtocol(withFields({ encodeBatch }));

      expect(defined.encodeBatch?.(['{}', '{}'])).toBeNull();
    },
  );

  it.each([throwAnything, () => undefined, () => ({}), () => ({ action: 'explode', retryAfterMs: null })])(
    'leaves the close to the common table where readClose is broken (%#)',
    (readClose) => {
      const defined = defineProtocol(withFields({ readClose }));

      expect(defined.readClose(1008, '')).toBeNull();
    },
  );
});
