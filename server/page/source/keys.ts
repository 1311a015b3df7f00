// Single keys. They can be switched off, as WCAG 2.1.4 asks.
import { chooseFiles } from './ask';
import { current, find, lastAdded, putAside, step, takeBack } from './ask_store';
import { choosing, confirm } from './card';
import { pageKeys } from './fresh';
import { undoLast } from './notices';
import { go, place } from './place';
import { store } from './store';

const switchKey = 'simdb-keys';

export const helpOpen = store(false);
export const keysOn = store(localStorage.getItem(switchKey) !== 'off');

export function setKeysOn(on: boolean): void {
  localStorage.setItem(switchKey, on ? 'on' : 'off');
  keysOn.set(on);
}

const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('input:not([type=checkbox]), textarea, select, dialog') !== null;
const isControl = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('button, a, summary, input, label') !== null;

function undo(): void {
  const last = lastAdded();
  if (!undoLast(last?.added!.at ?? 0) && last) void takeBack(last.key);
}

function onCard(key: string): boolean {
  const one = find(current.get());
  if (place.get().page !== 'ask' || !one || one.state === 'settled') return false;
  if (key === 'Enter') confirm(one.key);
  else if (key === 'x') putAside(one.key);
  else if (key === 'e' && one.answer) choosing.set({ key: one.key, isNew: false });
  else if (key === 'n' && one.answer) choosing.set({ key: one.key, isNew: true });
  else return false;
  return true;
}

const places: Record<string, string> = { 1: '#/', 2: '#/classes', 3: '#/review', 4: '#/map', 5: '#/measures' };

function press(key: string): boolean {
  const own = pageKeys.get()[key];
  if (own) own();
  else if (key === '?') helpOpen.set(true);
  else if (places[key]) go(places[key]);
  else if (key === 'u') undo();
  else if (key === 'j') step(1);
  else if (key === 'k') step(-1);
  else if (key === 'o' && place.get().page === 'ask') chooseFiles.get()();
  else if (key === '/') {
    if (place.get().page !== 'classes') go('#/classes');
    setTimeout(() => document.getElementById('class-filter')?.focus(), 50);
  } else return onCard(key);
  return true;
}

export function listen(): void {
  addEventListener('keydown', (event) => {
    if (!keysOn.get() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.defaultPrevented || isField(event.target) || helpOpen.get()) return;
    if (event.key === 'Enter' && (isControl(event.target) || event.repeat)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (press(key)) event.preventDefault();
  });
}
