import { type RefObject, useEffect } from 'react';

/** What Escape would close, the latest last. */
const openOnes: (() => void)[] = [];

/** Escape closes what was opened last, and nothing else. */
export function useEscape(isOpen: boolean, onClose: () => void): void {
  useEffect(() => {
    if (!isOpen) return;
    const close = () => onClose();
    openOnes.push(close);
    const onKeyDown = (event: KeyboardEvent) => {
      // Closing may already have taken the latest off the list when the next listener hears of the same key.
      if (event.key !== 'Escape' || event.defaultPrevented || openOnes.at(-1) !== close) return;
      event.preventDefault();
      close();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
      openOnes.splice(openOnes.indexOf(close), 1);
    };
  }, [isOpen, onClose]);
}

/** A press anywhere else closes what is open. */
export function usePressOutside(inside: RefObject<HTMLElement | null>, isOpen: boolean, onClose: () => void): void {
  useEffect(() => {
    if (!isOpen) return;
    const onPointerDown = (event: PointerEvent) => {
      const isInside = event.target instanceof Node && inside.current?.contains(event.target) === true;
      if (!isInside) onClose();
    };
    document.addEventListener('pointerdown', onPointerDown);
    return () => document.removeEventListener('pointerdown', onPointerDown);
  }, [inside, isOpen, onClose]);
}
