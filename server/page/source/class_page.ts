// The page of one class: all its pictures, and what can be done with them and with the class.
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Item, itemsOf, moveItems, Problem, removeClass, renameClass } from './api';
import { ClassChoice } from './class_choice';
import { classes, leaving } from './classes_store';
import { Dialog } from './dialog';
import { html } from './html';
import { leavingItems, Selection } from './item_actions';
import { changes } from './live';
import { counted, Name, number, shortName } from './names';
import { attempt, doSoon, grace, say } from './notices';
import { Thumbnail } from './pictures';
import { addressOf, go } from './place';
import { useStore } from './store';

const pageSize = 100;
const largest = 1000;     // items that the server gives at once
const mostUndone = 10_000;  // items of a merge that can be taken back

async function idsOf(name: string): Promise<number[]> {
  const ids: number[] = [];
  for (let after: number | null = 0; after !== null;) {
    const page = await itemsOf(name, largest, after);
    ids.push(...page.items.map((one) => one.id));
    after = page.next;
  }
  return ids;
}

async function merge(from: string, to: string, size: number): Promise<void> {
  const ids = size <= mostUndone ? await idsOf(from) : [];
  await renameClass(from, to, true);
  say(html`Merged <${Name} of=${from} /> into <${Name} of=${to} />`,
      ids.length > 0 ? () => moveItems(ids, from) : undefined);
  go(addressOf(to));
}

function withMark(name: string, isOn: boolean): void {
  const names = new Set(leaving.get());
  if (isOn) names.add(name);
  else names.delete(name);
  leaving.set(names);
}

function deleteClass(name: string, size: number): void {
  withMark(name, true);
  go('#/classes');
  doSoon(html`Deleting <${Name} of=${name} /> and its ${counted(size, 'picture')} in ${grace} seconds`,
         async () => {
           try {
             await removeClass(name);
           } finally {
             withMark(name, false);
           }
         },
         () => withMark(name, false));
}

// Renames; where there is a class of that name already, asks whether to make one of the two.
function Rename({ name, size, onClose }: { name: string; size: number; onClose: () => void }) {
  const [text, setText] = useState(name);
  const [trouble, setTrouble] = useState('');
  const [other, setOther] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current!.select(), []);
  const rename = async (event: Event) => {
    event.preventDefault();
    const to = text.trim();
    if (to === name) return onClose();
    try {
      await renameClass(name, to);
      say(html`Renamed to <${Name} of=${to} />`, async () => {
        await renameClass(to, name);
        go(addressOf(name));
      });
      onClose();
      go(addressOf(to));
    } catch (error) {
      if (error instanceof Problem && error.status === 409) setOther(to);
      else setTrouble((error as Error).message);
    }
  };
  if (other !== null) {
    return html`<${Dialog} title="Merge the two?" onClose=${onClose}>
      <p>There is a class <${Name} of=${other} /> already. Merged, the ${counted(size, 'picture')} of
        ${' '}<${Name} of=${name} /> belong to it.</p>
      <div class="actions">
        <button type="button" class="main" onClick=${() => {
          onClose();
          void attempt(() => merge(name, other, size));
        }}>Merge</button>
        <button type="button" onClick=${() => setOther(null)}>Back</button>
      </div>
    <//>`;
  }
  return html`<${Dialog} title="Rename the class" onClose=${onClose}>
    <form onSubmit=${rename}>
      <label for="new-name">Name</label>
      <input id="new-name" ref=${input} type="text" value=${text} autocomplete="off" spellcheck=${false} maxlength="1024"
        aria-describedby="rename-trouble" onInput=${(event: InputEvent) => setText((event.currentTarget as HTMLInputElement).value)} />
      <p id="rename-trouble" class="trouble" role="alert">${trouble}</p>
      <div class="actions">
        <button type="submit" class="main" disabled=${text.trim() === ''}>Rename</button>
        <button type="button" onClick=${onClose}>Cancel</button>
      </div>
    </form>
  <//>`;
}

