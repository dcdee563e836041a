import { useSyncExternalStore } from 'react';
import { useChat } from '../session/chat-context.js';
import './counter-strip.css';

/** The books of this window, in figures. What must stay 0 is marked as soon as it does not. */
export function CounterStrip() {
  const { books } = useChat();
  const figures = useSyncExternalStore(books.subscribe, books.snapshot);
  return (
    <dl className="counters" aria-label="Counters of this window">
      <Counter name="sent" value={figures.sent} />
      <Counter name="acked" value={figures.acked} />
      <Counter name="lost" value={figures.lost} mustBeZero />
      <Counter name="doubled" value={figures.doubled} mustBeZero />
      <Counter name="out of order" value={figures.outOfOrder} mustBeZero />
      <Counter name="reconnects" value={figures.reconnects} />
      <Counter name="round trip" value={figures.roundTripMs === null ? '–' : `${figures.roundTripMs} ms`} />
    </dl>
  );
}

interface CounterProps {
  readonly name: string;
  readonly value: number | string;
  readonly mustBeZero?: boolean;
}

function Counter({ name, value, mustBeZero = false }: CounterProps) {
  const tone = mustBeZero ? (value === 0 ? 'good' : 'bad') : 'plain';
  return (
    <div className="counter" data-tone={tone} data-counter={name}>
      <dt>{name}</dt>
      <dd>{typeof value === 'number' ? value.toLocaleString('en') : value}</dd>
    </div>
  );
}
