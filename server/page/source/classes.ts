// The page "Classes": all of them with some of their pictures.
import { useEffect, useState } from 'preact/hooks';
import { type ClassCount, type Item, itemsOf } from './api';
import { classes, leaving } from './classes_store';
import { html } from './html';
import { counted, Name, number } from './names';
import { Thumbnail } from './pictures';
import { addressOf } from './place';
import { useStore } from './store';

const sample = 4;
const atOnce = 60;  // cards, until more are asked for

function Tile({ one }: { one: ClassCount }) {
  const [items, setItems] = useState<Item[]>([]);
  const isLeaving = useStore(leaving).has(one.class);
  useEffect(() => {
    let gone = false;
    itemsOf(one.class, sample).then((page) => { if (!gone) setItems(page.items); }, () => {});
    return () => { gone = true; };
  }, [one.class, one.items]);
  return html`<li class=${'tile' + (isLeaving ? ' leaving' : '')}>
    <a href=${addressOf(one.class)}>
      <span class="mosaic" aria-hidden="true">
        ${Array.from({ length: sample }, (_, index) => items[index]
          ? html`<${Thumbnail} key=${items[index]!.id} id=${items[index]!.id} label="" />`
          : html`<span class="thumbnail" key=${'-' + index}></span>`)}
      </span>
      <span class="tile-text"><${Name} of=${one.class} /><small>${isLeaving ? 'being deleted'
        : html`${number(one.items)}<span class="unseen"> pictures</span>`}</small></span>
    </a>
  </li>`;
}

export function ClassesPage() {
  const list = useStore(classes);
  const [filter, setFilter] = useState('');
  const [shown, setShown] = useState(atOnce);
  const wanted = filter.trim().toLocaleLowerCase();
  const found = (list ?? []).filter((one) => one.class.toLocaleLowerCase().includes(wanted));
  const items = (list ?? []).reduce((sum, one) => sum + one.items, 0);
  return html`<div class="classes">
    <header class="page-head">
      <div>
        <h1>Classes</h1>
        <p class="quiet" role="status">${list === null ? 'Loading…'
          : `${counted(list.length, 'class', 'classes')}, ${counted(items, 'picture')}`}</p>
      </div>
      ${list !== null && list.length > 0 && html`<input id="class-filter" type="search" placeholder="Find a class"
        aria-label="Find a class" value=${filter}
        onInput=${(event: InputEvent) => setFilter((event.currentTarget as HTMLInputElement).value)} />`}
    </header>
    ${list?.length === 0 && html`<div class="empty">
      <h2>No classes yet</h2>
      <p class="quiet">Drop pictures of one part to begin, and give that part a name.</p>
      <a class="button main" href="#/">Ask about a picture</a>
    </div>`}
    ${list !== null && list.length > 0 && found.length === 0 && html`<p class="empty quiet">No class has “${filter}” in its name.</p>`}
    <ul class="tiles">${found.slice(0, shown).map((one) => html`<${Tile} key=${one.class} one=${one} />`)}</ul>
    ${found.length > shown && html`<button type="button" class="more" onClick=${() => setShown(shown + atOnce)}>
      Show more of ${number(found.length)}</button>`}
  </div>`;
}