function Merge({ name, size, onClose }: { name: string; size: number; onClose: () => void }) {
  return html`<${Dialog} title="Merge into another class" onClose=${onClose}>
    <p class="quiet">All ${counted(size, 'picture')} of <${Name} of=${name} /> move there.
      ${size > mostUndone && ' So many pictures can’t be taken back.'}</p>
    <${ClassChoice} label="Class" action="Merge" allowNew=${false} without=${name} onCancel=${onClose}
      onChoose=${(to: string) => {
        onClose();
        void attempt(() => merge(name, to, size));
      }} />
  <//>`;
}

function useItems(name: string) {
  const [items, setItems] = useState<Item[] | null>(null);
  const [next, setNext] = useState<number | null>(null);
  const version = useStore(changes);
  const loaded = useRef(pageSize);
  useEffect(() => {
    setItems(null);
    loaded.current = pageSize;
  }, [name]);
  useEffect(() => {
    let gone = false;
    const load = async () => {
      const all: Item[] = [];
      let after: number | null = 0;
      while (after !== null && all.length < loaded.current) {
        const page: { items: Item[]; next: number | null } =
          await itemsOf(name, Math.min(largest, loaded.current - all.length), after);
        all.push(...page.items);
        after = page.next;
      }
      if (gone) return;
      setItems(all);
      setNext(after);
    };
    load().catch(() => {});  // the line to the server tells
    return () => { gone = true; };
  }, [name, version]);
  const more = async () => {
    const page = await itemsOf(name, pageSize, next!);
    loaded.current += pageSize;
    setItems([...(items ?? []), ...page.items]);
    setNext(page.next);
  };
  return { items, next, more };
}

export function ClassPage({ name }: { name: string }) {
  const known = useStore(classes);
  const { items, next, more } = useItems(name);
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const [asking, setAsking] = useState<'rename' | 'merge' | null>(null);
  useEffect(() => setSelected(new Set()), [name]);
  const isLeaving = useStore(leaving).has(name);
  const hidden = useStore(leavingItems);
  const size = known?.find((one) => one.class === name)?.items ?? items?.length ?? 0;
  const shown = (items ?? []).filter((one) => !hidden.has(one.id));
  const chosen = shown.filter((one) => selected.has(one.id));
  const toggle = (id: number) => {
    const ids = new Set(selected);
    if (!ids.delete(id)) ids.add(id);
    setSelected(ids);
  };

  return html`<div class="class-page">
    <a class="back" href="#/classes">‹ Classes</a>
    <header class="page-head">
      <div>
        <h1><${Name} of=${name} /></h1>
        <p class="quiet" role="status">${isLeaving ? 'Being deleted' : counted(size, 'picture')}</p>
      </div>
      ${items !== null && items.length > 0 && !isLeaving && html`<div class="actions">
        <button type="button" onClick=${() => setAsking('rename')}>Rename</button>
        <button type="button" onClick=${() => setAsking('merge')}>Merge…</button>
        <button type="button" class="danger" onClick=${() => deleteClass(name, size)}>Delete</button>
      </div>`}
    </header>
    ${items?.length === 0 && html`<div class="empty"><h2>No pictures here</h2>
      <p class="quiet">There is no class of this name. It may have been renamed or deleted.</p>
      <a class="button main" href="#/classes">All classes</a></div>`}
    <ul class="items" aria-label=${'Pictures of ' + shortName(name)}>
      ${shown.map((one) => html`<li key=${one.id}>
        <label class="item">
          <input type="checkbox" checked=${selected.has(one.id)} onChange=${() => toggle(one.id)}
            aria-label=${'Picture ' + one.id} />
          <${Thumbnail} id=${one.id} label="" />
        </label>
      </li>`)}
    </ul>
    ${next !== null && html`<button type="button" class="more" onClick=${() => void attempt(more)}>
      Show more of ${number(size)}</button>`}
    ${chosen.length > 0 && html`<${Selection} items=${chosen} without=${name} onDone=${() => setSelected(new Set())} />`}
    ${asking === 'rename' && html`<${Rename} name=${name} size=${size} onClose=${() => setAsking(null)} />`}
    ${asking === 'merge' && html`<${Merge} name=${name} size=${size} onClose=${() => setAsking(null)} />`}
  </div>`;
}
