// The same picture more than once, side by side; what contradicts itself first.
import { useState } from 'preact/hooks';
import { type DuplicateGroup, duplicatesAfter } from './api_review';
import { upTo, useFresh } from './fresh';
import { html } from './html';
import { deleteSoon, leavingItems } from './item_actions';
import { counted, Name, printable } from './names';
import { Thumbnail } from './pictures';
import { addressOf } from './place';
import { Entry, Instead, More, pageSize, useCurrent, useListKeys } from './review_list';
import { useStore } from './store';

const mostShown = 12;  // pictures of a group

const words = { file: 'the same file', pixels: 'the same pixels', near: 'nearly the same' };
const titles = { file: 'The same file', pixels: 'The same pixels', near: 'Nearly the same picture' };

const keyOf = (group: DuplicateGroup) => group.items.map((one) => one.id).join(' ');

function Group({ group }: { group: DuplicateGroup }) {
  const leaving = useStore(leavingItems);
  const staying = group.items.filter((one) => !leaving.has(one.id));
  const classes = new Set(group.items.map((one) => one.class)).size;
  return html`
    <h2>${titles[group.same]} ${group.conflict
      ? html`<span class="badge wrong">in ${counted(classes, 'class', 'classes')}</span>` : html`<small class="quiet">twice in one class</small>`}</h2>
    <ul class="side">${group.items.slice(0, mostShown).map((one, index) => html`<li key=${one.id} class=${leaving.has(one.id) ? 'leaving' : ''}>
      <${Thumbnail} id=${one.id} label=${'Picture ' + one.id} />
      <a href=${addressOf(one.class)}><${Name} of=${one.class} /></a>
      <small class="quiet">${one.id}${index > 0 ? `, ${words[one.same]}` +
        (one.same === 'near' ? ` (${(one.look ?? one.similarity).toFixed(4)})` : '') : ''}</small>
      ${one.source && html`<small class="quiet source" title=${printable(one.source)}><bdi>${printable(one.source).split('/').pop()}</bdi></small>`}
      <div class="actions">${leaving.has(one.id) ? html`<span class="quiet">being deleted</span>` : html`
        <button type="button" class="danger" disabled=${staying.length < 2} aria-label=${`Delete picture ${one.id}`}
          onClick=${() => deleteSoon([one.id])}>Delete</button>
        ${staying.length > 1 && html`<button type="button" class="plain" aria-label=${`Keep only this: picture ${one.id}`}
          onClick=${() => deleteSoon(staying.filter((other) => other.id !== one.id).map((other) => other.id))}>Keep only this</button>`}`}
      </div>
    </li>`)}</ul>
    ${group.items.length > mostShown && html`<p class="quiet">and ${counted(group.items.length - mostShown, 'more picture')}</p>`}`;
}

export function DuplicatesPart() {
  const [wanted, setWanted] = useState(pageSize);
  const fresh = useFresh(() => upTo(duplicatesAfter, (page) => page.groups, wanted), String(wanted));
  const list = fresh.data?.list ?? [];
  const { current, choose, step } = useCurrent(list, keyOf);
  useListKeys(step, {});
  const page = fresh.data?.page;
  return html`
    ${page && page.total > 0 && html`<p class="quiet lead">${counted(page.items, 'picture')} in ${counted(page.total, 'group')},
      ${' ' + counted(page.conflicts, 'group')} in several classes.${page.look_threshold !== null &&
        ` Nearly the same: from a similarity of ${page.look_threshold.toFixed(4)}.`}</p>`}
    <${Instead} of=${fresh} isEmpty=${list.length === 0} title="No picture is there twice"
      text="The same file, the same pixels and nearly the same picture would be listed here." />
    <div class="entries">${list.map((group) => html`<${Entry} key=${keyOf(group)} kind="group" isCurrent=${group === current}
      onChoose=${() => choose(group)} label=${`${titles[group.same]}, ${counted(group.items.length, 'picture')}`}>
      <${Group} group=${group} />
    <//>`)}</div>
    <${More} isThere=${fresh.data?.hasMore ?? false} total=${page?.total ?? 0} onMore=${() => setWanted(wanted + pageSize)} />`;
}
