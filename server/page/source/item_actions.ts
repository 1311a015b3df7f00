// What can be done with pictures of the database, wherever they are shown, each with its way back.
import { useState } from 'preact/hooks';
import { moveItems, removeItems } from './api';
import { ClassChoice } from './class_choice';
import { Dialog } from './dialog';
import { html } from './html';
import { counted, Name, number } from './names';
import { attempt, doSoon, grace, say } from './notices';
import { store } from './store';

export interface Classed {
  id: number;
  class: string;
}

const mostIds = 100_000;  // that the server takes at once

// Items whose deletion waits for its seconds to pass, and those that are gone: ids are never given again.
export const leavingItems = store<ReadonlySet<number>>(new Set());

function mark(ids: number[], isLeaving: boolean): void {
  const all = new Set(leavingItems.get());
  for (const id of ids) isLeaving ? all.add(id) : all.delete(id);
  leavingItems.set(all);
}

async function inParts(ids: number[], act: (part: number[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < ids.length; from += mostIds) await act(ids.slice(from, from + mostIds));
}

export function deleteSoon(ids: number[]): void {
  mark(ids, true);
  doSoon(`Deleting ${counted(ids.length, 'picture')} in ${grace} seconds`, async () => {
    try {
      await inParts(ids, removeItems);
    } catch (error) {
      mark(ids, false);
      throw error;
    }
  }, () => mark(ids, false));
}

async function moveBack(items: Classed[]): Promise<void> {
  const byClass = new Map<string, number[]>();
  for (const one of items) {
    const ids = byClass.get(one.class);
    if (ids) ids.push(one.id);
    else byClass.set(one.class, [one.id]);
  }
  for (const [name, ids] of byClass) await inParts(ids, (part) => moveItems(part, name));
}

// Moves pictures, of one class or several, to another. `back` is called besides when that is undone.
export const moveTo = (items: Classed[], name: string, back?: () => void): Promise<boolean> => attempt(async () => {
  await inParts(items.map((one) => one.id), (part) => moveItems(part, name));
  say(html`Moved ${counted(items.length, 'picture')} to <${Name} of=${name} />`, async () => {
    await moveBack(items);
    back?.();
  });
});

// The bar for pictures that are selected.
export function Selection({ items, without, onDone }: { items: Classed[]; without?: string; onDone: () => void }) {
  const [moving, setMoving] = useState(false);
  return html`<div class="selection" role="region" aria-label="Selected pictures">
    <p role="status">${number(items.length)} selected</p>
    <button type="button" class="main" onClick=${() => setMoving(true)}>Move…</button>
    <button type="button" class="danger" onClick=${() => {
      onDone();
      deleteSoon(items.map((one) => one.id));
    }}>Delete</button>
    <button type="button" class="plain" onClick=${onDone}>Clear</button>
    ${moving && html`<${Dialog} title=${`Move ${counted(items.length, 'picture')}`} onClose=${() => setMoving(false)}>
      <${ClassChoice} label="To class" action="Move" without=${without} onCancel=${() => setMoving(false)}
        onChoose=${(to: string) => {
          onDone();
          void moveTo(items, to);
        }} />
    <//>`}
  </div>`;
}
