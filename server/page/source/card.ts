// One picture that was shown, with its answer and what a person may do about it.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer } from './api';
import { current, find, putAside, retry, settle, type Shown, takeBack } from './ask_store';
import { ClassChoice } from './class_choice';
import { html } from './html';
import { counted, Name, percent } from './names';
import { markSmall, Thumbnail } from './pictures';
import { store, useStore } from './store';
import { Votes, Why } from './why';

// Which card asks for a class, and for which kind.
export const choosing = store<{ key: number; isNew: boolean } | null>(null);

const mostNeighbors = 8;
const settling = 500;  // ms after a change in which keys don't confirm: nobody has read it yet

export function confirm(key: number): void {
  const one = find(key);
  const name = one?.answer?.class;
  if (one?.state !== 'answered' || !one.answer!.accepted || typeof name !== 'string') return;
  if (performance.now() - one.answeredAt < settling) return;
  void settle(key, name);
}

function headline(answer: Answer) {
  const name = html`<${Name} of=${answer.class ?? ''} />`;
  if (answer.class === null) return html`Nothing to compare with yet`;
  switch (answer.decision) {
    case 'known':
      return html`This is ${name}`;
    case 'ambiguous':
      return html`One of ${counted(answer.possible?.length ?? 0, 'class', 'classes')}`;
    case 'unknown':
      return html`Unknown`;
    default:
      return answer.accepted ? html`Probably ${name}` : html`Unknown`;
  }
}

function explanation(answer: Answer): unknown {
  const p = answer.possible?.find((one) => one.class === answer.class)?.p;
  const alpha = answer.alpha ?? 0.05;
  if (answer.class === null) return 'Name its class, and the database begins with it.';
  switch (answer.decision) {
    case 'known':
      return html`${percent(answer.confidence)} of the votes${typeof p === 'number' &&
        html` · at least as alike to its class as ${percent(p)} of the class’s own pictures (p ${p.toFixed(2)})`}`;
    case 'ambiguous':
      return 'More than one class fits. Which one is it?';
    case 'unknown':
      return `No class fits: ${percent(1 - alpha)} of known pictures are more alike to their class than this one. ` +
        'Start a new class, or say which class it is.';
    default:
      return html`${percent(answer.confidence)} of the votes. How sure that is hasn’t been measured here
        (“simdb calibrate” does it), so a picture of something new isn’t noticed.`;
  }
}

const tone = (answer: Answer): string =>
  answer.class === null || answer.decision === 'unknown' || !answer.accepted && answer.decision === 'uncalibrated'
    ? 'unknown' : answer.decision === 'known' ? 'known' : 'doubt';

function Actions({ one, answer }: { one: Shown; answer: Answer }) {
  const open = useStore(choosing);
  const busy = one.state === 'adding';
  if (open?.key === one.key) {
    return html`<${ClassChoice} label=${open.isNew ? 'Name of the new class' : 'Which class is it?'} action="Add"
      first=${answer.ranking.map((entry) => entry.class)}
      onCancel=${() => choosing.set(null)}
      onChoose=${(name: string) => {
        choosing.set(null);
        void settle(one.key, name);
      }} />`;
  }
  const isNew = answer.class === null || tone(answer) === 'unknown';
  const choices = answer.decision === 'ambiguous' ? (answer.possible ?? []).map((entry) => entry.class).slice(0, 4) : [];
  const confirmed = answer.class !== null && answer.accepted && choices.length === 0;
  const newClass = html`<button type="button" class=${isNew ? 'main' : ''} disabled=${busy}
    onClick=${() => choosing.set({ key: one.key, isNew: true })}>New class <kbd aria-hidden="true">N</kbd></button>`;
  return html`<div class="actions">
    ${isNew && newClass}
    ${isNew && answer.class !== null && html`<button type="button" disabled=${busy}
      onClick=${() => void settle(one.key, answer.class!)}><span>It is</span> <${Name} of=${answer.class} /></button>`}
    ${confirmed && html`<button type="button" class="main" disabled=${busy}
      onClick=${() => void settle(one.key, answer.class!)}>Right, add it <kbd aria-hidden="true">Enter</kbd></button>`}
    ${choices.map((name) => html`<button type="button" key=${name} class="main" disabled=${busy}
      onClick=${() => void settle(one.key, name)}><${Name} of=${name} /></button>`)}
    ${answer.class !== null && html`<button type="button" disabled=${busy}
      onClick=${() => choosing.set({ key: one.key, isNew: false })}>Another class <kbd aria-hidden="true">E</kbd></button>`}
    ${!isNew && newClass}
  </div>`;
}

