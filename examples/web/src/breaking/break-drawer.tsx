import { useEffect, useRef, useState } from 'react';
import { breakLink, type FaultReach } from '../faults.js';
import { Icon } from '../look/icon.js';
import { useChat } from '../session/chat-context.js';
import { CounterStrip } from './counter-strip.js';
import { FAULTS, type Fault } from './fault-list.js';
import { ReachChoice } from './reach-choice.js';
import { useOutcome } from './use-outcome.js';
import { useVolley } from './use-volley.js';
import './breaking.css';

interface BreakDrawerProps {
  readonly roomId: string;
  readonly onClose: () => void;
  /** Whether the counters stand in here, where the page has no room for them below. */
  readonly counters: boolean;
}

const VOLLEY_MESSAGES = 20;

/** Real faults on the running link, each with a line on what will be seen. */
export function BreakDrawer({ roomId, onClose, counters }: BreakDrawerProps) {
  const { userId } = useChat();
  const [isForAll, setIsForAll] = useState(false);
  const { outcome, attempt } = useOutcome();
  const headingRef = useRef<HTMLHeadingElement>(null);
  const fireVolley = useVolley(roomId, VOLLEY_MESSAGES);
  const reach: FaultReach = isForAll ? 'everyone' : { userId };
  useEffect(() => headingRef.current?.focus(), []);

  return (
    <aside className="drawer" id="break-drawer" aria-label="Break it">
      <header className="drawer-header">
        <h2 ref={headingRef} tabIndex={-1}>
          Break it
        </h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="drawer-body">
        {counters && <CounterStrip />}
        <p className="drawer-lead">
          Break the running link, go on writing, and watch it heal. The counters keep the books.
        </p>
        <ReachChoice isForAll={isForAll} onChange={setIsForAll} />
        <ul className="faults">
          {FAULTS.map((fault) => (
            <FaultButton
              key={fault.name}
              fault={fault}
              onPress={() => attempt(fault.name, () => fault.run({ userId, roomId, reach }))}
            />
          ))}
        </ul>
      </div>
      <footer className="drawer-tools">
        <button
          type="button"
          className="button button-strong"
          onClick={() => attempt('Heal the link', () => breakLink('heal', reach))}
        >
          Heal the link
        </button>
        <button type="button" className="button" onClick={fireVolley}>
          Write {VOLLEY_MESSAGES} messages
        </button>
        <p className="drawer-outcome" role="status" data-tone={outcome?.tone}>
          {outcome?.text}
        </p>
      </footer>
    </aside>
  );
}

function FaultButton({ fault, onPress }: { readonly fault: Fault; readonly onPress: () => void }) {
  return (
    <li>
      <button type="button" className="fault" onClick={onPress}>
        <Icon name={fault.icon} />
        <span className="fault-name">{fault.name}</span>
        <span className="fault-effect">{fault.effect}</span>
      </button>
    </li>
  );
}
