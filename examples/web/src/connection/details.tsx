import type { ChatSocketClient, ConnectionSnapshot } from 'chatsocket';
import { useCallback, useId, useRef, useState } from 'react';
import { Icon } from '../look/icon.js';
import { useEscape, usePressOutside } from '../look/use-dismiss.js';
import { useNow } from './use-now.js';

interface DetailsProps {
  readonly client: ChatSocketClient;
  readonly connection: ConnectionSnapshot;
}

/** What the client itself says about its connection, for who wants to know more. */
export function Details({ client, connection }: DetailsProps) {
  const id = useId();
  const boxRef = useRef<HTMLSpanElement>(null);
  const buttonRef = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const close = useCallback(() => setIsOpen(false), []);
  const closeByKey = useCallback(() => {
    setIsOpen(false);
    buttonRef.current?.focus();
  }, []);
  useEscape(isOpen, closeByKey);
  usePressOutside(boxRef, isOpen, close);

  return (
    <span className="details" ref={boxRef}>
      <button
        ref={buttonRef}
        type="button"
        className="icon-button icon-button-small"
        aria-label="Details of the connection"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Icon name="details" size={16} />
      </button>
      {isOpen && <DetailsPanel id={id} client={client} connection={connection} />}
    </span>
  );
}

function DetailsPanel({ id, client, connection }: DetailsProps & { readonly id: string }) {
  useNow(true);
  const { cause, text } = client.explain();
  const { openMs, ackMs, dials } = client.metrics();
  return (
    <section id={id} className="details-panel" aria-label="Details of the connection">
      <p>{text}</p>
      <dl>
        <Fact name="Status" value={connection.status === 'connecting' ? connection.phase : connection.status} />
        <Fact
          name="Last trouble"
          value={cause === null ? 'none' : `${cause.kind}${cause.code === null ? '' : ` ${cause.code}`}`}
        />
        <Fact name="Dials" value={String(dials)} />
        <Fact name="Time to open" value={inMs(openMs.last)} />
        <Fact name="Time to ack" value={inMs(ackMs.p50)} />
      </dl>
    </section>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function inMs(durationMs: number | null): string {
  return durationMs === null ? '–' : `${Math.round(durationMs)} ms`;
}
