// Unknown pictures that wait for a name.
import { useState } from 'preact/hooks';
import { type Unknown, unknownImage, unknownsAfter } from './api_review';
import { ClassChoice } from './class_choice';
import { Dialog } from './dialog';
import { upTo, useFresh } from './fresh';
import { html } from './html';
import { counted, Name, number } from './names';
import { Picture } from './pictures';
import { Entry, Instead, More, pageSize, useCurrent, useListKeys } from './review_list';
import { useStore } from './store';
import { deleteUnknownsSoon, leavingUnknowns, nameAll, unknownNews } from './unknowns';

const isKnown = (one: Unknown) => one.answer?.decision === 'known' && one.answer.class !== null;

const times = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

function told(one: Unknown) {
  const { answer } = one;
  if (isKnown(one)) return html`Would now be <${Name} of=${answer!.class!} />`;
  if (answer === null) return 'Can’t be compared any more';
  if (answer.decision === 'ambiguous') return html`One of ${counted(answer.possible?.length ?? 0, 'class', 'classes')} now`;
  return answer.class === null ? 'Nothing to compare with' : 'Unknown';
}

function Card(props: { one: Unknown; isChosen: boolean; asking: boolean; onToggle: () => void; onAsk: (open: boolean) => void }) {
  const { one, isChosen, asking, onToggle, onAsk } = props;
  const { answer } = one;
  const nearest = answer?.neighbors[0];
  const known = isKnown(one);
  const name = answer?.class ?? null;
  const naming = (to: string) => void nameAll([one], () => to);
  return html`<label class="item">
      <input type="checkbox" checked=${isChosen} onChange=${onToggle} aria-label=${'Unknown picture ' + one.id} />
      <${Picture} path=${unknownImage(one.id)} label="" />
    </label>
    <div class="said">
      <h2 class=${known ? 'known' : ''}>${told(one)}</h2>
      <p class="quiet">${nearest && html`Nearest: <${Name} of=${nearest.class} />, similarity ${nearest.similarity.toFixed(2)} · `}${
        times.format(new Date(one.time))}</p>
      ${asking ? html`<${ClassChoice} label="Which class is it?" action="Add" first=${answer?.ranking.map((entry) => entry.class)}
        onChoose=${naming} onCancel=${() => onAsk(false)} />` : html`<div class="actions">
        ${name !== null && html`<button type="button" class=${known ? 'main' : ''} onClick=${() => naming(name)}>
          <span>It is</span> <${Name} of=${name} />${known && html` <kbd aria-hidden="true">Enter</kbd>`}</button>`}
        <button type="button" class=${known ? '' : 'main'} onClick=${() => onAsk(true)}>Name it <kbd aria-hidden="true">N</kbd></button>
        <button type="button" class="danger" onClick=${() => deleteUnknownsSoon([one])}>Delete <kbd aria-hidden="true">D</kbd></button>
      </div>`}
    </div>`;
}

function Several({ list, onDone }: { list: Unknown[]; onDone: () => void }) {
  const [naming, setNaming] = useState(false);
  const first = list[0]!.answer?.ranking.map((entry) => entry.class);
  return html`<div class="selection" role="region" aria-label="Selected pictures">
    <p role="status">${number(list.length)} selected</p>
    <button type="button" class="main" onClick=${() => setNaming(true)}>Name…</button>
    <button type="button" class="danger" onClick=${() => {
      onDone();
      deleteUnknownsSoon(list);
    }}>Delete</button>
    <button type="button" class="plain" onClick=${onDone}>Clear</button>
    ${naming && html`<${Dialog} title=${`Name ${counted(list.length, 'picture')}`} onClose=${() => setNaming(false)}>
      <${ClassChoice} label="Class" action="Add" first=${first} onCancel=${() => setNaming(false)} onChoose=${(to: string) => {
        onDone();
        void nameAll(list, () => to);
      }} />
    <//>`}
  </div>`;
}

export function UnknownsPart() {
  const [wanted, setWanted] = useState(pageSize);
  const fresh = useFresh(() => upTo(unknownsAfter, (page) => page.unknowns, wanted), String(wanted), unknownNews);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [asking, setAsking] = useState<number | null>(null);
  const leaving = useStore(leavingUnknowns);
  const list = (fresh.data?.list ?? []).filter((one) => !leaving.has(one.id));
  const { current, choose, act, step } = useCurrent(list, (one) => `${one.id} ${one.answer?.decision} ${one.answer?.class}`);
  useListKeys(step, {
    Enter: act((one) => { if (isKnown(one)) void nameAll([one], () => one.answer!.class!); }),
    n: act((one) => setAsking(one.id)),
    e: act((one) => setAsking(one.id)),
    d: act((one) => deleteUnknownsSoon([one])),
    x: act((one) => toggle(one.id)),
  });
  const toggle = (id: number) => {
    const ids = new Set(chosen);
    if (!ids.delete(id)) ids.add(id);
    setChosen(ids);
  };
  const selected = list.filter((one) => chosen.has(one.id));
  const known = list.filter(isKnown);
  const classes = new Set(known.map((one) => one.answer!.class)).size;
  return html`
    ${known.length > 0 && html`<div class="found" role="status">
      <p>${known.length === 1 ? 'One waiting unknown would now be known.' : `${number(known.length)} waiting unknowns would now be known.`}</p>
      <button type="button" onClick=${() => void nameAll(known, (one) => one.answer!.class!)}>
        Add ${known.length === 1 ? 'it to its class' : `them to their ${classes === 1 ? 'class' : 'classes'}`}</button>
    </div>`}
    <${Instead} of=${fresh} isEmpty=${list.length === 0} title="No unknown pictures wait"
      text="A picture that is asked about and that no class fits is kept here until someone names it." />
    <div class="entries two">${list.map((one) => html`<${Entry} key=${one.id} label=${'Unknown picture ' + one.id}
      isCurrent=${one === current} onChoose=${() => choose(one)}>
      <${Card} one=${one} isChosen=${chosen.has(one.id)} asking=${asking === one.id} onToggle=${() => toggle(one.id)}
        onAsk=${(open: boolean) => setAsking(open ? one.id : null)} />
    <//>`)}</div>
    <${More} isThere=${fresh.data?.hasMore ?? false} total=${fresh.data?.page.total ?? 0} onMore=${() => setWanted(wanted + pageSize)} />
    ${selected.length > 0 && html`<${Several} list=${selected} onDone=${() => setChosen(new Set())} />`}`;
}
