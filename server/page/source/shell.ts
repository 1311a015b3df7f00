// What stands around the pages: navigation, the line to the server, the form for the token, the list of keys.
import { useEffect, useRef, useState } from 'preact/hooks';
import { keepToken, Problem, token, tokenTrouble } from './api';
import { AskPage } from './ask';
import { ClassPage } from './class_page';
import { ClassesPage } from './classes';
import { classes } from './classes_store';
import { Dialog } from './dialog';
import { html } from './html';
import { helpOpen, keysOn, setKeysOn } from './keys';
import { line, retryIn, tryNow, unknownCount } from './live';
import { MapPage } from './map_page';
import { MeasuresPage } from './measures';
import { number } from './names';
import { Notices } from './notices';
import { place } from './place';
import { ReviewPage } from './review';
import { useStore } from './store';

// Pages in the order of the navigation.
const pages = [
  { page: 'ask', address: '#/', label: 'Ask' },
  { page: 'classes', address: '#/classes', label: 'Classes' },
  { page: 'review', address: '#/review', label: 'Review' },
  { page: 'map', address: '#/map', label: 'Map' },
  { page: 'measures', address: '#/measures', label: 'Measures' },
];

function Navigation() {
  const here = useStore(place).page;
  const counts: Record<string, number | null | undefined> = { classes: useStore(classes)?.length, review: useStore(unknownCount) || null };
  return html`<header class="top">
    <a class="brand" href="#/" aria-label="simdb, to the start">simdb</a>
    <nav aria-label="Pages">
      ${pages.map((one) => html`<a key=${one.page} href=${one.address}
        aria-current=${here === one.page || here === 'class' && one.page === 'classes' ? 'page' : undefined}>${one.label}${
        counts[one.page] != null && html`<span class="count" aria-hidden="true">${number(counts[one.page]!)}</span>`}</a>`)}
    </nav>
    <span class="spring"></span>
    <${LineDot} />
    <button type="button" class="plain icon" aria-label="Keys" title="Keys (?)" onClick=${() => helpOpen.set(true)}>?</button>
  </header>`;
}

function LineDot() {
  const state = useStore(line);
  const text = state === 'live' ? 'Live' : state === 'lost' ? 'Server lost' : 'Connecting';
  return html`<span class=${'line ' + state} title=${text}><i aria-hidden="true"></i><span>${text}</span></span>`;
}

function LostBanner() {
  const state = useStore(line);
  const seconds = useStore(retryIn);
  const [wasLost, setWasLost] = useState(false);
  useEffect(() => {
    if (state === 'lost') setWasLost(true);
    if (state !== 'live' || !wasLost) return;
    const timer = setTimeout(() => setWasLost(false), 3000);
    return () => clearTimeout(timer);
  }, [state, wasLost]);
  if (state === 'lost') {
    return html`<div class="banner lost">
      <p role="alert">${navigator.onLine ? 'The server can’t be reached.' : 'This device is offline.'}</p>
      <span class="quiet">${seconds > 0 ? `Next try in ${seconds} s` : 'Trying…'}</span>
      <button type="button" onClick=${tryNow}>Try now</button>
    </div>`;
  }
  return wasLost && state === 'live' ? html`<div class="banner found"><p role="status">The server is back.</p></div>` : null;
}

function TokenForm() {
  const trouble = useStore(tokenTrouble);
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current!.focus(), []);
  const enter = async (event: Event) => {
    event.preventDefault();
    const value = text.trim();
    if (!value) return;
    setBusy(true);
    tokenTrouble.set('');
    try {
      if (!/^[\x21-\x7e]+$/.test(value)) throw new Problem(401, '');
      const response = await fetch('/v1/classes', { headers: { Authorization: 'Bearer ' + value }, credentials: 'omit' });
      if (response.status === 401) throw new Problem(401, '');
      keepToken(value);
    } catch (error) {
      tokenTrouble.set(error instanceof Problem ? 'This token isn’t right.' : 'The server can’t be reached.');
      setBusy(false);
      input.current?.focus();
    }
  };
  return html`<main class="gate" id="content">
    <h1>simdb</h1>
    <p>Open the address that <code>simdb serve</code> prints, or paste the token that is in the file it names.</p>
    <form onSubmit=${enter}>
      <label for="token">Token</label>
      <input id="token" ref=${input} type="password" autocomplete="off" spellcheck=${false} value=${text}
        aria-describedby="token-trouble" aria-invalid=${trouble ? 'true' : undefined}
        onInput=${(event: InputEvent) => setText((event.currentTarget as HTMLInputElement).value)} />
      <p id="token-trouble" class="trouble" role="alert">${trouble}</p>
      <button type="submit" class="main" disabled=${busy}>Open</button>
    </form>
    <p class="quiet">It stays in this window and is forgotten when the window closes.</p>
  </main>`;
}

const keys: [string, string][] = [
  ['Enter', 'The answer is right: add the picture'],
  ['E', 'It is another class'],
  ['N', 'It is a new class'],
  ['U', 'Undo what was done last'],
  ['J / K', 'Next or previous picture'],
  ['X', 'Put the picture aside'],
  ['O', 'Choose pictures'],
  ['L', 'Review: the label is right'],
  ['D', 'Review: delete'],
  ['L / T', 'Map: lasso; two or three dimensions'],
  ['1 … 5', 'Ask, Classes, Review, Map, Measures'],
  ['/', 'Find a class'],
  ['?', 'This list'],
];

function Help() {
  const on = useStore(keysOn);
  if (!useStore(helpOpen)) return null;
  return html`<${Dialog} title="Keys" onClose=${() => helpOpen.set(false)}>
    <dl class="keys">${keys.map(([key, text]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${text}</dd></div>`)}</dl>
    <label class="check"><input type="checkbox" checked=${on}
      onChange=${(event: Event) => setKeysOn((event.currentTarget as HTMLInputElement).checked)} /> Use these keys</label>
    <div class="actions"><button type="button" class="main" onClick=${() => helpOpen.set(false)}>Close</button></div>
  <//>`;
}

export function App() {
  const held = useStore(token);
  const here = useStore(place);
  const [dragged, setDragged] = useState(false);
  useEffect(() => {
    const over = (event: Event) => setDragged((event as CustomEvent<boolean>).detail);
    addEventListener('simdb-drag', over);
    return () => removeEventListener('simdb-drag', over);
  }, []);
  useEffect(() => {
    const shown = here.page === 'class' ? 'classes' : here.page;
    document.title = `${pages.find((one) => one.page === shown)!.label} · simdb`;
    scrollTo(0, 0);
  }, [here]);
  if (!held) return html`<${TokenForm} />`;
  return html`
    <a class="skip" href="#content" onClick=${(event: Event) => {
      event.preventDefault();
      document.getElementById('content')!.focus();
    }}>To the content</a>
    <${Navigation} />
    <${LostBanner} />
    <main id="content" tabindex="-1">
      ${here.page === 'ask' && html`<${AskPage} />`}
      ${here.page === 'classes' && html`<${ClassesPage} />`}
      ${here.page === 'review' && html`<${ReviewPage} part=${here.part} />`}
      ${here.page === 'map' && html`<${MapPage} />`}
      ${here.page === 'measures' && html`<${MeasuresPage} />`}
      ${here.page === 'class' && html`<${ClassPage} name=${here.name} />`}
    </main>
    <div class="drop" hidden=${!dragged} aria-hidden="true"><p>Drop pictures to ask about them</p></div>
    <${Notices} />
    <${Help} />`;
}
