// Pictures of the server. An <img> can't send the token, so they come by fetch, as blobs, a few at a time.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask } from './api';
import { html } from './html';
import { changes } from './live';

const atOnce = 4;  // of the six connections that a browser opens
const kept = 500;

interface Loaded {
  users: number;
  address: Promise<string>;
}
const pictures = new Map<string, Loaded>();
const queue: (() => void)[] = [];
let running = 0;

async function load(path: string): Promise<string> {
  if (running >= atOnce) await new Promise<void>((resolve) => queue.push(resolve));
  ++running;
  try {
    const response = await ask(path);
    return URL.createObjectURL(await response.blob());
  } finally {
    --running;
    queue.shift()?.();
  }
}

// Ids are never given to another picture, so what was loaded once holds.
function take(path: string): Promise<string> {
  let picture = pictures.get(path);
  if (!picture) {
    picture = { users: 0, address: load(path) };
    picture.address.catch(() => pictures.delete(path));
  }
  pictures.delete(path);
  pictures.set(path, picture);  // the last one used stands last
  ++picture.users;
  for (const [other, { users, address }] of pictures) {
    if (pictures.size <= kept) break;
    if (users > 0) continue;
    pictures.delete(other);
    void address.then((url) => URL.revokeObjectURL(url));
  }
  return picture.address;
}

const waiting = new WeakMap<Element, () => void>();
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watcher.unobserve(entry.target);
    waiting.get(entry.target)?.();
  }
}, { rootMargin: '300px' });

// A square that is there before its picture is.
export function Picture({ path, label }: { path: string; label: string }) {
  const frame = useRef<HTMLElement>(null);
  const [address, setAddress] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  const [trial, setTrial] = useState(0);
  useEffect(() => {
    const element = frame.current!;
    let gone = false;
    let taken = false;
    setAddress(null);
    setFailed(false);
    waiting.set(element, () => {
      taken = true;
      take(path).then((url) => { if (!gone) setAddress(url); }, () => { if (!gone) setFailed(true); });
    });
    watcher.observe(element);
    return () => {
      gone = true;
      watcher.unobserve(element);
      const picture = pictures.get(path);
      if (taken && picture) --picture.users;
    };
  }, [path, trial]);
  // A picture that didn't come is asked for again when the server is back, or has something new.
  useEffect(() => (failed ? changes.subscribe(() => setTrial(trial + 1)) : undefined), [failed, trial]);
  return html`<span class="thumbnail" ref=${frame}>
    ${address && html`<img src=${address} alt=${label} decoding="async" onLoad=${markSmall} />`}
    ${failed && html`<span class="no-picture">no picture</span>`}
  </span>`;
}

export const Thumbnail = ({ id, label }: { id: number; label: string }) =>
  html`<${Picture} path=${`/v1/items/${id}/thumbnail`} label=${label} />`;

// A few pixels enlarged are squares, not a blur.
export function markSmall(event: Event): void {
  const image = event.currentTarget as HTMLImageElement;
  image.classList.toggle('small', image.naturalWidth < 64);
}
