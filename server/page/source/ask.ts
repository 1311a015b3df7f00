// The page "Ask": pictures come in by drop, paste, choice or camera, and each gets an answer.
import { useEffect, useRef, useState } from 'preact/hooks';
import { announcement, openOnes, pictures, putSettledAside, settle, show } from './ask_store';
import { Card } from './card';
import { ClassChoice } from './class_choice';
import { classes } from './classes_store';
import { html } from './html';
import { counted, number } from './names';
import { complain } from './notices';
import { store, useStore } from './store';

// Lets a key open the file chooser, which belongs to the page.
export const chooseFiles = store<() => void>(() => {});

export function take(files: FileList | File[] | null | undefined): void {
  const list = [...(files ?? [])];
  const images = list.filter((file) => file.type.startsWith('image/') || file.type === '');
  if (images.length < list.length) complain('Only pictures can be asked about.');
  show(images);
}

function Inlet({ compact }: { compact: boolean }) {
  const files = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const known = useStore(classes);
  useEffect(() => chooseFiles.set(() => files.current?.click()), []);
  const taken = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    take(input.files);
    input.value = '';
  };
  return html`<section class=${'inlet' + (compact ? ' compact' : '')} aria-label="Ask about pictures">
    ${!compact && html`<svg class="glyph" viewBox="0 0 48 48" aria-hidden="true">
      <rect x="6" y="10" width="36" height="28" rx="5" /><circle cx="17" cy="20" r="3.5" /><path d="m8 34 10-9 7 6 7-8 9 9" />
    </svg>
    <h2>${known?.length === 0 ? 'No classes yet' : 'What is this?'}</h2>
    <p class="quiet">${known?.length === 0
      ? 'Drop pictures of one part to begin, and give that part a name.'
      : html`<span class="at-desk">Drop a picture here, paste one, or take a photograph.</span>
          <span class="in-hand">Photograph a part, or choose a picture of it.</span>`}</p>`}
    <div class="inlet-actions">
      <button type="button" class="main" onClick=${() => files.current!.click()}>Choose pictures</button>
      <button type="button" class="photo" onClick=${() => camera.current!.click()}>Take a photo</button>
      ${compact && html`<span class="quiet hint">or drop or paste them</span>`}
    </div>
    <input ref=${files} id="files" type="file" accept="image/*" multiple hidden onChange=${taken} aria-label="Pictures" />
    <input ref=${camera} id="camera" type="file" accept="image/*" capture="environment" hidden onChange=${taken}
      aria-label="Photograph" />
  </section>`;
}

// For many pictures of one thing, or many answers that are right.
function Together() {
  const list = useStore(pictures);
  const [choosing, setChoosing] = useState(false);
  const open = list.filter((one) => one.state !== 'settled');
  const right = open.filter((one) => one.state === 'answered' && one.answer?.decision === 'known');
  const done = list.length - open.length;
  useEffect(() => {
    if (open.length < 2) setChoosing(false);
  }, [open.length]);
  const addAll = async (name: string) => {
    setChoosing(false);
    for (const one of openOnes()) await settle(one.key, name);
  };
  return html`<div class="together">
    <p class="quiet">${open.length > 0 ? counted(open.length, 'picture') + ' waiting' : 'All answered'}${
      done > 0 ? ` · ${number(done)} done` : ''}</p>
    ${!choosing && right.length > 1 && html`<button type="button" onClick=${() =>
      right.forEach((one) => void settle(one.key, one.answer!.class!))}>
      Add the ${number(right.length)} known ones</button>`}
    ${!choosing && open.length > 1 && html`<button type="button" onClick=${() => setChoosing(true)}>All are one class…</button>`}
    ${done > 0 && html`<button type="button" class="plain" onClick=${putSettledAside}>Clear done</button>`}
    ${choosing && html`<${ClassChoice} label=${`Class of all ${open.length} pictures`} action="Add all"
      onChoose=${(name: string) => void addAll(name)} onCancel=${() => setChoosing(false)} />`}
  </div>`;
}

export function AskPage() {
  const list = useStore(pictures);
  const said = useStore(announcement);
  return html`<div class="ask">
    <h1 class="unseen">Ask</h1>
    <${Inlet} compact=${list.length > 0} />
    ${list.length > 0 && html`<${Together} />`}
    <p class="unseen" role="status" aria-live="polite">${said}</p>
    <div class="cards">${list.map((one) => html`<${Card} key=${one.key} one=${one} />`)}</div>
  </div>`;
}
