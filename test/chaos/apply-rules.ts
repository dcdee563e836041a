/** Brings rules down on the connections of a proxy. */

import type { FaultProxy } from '../../examples/play/fault-proxy.js';
import type { Link } from '../../examples/play/link.js';
import type { Action, Rule } from './rule.js';

export interface AppliedRules {
  /** How often each rule struck, in the order of the rules. */
  readonly strikes: readonly number[];
  /** No rule strikes any more, and what is wrong with open links is taken away. */
  stop(): void;
}

export function applyRules(road: FaultProxy, rules: readonly Rule[]): AppliedRules {
  const strikes = rules.map(() => 0);
  const timers = new Set<NodeJS.Timeout>();
  let isOn = true;

  const strike = (link: Link, index: number, action: Action) => {
    if (!isOn) return;
    strikes[index] = (strikes[index] ?? 0) + 1;
    perform(link, action);
  };
  const arm = (link: Link, index: number, { when, action }: Rule) => {
    if (when.type === 'dialled') return strike(link, index, action);
    if (when.type === 'bytes') return link.markAt(when.direction, when.count, () => strike(link, index, action));
    const timer = setTimeout(() => strike(link, index, action), when.delayMs);
    timers.add(timer);
    void link.over.then(() => clearTimeout(timer));
  };
  let links = 0;
  const stopListening = road.onLink((link) => {
    links += 1;
    for (const [index, rule] of rules.entries()) {
      if (rule.match.from <= links && links <= rule.match.to) arm(link, index, rule);
    }
  });

  return {
    strikes,
    stop() {
      isOn = false;
      stopListening();
      for (const timer of timers) clearTimeout(timer);
      road.heal();
    },
  };
}

function perform(link: Link, action: Action): void {
  switch (action.type) {
    case 'cut':
      return link.cut();
    case 'stall':
      return link.stall(action.durationMs, action.direction);
    case 'silence':
      return link.silence(action);
    case 'delay':
      return link.delay(action.delayMs);
    case 'byte-by-byte':
      return link.byteByByte();
  }
}