function Neighbors({ answer }: { answer: Answer }) {
  if (answer.neighbors.length === 0) return null;
  return html`<section aria-label="Nearest pictures">
    <h3>Nearest pictures</h3>
    <ol class="neighbors">
      ${answer.neighbors.slice(0, mostNeighbors).map((one) => html`<li key=${one.id}>
        <${Thumbnail} id=${one.id} label=${'Picture ' + one.id} />
        <${Name} of=${one.class} />
        <small title=${'similarity ' + one.similarity.toFixed(4)}>${one.similarity.toFixed(3)}</small>
      </li>`)}
    </ol>
  </section>`;
}

function Preview({ one }: { one: Shown }) {
  const [hidden, setHidden] = useState(false);
  return html`<span class="preview">
    ${hidden ? html`<span class="no-picture">no preview</span>`
             : html`<img src=${one.preview} alt=${'The picture ' + one.file.name} decoding="async" onLoad=${markSmall}
                 onError=${() => setHidden(true)} />`}
  </span>`;
}

function Settled({ one }: { one: Shown }) {
  const added = one.added!;
  return html`<article class="card settled" aria-label=${one.file.name}>
    <${Preview} one=${one} />
    <p>${added.isNew ? 'Added to ' : 'Was already in '}<${Name} of=${added.class} />
      ${added.elsewhere && added.elsewhere !== added.class &&
        html`<small class="warning">The same picture is also in <${Name} of=${added.elsewhere} />.</small>`}</p>
    ${added.isNew && html`<button type="button" onClick=${() => void takeBack(one.key)}>Undo</button>`}
    <button type="button" class="plain icon" aria-label="Put aside" onClick=${() => putAside(one.key)}>×</button>
  </article>`;
}

// One that waits for its turn: only the one that a person looks at shows all.
function Row({ one }: { one: Shown }) {
  const answer = one.answer;
  return html`<article class="card row" aria-label=${one.file.name}>
    <button type="button" class="open" onClick=${() => current.set(one.key)}>
      <${Preview} one=${one} />
      ${answer ? html`<span class=${'verdict ' + tone(answer)}>${headline(answer)}</span>`
               : html`<span class="quiet">${one.state === 'failed' ? 'No answer' : 'Looking…'}</span>`}
      ${one.learned && html`<span class="badge">known now</span>`}
      <span class="spring"></span>
      ${answer && answer.class !== null && answer.decision !== 'unknown' &&
        html`<small>${percent(answer.confidence)}</small>`}
    </button>
    <button type="button" class="plain icon" aria-label="Put aside" onClick=${() => putAside(one.key)}>×</button>
  </article>`;
}

export function Card({ one }: { one: Shown }) {
  const active = useStore(current) === one.key;
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!active || one.state === 'settled') return;
    const frame = box.current!.getBoundingClientRect();
    // What had the focus went with the picture before: the next one takes it, so that Tab goes on from here.
    if (document.activeElement === document.body) box.current!.focus({ preventScroll: true });
    if (frame.top < 64 || frame.top > innerHeight * 0.6) box.current!.scrollIntoView({ block: 'start' });
  }, [active]);
  if (one.state === 'settled') return html`<${Settled} one=${one} />`;
  if (!active) return html`<${Row} one=${one} />`;
  const answer = one.answer;
  return html`<article class="card active" ref=${box} tabindex="-1" aria-label=${one.file.name} aria-current="true">
    <div class="asked">
      <${Preview} one=${one} />
      <p class="file" title=${one.file.name}><bdi>${one.file.name}</bdi></p>
    </div>
    <div class="told">
      <button type="button" class="plain icon aside" aria-label="Put this picture aside" title="Put aside (X)"
        onClick=${() => putAside(one.key)}>×</button>
      ${!answer && one.state !== 'failed' && html`<div class="thinking"><h2>Looking…</h2></div>`}
      ${one.state === 'failed' && html`<div class="failed">
        <h2>No answer</h2><p role="alert">${one.trouble}</p>
        <div class="actions"><button type="button" onClick=${() => retry(one.key)}>Try again</button></div>
      </div>`}
      ${answer && one.state !== 'failed' && html`
        <div class=${'verdict ' + tone(answer)}>
          <h2>${headline(answer)}</h2>
          ${one.learned && html`<span class="badge">known now, by what was added since</span>`}
          <p>${explanation(answer)}</p>
        </div>
        <${Actions} one=${one} answer=${answer} />
        <${Neighbors} answer=${answer} />
        <${Votes} answer=${answer} />
        <${Why} answer=${answer} />`}
    </div>
  </article>`;
}
