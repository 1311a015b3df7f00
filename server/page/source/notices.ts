// What the page says at its lower edge: what was done, with a way back, and what is about to be done.
import { useEffect, useState } from 'preact/hooks';
import { html } from './html';
import { store, useStore } from './store';

export interface Notice {
  id: number;
  text: unknown;
  kind: 'done' | 'wrong' | 'pending';
  undo?: () => unknown;
  at: number;     // performance.now() when it came
  until: number;  // performance.now() at which it goes
  act?: () => unknown;  // what is done then
}

const shown = 20_000;
export const grace = 8;  // seconds before something is deleted

const notices = store<Notice[]>([]);
let next = 1;

function put(notice: Omit<Notice, 'id' | 'at'>): void {
  // What still waits to be done stays; of the rest the last two.
  const pending = notices.get().filter((one) => one.kind === 'pending');
  const others = notices.get().filter((one) => one.kind !== 'pending').slice(-1);
  notices.set([...pending, ...others, { ...notice, id: next++, at: performance.now() }]);
}

const drop = (id: number) => notices.set(notices.get().filter((one) => one.id !== id));

export function say(text: unknown, undo?: () => unknown): void {
  put({ text, kind: 'done', undo, until: performance.now() + shown });
}

export function complain(error: unknown): void {
  put({ text: error instanceof Error ? error.message : String(error), kind: 'wrong', until: performance.now() + shown });
}

// Does `act` after some seconds in which `undo` is offered. Nothing is done if the page is closed before that.
export function doSoon(text: unknown, act: () => Promise<unknown>, undo: () => unknown): void {
  const keep = html`<small class="keep">Nothing happens if this page is closed before that.</small>`;
  put({ text: [text, keep], kind: 'pending', undo, act, until: performance.now() + grace * 1000 });
}

// Does something, and tells when it fails.
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

// Undoes what was done last, if that was after some time.
export function undoLast(after: number): boolean {
  const last = notices.get().findLast((one) => one.undo && one.at > after);
  if (!last) return false;
  drop(last.id);
  void attempt(async () => last.undo!());
  return true;
}

function tick(): void {
  const now = performance.now();
  for (const one of notices.get()) {
    if (now < one.until) continue;
    drop(one.id);
    if (one.act) void attempt(async () => one.act!());
  }
}

export function Notices() {
  const list = useStore(notices);
  const [, redraw] = useState(0);
  useEffect(() => {
    if (list.length === 0) return;
    const timer = setInterval(() => {
      tick();
      redraw((count) => count + 1);
    }, 250);
    return () => clearInterval(timer);
  }, [list]);
  return html`<div class="notices">
    ${list.map((one) => {
      const left = Math.max(0, Math.ceil((one.until - performance.now()) / 1000));
      return html`<div class=${'notice ' + one.kind} key=${one.id}>
        <p role=${one.kind === 'wrong' ? 'alert' : 'status'}>${one.text}</p>
        ${one.kind === 'pending' && html`<span class="countdown" aria-hidden="true">${left} s</span>`}
        ${one.undo && html`<button type="button" class="plain" onClick=${() => {
          drop(one.id);
          void attempt(async () => one.undo!());
        }}>Undo</button>`}
        ${one.kind !== 'pending' && html`<button type="button" class="plain icon" aria-label="Dismiss"
          onClick=${() => drop(one.id)}>×</button>`}
      </div>`;
    })}
  </div>`;
}
