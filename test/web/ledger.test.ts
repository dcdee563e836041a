import { describe, expect, it } from 'vitest';
import { LEDGER_IDS_MAX, Ledger, type ShownMessage } from '../../examples/web/src/ledger.js';

const shown = (id: string | null, seq: number | null, clientMessageId: string | null = null): ShownMessage => ({
  key: `row-${id ?? clientMessageId}`,
  id,
  clientMessageId,
  seq,
});

describe('Ledger', () => {
  it('counts what is sent and what is acked', () => {
    const ledger = new Ledger();

    ledger.sent('lobby', 'a');
    ledger.sent('lobby', 'b');
    ledger.acked({ conversationId: 'lobby', clientMessageId: 'a', seq: 1 });

    expect(ledger.counts()).toEqual({ sent: 2, acked: 1, lost: 0, doubled: 0, outOfOrder: 0 });
  });

  it('counts a second ack of the same message once, and an ack of a stranger not at all', () => {
    const ledger = new Ledger();
    ledger.sent('lobby', 'a');

    ledger.acked({ conversationId: 'lobby', clientMessageId: 'a', seq: 1 });
    ledger.acked({ conversationId: 'lobby', clientMessageId: 'a', seq: 1 });
    ledger.acked({ conversationId: 'lobby', clientMessageId: 'of-another-window', seq: 2 });

    expect(ledger.counts().acked).toBe(1);
  });

  it('calls a message lost that is neither acked nor on the screen, until it comes back', () => {
    const ledger = new Ledger();
    ledger.sent('lobby', 'a');
    ledger.sent('lobby', 'b');

    ledger.shown('lobby', [shown(null, null, 'a')]);
    const whileMissing = ledger.counts().lost;
    ledger.shown('lobby', [shown(null, null, 'a'), shown(null, null, 'b')]);

    expect(whileMissing).toBe(1);
    expect(ledger.counts().lost).toBe(0);
  });

  it('does not look for the messages of one conversation in another', () => {
    const ledger = new Ledger();
    ledger.sent('lobby', 'a');

    ledger.shown('kitchen', []);

    expect(ledger.counts().lost).toBe(0);
  });

  it('does not call a message lost that was acked late', () => {
    const ledger = new Ledger();
    ledger.sent('lobby', 'a');
    ledger.shown('lobby', []);

    ledger.acked({ conversationId: 'lobby', clientMessageId: 'a', seq: 1 });

    expect(ledger.counts()).toMatchObject({ acked: 1, lost: 0 });
  });

  it('does not call a message lost that was taken back or refused', () => {
    const ledger = new Ledger();
    ledger.sent('lobby', 'a');

    ledger.givenUp('a');
    ledger.shown('lobby', []);

    expect(ledger.counts().lost).toBe(0);
  });

  it('still counts the ack of a message that had been given up', () => {
    const ledger = new Ledger();
    ledger.sent('lobby', 'a');
    ledger.givenUp('a');

    ledger.acked({ conversationId: 'lobby', clientMessageId: 'a', seq: 1 });

    expect(ledger.counts().acked).toBe(1);
  });

  it('counts the places that the server could not give as lost', () => {
    const ledger = new Ledger();

    ledger.gap(5, 7);

    expect(ledger.counts().lost).toBe(3);
  });

  it('sees an id that was announced twice', () => {
    const ledger = new Ledger();

    ledger.received('lobby', 'm1', 1);
    ledger.received('lobby', 'm2', 2);
    ledger.received('lobby', 'm1', 1);

    expect(ledger.counts()).toMatchObject({ doubled: 1, outOfOrder: 0 });
  });

  it('sees an id that is on the screen twice, and counts it once however often it is looked at', () => {
    const ledger = new Ledger();
    const list = [shown('m1', 1), shown('m1', 1)];

    ledger.shown('lobby', list);
    ledger.shown('lobby', list);

    expect(ledger.counts().doubled).toBe(1);
  });

  it('sees an own message that stands beside its own copy from the server', () => {
    const ledger = new Ledger();
    ledger.sent('lobby', 'a');

    ledger.shown('lobby', [shown('m1', 1, 'a'), shown(null, null, 'a')]);

    expect(ledger.counts().doubled).toBe(1);
  });

  it('sees messages that are announced out of order, by conversation', () => {
    const ledger = new Ledger();

    ledger.received('lobby', 'm2', 2);
    ledger.received('kitchen', 'k1', 1);
    ledger.received('lobby', 'm1', 1);

    expect(ledger.counts().outOfOrder).toBe(1);
  });

  it('sees rows that stand in the wrong order on the screen', () => {
    const ledger = new Ledger();

    ledger.shown('lobby', [shown('m2', 2), shown('m1', 1), shown(null, null, 'pending')]);

    expect(ledger.counts().outOfOrder).toBe(1);
  });

  it('sees an own message that got a place ahead of an earlier one', () => {
    const ledger = new Ledger();
    ledger.sent('lobby', 'first');
    ledger.sent('lobby', 'second');

    ledger.acked({ conversationId: 'lobby', clientMessageId: 'first', seq: 9 });
    ledger.acked({ conversationId: 'lobby', clientMessageId: 'second', seq: 8 });

    expect(ledger.counts().outOfOrder).toBe(1);
  });

  it('takes acks in any order as long as the places are right', () => {
    const ledger = new Ledger();
    ledger.sent('lobby', 'first');
    ledger.sent('lobby', 'second');

    ledger.acked({ conversationId: 'lobby', clientMessageId: 'second', seq: 9 });
    ledger.acked({ conversationId: 'lobby', clientMessageId: 'first', seq: 8 });

    expect(ledger.counts().outOfOrder).toBe(0);
  });

  it('begins the numbers anew when the log of a conversation does', () => {
    const ledger = new Ledger();
    ledger.received('lobby', 'm9', 9);

    ledger.restarted('lobby');
    ledger.received('lobby', 'n1', 1);

    expect(ledger.counts().outOfOrder).toBe(0);
  });

  it('remembers a bounded number of ids and forgets the oldest', () => {
    const ledger = new Ledger();

    for (let seq = 0; seq <= LEDGER_IDS_MAX; seq += 1) ledger.received('lobby', `m${seq}`, seq + 1);
    ledger.received('lobby', `m${LEDGER_IDS_MAX}`, LEDGER_IDS_MAX + 1);
    ledger.received('lobby', 'm0', LEDGER_IDS_MAX + 2);

    expect(ledger.counts().doubled).toBe(1);
  });
});
