// What the lists of the page Review share: one entry is the current one, on which keys act.
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Fresh, usePageKeys } from './fresh';
import { html } from './html';
import { counted, percent } from './names';

export const pageSize = 50;
const settling = 500;  // ms after the current entry has changed in which keys do nothing to it: nobody has read it yet

// `keyOf` says when an entry is another one, or says something else.
export function useCurrent<T>(list: T[], keyOf: (one: T) => string) {
  const [at, setAt] = useState({ key: '', index: 0 });
  const found = list.findIndex((one) => keyOf(one) === at.key);
  const index = found >= 0 ? found : Math.max(0, Math.min(at.index, list.length - 1));
  const current = list[index];
  const key = current === undefined ? '' : keyOf(current);
  const since = useRef(0);
  useEffect(() => {
    since.current = performance.now();
    setAt({ key, index });
  }, [key]);
  const choose = (one: T | undefined) => {
    if (one !== undefined) setAt({ key: keyOf(one), index: list.indexOf(one) });
  };
  // Calls with the current entry, if it has stood there long enough to be read.
  const act = (then: (one: T) => void) => () => {
    if (current !== undefined && performance.now() - since.current >= settling) then(current);
  };
  return { current, choose, act, step: (by: number) => choose(list[Math.max(0, Math.min(list.length - 1, index + by))]) };
}

interface EntryProps {
  label: string;
  isCurrent: boolean;
  onChoose: () => void;
  kind?: string;
  children?: unknown;
}

export function Entry({ label, isCurrent, onChoose, kind, children }: EntryProps) {
  const box = useRef<HTMLElement>(null);
  const seen = useRef(false);
  useEffect(() => {
    const isFirst = !seen.current;
    seen.current = true;
    if (!isCurrent) return;
    // What had the focus went with the entry before: this one takes it, so that Tab goes on from here.
    if (document.activeElement === document.body && !isFirst) box.current!.focus({ preventScroll: true });
    const frame = box.current!.getBoundingClientRect();
    if (!isFirst && (frame.top < 70 || frame.bottom > innerHeight - 20)) box.current!.scrollIntoView({ block: 'center' });
  }, [isCurrent]);
  return html`<article class=${'entry' + (isCurrent ? ' active' : '') + (kind ? ' ' + kind : '')} ref=${box} tabindex="-1" aria-label=${label}
    aria-current=${isCurrent ? 'true' : undefined} onFocusIn=${onChoose} onPointerDown=${onChoose}>${children}</article>`;
}

export function useListKeys(step: (by: number) => void, keys: Record<string, () => void>): void {
  usePageKeys({ j: () => step(1), k: () => step(-1), ...keys });
}

// What stands where a list isn't there, yet or at all.
export function Instead({ of, isEmpty, title, text }: { of: Fresh<unknown>; isEmpty: boolean; title: string; text: unknown }) {
  if (of.data === null && of.trouble) return html`<p class="empty trouble" role="alert">${of.trouble}</p>`;
  if (of.data === null) return html`<p class="empty quiet" role="status">Looking…</p>`;
  return isEmpty ? html`<div class="empty"><h2>${title}</h2><p class="quiet">${text}</p></div>` : null;
}

export const More = ({ isThere, total, onMore }: { isThere: boolean; total: number; onMore: () => void }) =>
  isThere && html`<button type="button" class="more" onClick=${onMore}>Show more of ${counted(total, 'entry', 'entries')}</button>`;

export const alike = (similarity: number) => (similarity >= 0.99995 ? 'the same' : percent(similarity) + ' alike');
