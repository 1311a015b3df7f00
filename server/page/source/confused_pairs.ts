// Pairs of classes whose pictures are taken for each other.
import { useEffect, useState } from 'preact/hooks';
import { type Item, itemsOf } from './api';
import type { Confusion } from './api_review';
import { html } from './html';
import { counted, Name, number } from './names';
import { Thumbnail } from './pictures';
import { addressOf } from './place';

export interface Pair {
  one: string;
  other: string;
  there: number;  // pictures of `one` that are taken for `other`
  back: number;
}

// Both directions together, the most confused first.
export function pairsOf(confusions: Confusion['confusions']): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const { class: name, predicted, items } of confusions) {
    const turned = pairs.get(JSON.stringify([predicted, name]));
    if (turned) turned.back += items;
    else pairs.set(JSON.stringify([name, predicted]), { one: name, other: predicted, there: items, back: 0 });
  }
  return [...pairs.values()].sort((a, b) => b.there + b.back - a.there - a.back);
}

const sample = 3;

function Sample({ name, items }: { name: string; items: number | undefined }) {
  const [list, setList] = useState<Item[]>([]);
  useEffect(() => {
    let gone = false;
    itemsOf(name, sample).then((page) => { if (!gone) setList(page.items); }, () => {});
    return () => { gone = true; };
  }, [name, items]);
  return html`<div class="sample">
    <span class="strip" aria-hidden="true">${Array.from({ length: sample }, (_, index) => list[index]
      ? html`<${Thumbnail} key=${list[index]!.id} id=${list[index]!.id} label="" />` : html`<span class="thumbnail" key=${-index}></span>`)}</span>
    <a href=${addressOf(name)}><${Name} of=${name} /></a>
    ${items !== undefined && html`<small class="quiet">${counted(items, 'picture')}</small>`}
  </div>`;
}

const sentence = (items: number, from: string, to: string) =>
  items > 0 && html`<p>${number(items)} of <${Name} of=${from} /> taken for <${Name} of=${to} /></p>`;

export function Pairs({ pairs, sizes }: { pairs: Pair[]; sizes: Map<string, number> }) {
  return html`<ul class="pairs" aria-label="Confused classes">${pairs.map((pair) => html`<li key=${JSON.stringify([pair.one, pair.other])}>
    <${Sample} name=${pair.one} items=${sizes.get(pair.one)} />
    <div class="between">${sentence(pair.there, pair.one, pair.other)}${sentence(pair.back, pair.other, pair.one)}</div>
    <${Sample} name=${pair.other} items=${sizes.get(pair.other)} />
  </li>`)}</ul>`;
}

export const sizesOf = (data: Confusion) => new Map(data.classes.map((one) => [one.class, one.items]));
