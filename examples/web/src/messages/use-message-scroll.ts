/**
 * Where the list stands. At its end it follows new messages; elsewhere the message that somebody is reading stays where
 * it is, whatever comes in above or below.
 */

import type { ChatMessage } from 'chatsocket';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

export interface MessageScroll {
  readonly scrollerRef: RefObject<HTMLElement | null>;
  readonly listRef: RefObject<HTMLOListElement | null>;
  readonly isAtEnd: boolean;
  /** Messages of others that came in below. */
  readonly newCount: number;
  readonly onScroll: () => void;
  readonly goToEnd: () => void;
}

/** A message at the top edge, and how far from it. */
interface Anchor {
  readonly key: string;
  readonly offsetPx: number;
}

const END_SLACK_PX = 48;
const TOP_SLACK_PX = 160;

export function useMessageScroll(messages: readonly ChatMessage[], onTop: () => void): MessageScroll {
  const scrollerRef = useRef<HTMLElement>(null);
  const listRef = useRef<HTMLOListElement>(null);
  const place = useRef<{ isAtEnd: boolean; anchor: Anchor | null }>({ isAtEnd: true, anchor: null });
  const seenKey = useRef<string | null>(null);
  const newestKey = useRef<string | null>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const [newCount, setNewCount] = useState(0);

  const notePlace = useCallback(() => {
    const scroller = scrollerRef.current;
    if (scroller === null) return;
    const below = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    const isNowAtEnd = below <= END_SLACK_PX;
    // At the end nothing has to be kept in its place, and looking at each row would cost as much as drawing them.
    place.current = { isAtEnd: isNowAtEnd, anchor: isNowAtEnd ? null : findAnchor(scroller, listRef.current) };
    setIsAtEnd(isNowAtEnd);
    if (!isNowAtEnd) return;
    seenKey.current = newestKey.current;
    setNewCount(0);
  }, []);

  const keepPlace = useCallback(() => {
    const scroller = scrollerRef.current;
    if (scroller === null) return;
    if (place.current.isAtEnd) scroller.scrollTop = scroller.scrollHeight;
    else restore(scroller, place.current.anchor);
    notePlace();
  }, [notePlace]);

  useLayoutEffect(() => {
    const newest = messages.at(-1);
    const isOwnNew = newest?.sender.role === 'self' && newest.key !== newestKey.current && newest.delivery !== 'sent';
    newestKey.current = newest?.key ?? null;
    if (isOwnNew) place.current = { isAtEnd: true, anchor: null };
    keepPlace();
    if (!place.current.isAtEnd) setNewCount(countAfter(messages, seenKey.current));
    if ((scrollerRef.current?.scrollTop ?? TOP_SLACK_PX) < TOP_SLACK_PX) onTop();
  }, [messages, keepPlace, onTop]);

  useEffect(() => {
    const resizing = new ResizeObserver(keepPlace);
    for (const element of [scrollerRef.current, listRef.current]) if (element !== null) resizing.observe(element);
    return () => resizing.disconnect();
  }, [keepPlace]);

  const onScroll = useCallback(() => {
    notePlace();
    if ((scrollerRef.current?.scrollTop ?? TOP_SLACK_PX) < TOP_SLACK_PX) onTop();
  }, [notePlace, onTop]);

  const goToEnd = useCallback(() => {
    place.current = { isAtEnd: true, anchor: null };
    keepPlace();
  }, [keepPlace]);

  return { scrollerRef, listRef, isAtEnd, newCount, onScroll, goToEnd };
}

function findAnchor(scroller: HTMLElement, list: HTMLElement | null): Anchor | null {
  for (const row of list?.children ?? []) {
    if (!(row instanceof HTMLElement) || row.dataset['key'] === undefined) continue;
    const offsetPx = row.offsetTop - scroller.scrollTop;
    if (offsetPx + row.offsetHeight > 0) return { key: row.dataset['key'], offsetPx };
  }
  return null;
}

function restore(scroller: HTMLElement, anchor: Anchor | null): void {
  if (anchor === null) return;
  const row = scroller.querySelector(`[data-key="${CSS.escape(anchor.key)}"]`);
  if (row instanceof HTMLElement) scroller.scrollTop = row.offsetTop - anchor.offsetPx;
}

function countAfter(messages: readonly ChatMessage[], key: string | null): number {
  const seen = messages.findIndex((message) => message.key === key);
  return messages.slice(seen + 1).filter(({ sender }) => sender.role !== 'self').length;
}
