// Labels that the neighbours contradict, the worst first.
import { useState } from 'preact/hooks';
import { type Doubtful, doubtfulAfter, doubtLabel, keepLabels } from './api_review';
import { ClassChoice } from './class_choice';
import { upTo, useFresh } from './fresh';
import { html } from './html';
import { deleteSoon, leavingItems, moveTo } from './item_actions';
import { counted, Name, number, percent, shortName } from './names';
import { attempt, say } from './notices';
import { Thumbnail } from './pictures';
import { Entry, Instead, More, pageSize, useCurrent, useListKeys } from './review_list';
import { store, useStore } from './store';

const mostNeighbors = 8;
const mostSmall = 5;

// What was decided here: each as it was then. With another class it may be in doubt again.
const decided = store<ReadonlySet<string>>(new Set());
const keyOf = (one: Doubtful) => `${one.id} ${one.class} ${one.other}`;

function setDecided(one: Doubtful, isDecided: boolean): void {
  const all = new Set(decided.get());
  if (isDecided) all.add(keyOf(one));
  else all.delete(keyOf(one));
  decided.set(all);
}

async function fix(one: Doubtful, to: string): Promise<void> {
  setDecided(one, true);
  if (!await moveTo([one], to, () => setDecided(one, false))) setDecided(one, false);
}

async function keep(one: Doubtful): Promise<void> {
  setDecided(one, true);
  const isDone = await attempt(() => keepLabels([one.id]));
  if (!isDone) return setDecided(one, false);
  say(html`Picture ${one.id} stays in <${Name} of=${one.class} />`, async () => {
    await doubtLabel(one.id);
    setDecided(one, false);
  });
}

function Card({ one, asking, onAsk }: { one: Doubtful; asking: boolean; onAsk: (open: boolean) => void }) {
  const { other } = one;
  return html`<span class="item"><${Thumbnail} id=${one.id} label=${`Picture ${one.id}, given ${shortName(one.class)}`} /></span>
    <div class="said">
      <h2><${Name} of=${one.class} />${other !== null && html`<span class="arrow" aria-label="or rather">→</span><${Name} of=${other} />`}</h2>
      <p class="quiet">${one.same_file.length > 0 && 'The same file is in another class. '}
        ${other !== null && html`${percent(one.other_share)} of the vote for <${Name} of=${other} />, ${percent(one.own_share)} for the
          class it has${one.sure ? '.' : ': not sure.'}`}</p>
      ${asking ? html`<${ClassChoice} label="Which class is it?" action="Move" without=${one.class} first=${other === null ? [] : [other]}
        onChoose=${(to: string) => void fix(one, to)} onCancel=${() => onAsk(false)} />` : html`<div class="actions">
        ${other !== null && html`<button type="button" class="main" onClick=${() => void fix(one, other)}>
          <span>Move to</span> <${Name} of=${other} /> <kbd aria-hidden="true">Enter</kbd></button>`}
        <button type="button" onClick=${() => void keep(one)}>The label is right <kbd aria-hidden="true">L</kbd></button>
        <button type="button" onClick=${() => onAsk(true)}>Another class <kbd aria-hidden="true">E</kbd></button>
        <button type="button" class="danger" onClick=${() => deleteSoon([one.id])}>Delete <kbd aria-hidden="true">D</kbd></button>
      </div>`}
      <ol class="neighbors" aria-label="Nearest pictures">
        ${one.same_file.slice(0, 2).map((id) => html`<li key=${'same' + id}><${Thumbnail} id=${id} label=${'Picture ' + id} />
          <span>the same file</span><small>picture ${id}</small></li>`)}
        ${one.neighbors.slice(0, mostNeighbors - Math.min(2, one.same_file.length)).map((near) => html`<li key=${near.id} class=${near.class === one.class ? 'own' : ''}>
          <${Thumbnail} id=${near.id} label=${'Picture ' + near.id} /><${Name} of=${near.class} />
          <small>${near.similarity.toFixed(3)}</small></li>`)}
      </ol>
    </div>`;
}

export function LabelsPart() {
  const [wanted, setWanted] = useState(pageSize);
  const fresh = useFresh(() => upTo(doubtfulAfter, (page) => page.items, wanted), String(wanted));
  const [asking, setAsking] = useState<number | null>(null);
  const leaving = useStore(leavingItems);
  const done = useStore(decided);
  const list = (fresh.data?.list ?? []).filter((one) => !leaving.has(one.id) && !done.has(keyOf(one)));
  const { current, choose, act, step } = useCurrent(list, keyOf);
  useListKeys(step, {
    Enter: act((one) => { if (one.other !== null) void fix(one, one.other); }),
    l: act((one) => void keep(one)),
    e: act((one) => setAsking(one.id)),
    d: act((one) => deleteSoon([one.id])),
  });
  const page = fresh.data?.page;
  const small = page?.small_classes ?? [];
  return html`
    ${page && html`<p class="quiet lead">${number(page.total)} of ${counted(page.judged, 'judged picture')} in doubt${
      page.kept > 0 ? `; ${number(page.kept)} more were found right` : ''}.
      ${small.length > 0 && html` Not judged, for too few pictures: ${small.slice(0, mostSmall).map((one, index) =>
        html`${index > 0 ? ', ' : ''}<${Name} of=${one.class} />`)}${small.length > mostSmall ? ` and ${number(small.length - mostSmall)} more` : ''}.`}</p>`}
    <${Instead} of=${fresh} isEmpty=${list.length === 0} title="No label is in doubt"
      text="Pictures whose neighbours say another class would be listed here." />
    <div class="entries">${list.map((one) => html`<${Entry} key=${one.id} isCurrent=${one === current} onChoose=${() => choose(one)}
      label=${`Picture ${one.id} of ${shortName(one.class)}`}>
      <${Card} one=${one} asking=${asking === one.id} onAsk=${(open: boolean) => setAsking(open ? one.id : null)} />
    <//>`)}</div>
    <${More} isThere=${fresh.data?.hasMore ?? false} total=${page?.total ?? 0} onMore=${() => setWanted(wanted + pageSize)} />`;
}
