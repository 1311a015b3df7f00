// The classes on the map with their colours; each can be hidden.
import { useMemo, useState } from 'preact/hooks';
import { html } from './html';
import type { MapData } from './map_data';
import { Name, number } from './names';

const mostShown = 200;
const manyClasses = 16;

interface Props {
  data: MapData;
  colors: string[];
  hidden: ReadonlySet<string>;
  onChange: (hidden: ReadonlySet<string>) => void;
}

export function Legend({ data, colors, hidden, onChange }: Props) {
  const [filter, setFilter] = useState('');
  const counts = useMemo(() => {
    const all = new Array<number>(data.names.length).fill(0);
    for (const cls of data.classes) ++all[cls]!;
    return all;
  }, [data]);
  const wanted = filter.trim().toLocaleLowerCase();
  const found = data.names.map((name, index) => ({ name, index })).filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  const show = (names: string[], isShown: boolean) => {
    const all = new Set(hidden);
    for (const name of names) isShown ? all.delete(name) : all.add(name);
    onChange(all);
  };
  return html`<section class="legend" aria-label="Classes on the map">
    <div class="actions">
      <button type="button" class="plain" onClick=${() => show(found.map((one) => one.name), true)}>Show all</button>
      <button type="button" class="plain" onClick=${() => show(found.map((one) => one.name), false)}>Hide all</button>
    </div>
    ${data.names.length > manyClasses && html`<input type="search" placeholder="Find a class" aria-label="Find a class on the map" value=${filter}
      onInput=${(event: InputEvent) => setFilter((event.currentTarget as HTMLInputElement).value)} />`}
    <ul>${found.slice(0, mostShown).map(({ name, index }) => html`<li key=${name}>
      <button type="button" aria-pressed=${!hidden.has(name)} onClick=${() => show([name], hidden.has(name))}>
        <i aria-hidden="true" style=${{ background: colors[index] }}></i><${Name} of=${name} /><small>${number(counts[index]!)}</small>
      </button></li>`)}</ul>
    ${found.length > mostShown && html`<p class="quiet">${number(mostShown)} of ${number(found.length)}: find the others by name.</p>`}
  </section>`;
}
