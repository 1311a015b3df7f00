// The page "Map": every picture is a point, and what is alike lies together.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Cloud, CloudData } from './cloud';
import { useFresh, usePageKeys } from './fresh';
import { html } from './html';
import { type Classed, leavingItems, Selection } from './item_actions';
import { Legend } from './legend';
import { loadMap, type MapData } from './map_data';
import { counted, Name, number, percent } from './names';
import { Thumbnail } from './pictures';
import { Instead } from './review_list';
import type { Place } from './screen_grid';
import { classColors } from './shared.js';
import { store, useStore } from './store';

const mostPictures = 60;  // of those that are selected
const click = 4;          // pixels that a pointer moves at most between down and up

const darkness = matchMedia('(prefers-color-scheme: dark)');
const isDark = store(darkness.matches);
darkness.addEventListener('change', () => isDark.set(darkness.matches));

// The bundle comes with the first map. It is no part of this one, so its name is no constant that the bundler could follow.
const bundle: string = '/map.js';
const loadCloud = async () => (await import(bundle) as typeof import('./cloud')).Cloud;

function hasWebGL(): boolean {
  try {
    return document.createElement('canvas').getContext('webgl2') !== null;
  } catch {
    return false;
  }
}

const hovered = store<{ index: number; x: number; y: number } | null>(null);

function Hover({ data, width }: { data: MapData; width: number }) {
  const at = useStore(hovered);
  const id = at && data.ids[at.index];
  if (!at || id == null) return null;
  const isLeft = at.x > width - 200;
  return html`<div class="hover" style=${{ left: at.x + (isLeft ? -14 : 14) + 'px', top: at.y + 'px',
                                           transform: `translate(${isLeft ? '-100%' : '0'}, -50%)` }}>
    <${Thumbnail} id=${id} label="" /><${Name} of=${data.names[data.classes[at.index]!]!} /><small class="quiet">picture ${id}</small>
  </div>`;
}

// What is selected on the map: how many of each class, and their pictures. A click on one lets it go.
function Selected({ items, onDrop }: { items: Classed[]; onDrop: (id: number) => void }) {
  const counts = new Map<string, number>();
  for (const one of items) counts.set(one.class, (counts.get(one.class) ?? 0) + 1);
  const largest = [...counts].sort((a, b) => b[1] - a[1]);
  return html`<section class="selected" aria-label="What is selected">
    <h2>${counted(items.length, 'picture')} selected</h2>
    <p class="quiet">${largest.slice(0, 6).map(([name, count], index) =>
      html`${index > 0 ? ', ' : ''}${number(count)} of <${Name} of=${name} />`)}${largest.length > 6 && ` and ${number(largest.length - 6)} more classes`}</p>
    <ul class="items">${items.slice(0, mostPictures).map((one) => html`<li key=${one.id}>
      <button type="button" class="pick" aria-label=${`Picture ${one.id}: deselect`} title="Deselect" onClick=${() => onDrop(one.id)}>
        <${Thumbnail} id=${one.id} label="" /></button></li>`)}</ul>
    ${items.length > mostPictures && html`<p class="quiet">${number(mostPictures)} of them are shown.</p>`}
  </section>`;
}

interface StageProps {
  data: MapData;
  drawn: CloudData;
  isFlat: boolean;
  isLasso: boolean;
  onSelect: (indexes: number[]) => void;
  onTrouble: (text: string) => void;
}

function Stage({ data, drawn, isFlat, isLasso, onSelect, onTrouble }: StageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const line = useRef<SVGPolygonElement>(null);
  const cloud = useRef<Cloud | null>(null);
  const lasso = useRef<Place[] | null>(null);
  const pressed = useRef<Place | null>(null);
  const [isReady, setReady] = useState(false);
  const dark = useStore(isDark);

  useEffect(() => {
    let gone = false;
    loadCloud().then((Made) => {
      if (gone) return;
      cloud.current = new Made(canvas.current!);
      setReady(true);
    }).catch((error: Error) => { if (!gone) onTrouble('The map can’t be drawn: ' + error.message); });
    return () => {
      gone = true;
      hovered.set(null);
      cloud.current?.close();
      cloud.current = null;
    };
  }, []);
  useEffect(() => { if (isReady) cloud.current!.setFlat(isFlat); }, [isReady, isFlat]);
  useEffect(() => {
    if (!isReady) return;
    hovered.set(null);
    cloud.current!.set(drawn);
  }, [isReady, drawn]);
  useEffect(() => {
    if (!isReady) return;
    const style = getComputedStyle(document.documentElement);
    cloud.current!.theme(style.getPropertyValue('--panel').trim(), style.getPropertyValue('--ink').trim());
  }, [isReady, dark]);

  const place = (event: PointerEvent): Place => {
    const frame = canvas.current!.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  const look = (at: Place) => {
    const index = cloud.current?.at(...at) ?? -1;
    hovered.set(index < 0 ? null : { index, x: at[0], y: at[1] });
  };
  const drawLine = () => line.current!.setAttribute('points', (lasso.current ?? []).map((at) => at.join(',')).join(' '));
  // In the capturing phase: what draws a lasso does not turn the map.
  const onDown = (event: PointerEvent) => {
    pressed.current = place(event);
    hovered.set(null);
    if (!(isLasso || event.shiftKey) || event.button !== 0) return;
    event.stopPropagation();
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    lasso.current = [place(event)];
  };
  const onMove = (event: PointerEvent) => {
    if (lasso.current) {
      lasso.current.push(place(event));
      drawLine();
    } else if (event.buttons === 0 && event.pointerType !== 'touch') {
      look(place(event));
    }
  };
  const onUp = (event: PointerEvent) => {
    const at = place(event);
    if (lasso.current) {
      const drawnLine = lasso.current;
      lasso.current = null;
      drawLine();
      if (drawnLine.length > 2) onSelect(cloud.current?.within(drawnLine) ?? []);
    } else if (pressed.current && Math.hypot(at[0] - pressed.current[0], at[1] - pressed.current[1]) <= click) {
      look(at);
    }
    pressed.current = null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const actions: Record<string, () => void> = {
      ArrowLeft: () => cloud.current?.step(-1, 0), ArrowRight: () => cloud.current?.step(1, 0),
      ArrowUp: () => cloud.current?.step(0, 1), ArrowDown: () => cloud.current?.step(0, -1),
      '+': () => cloud.current?.zoom(1.2), '=': () => cloud.current?.zoom(1.2), '-': () => cloud.current?.zoom(1 / 1.2),
      Home: () => cloud.current?.home(),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    hovered.set(null);
    actions[event.key]!();
  };
  return html`<div class=${'stage' + (isLasso ? ' lassoing' : '')} onPointerDownCapture=${onDown} onPointerMove=${onMove} onPointerUp=${onUp}
      onPointerCancel=${() => { lasso.current = null; drawLine(); }} onPointerLeave=${() => hovered.set(null)}>
    <canvas ref=${canvas} tabindex="0" role="img" onKeyDown=${onKeyDown} aria-label=${`Map of ${counted(data.ids.length, 'picture')}. ` +
      'Arrow keys turn or move it, plus and minus zoom, Home goes back to the start.'}></canvas>
    <svg class="lasso" aria-hidden="true"><polygon ref=${line} points="" /></svg>
    <${Hover} data=${data} width=${canvas.current?.clientWidth ?? 0} />
  </div>`;
}

export function MapPage() {
  const fresh = useFresh(loadMap);
  const data = fresh.data;
  const [trouble, setTrouble] = useState(() => (hasWebGL() ? '' :
    'This browser can’t draw the map: it has no WebGL, or it is switched off. All else on this page works without it.'));
  const [isFlat, setFlat] = useState(false);
  const [isLasso, setLasso] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const leaving = useStore(leavingItems);
  const dark = useStore(isDark);
  usePageKeys({ l: () => setLasso(!isLasso), t: () => setFlat(!isFlat), Escape: () => setSelected(new Set()) });

  const colors = useMemo(() => classColors(data?.names ?? [], dark), [data, dark]);
  const drawn = useMemo<CloudData | null>(() => {
    if (!data) return null;
    const count = data.ids.length;
    const shades = colors.map((color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)));
    const isHidden = data.names.map((name) => hidden.has(name));
    const result = { positions: data.positions, colors: new Uint8Array(3 * count), shown: new Uint8Array(count) };
    for (let i = 0; i < count; ++i) {
      const id = data.ids[i]!;
      const cls = data.classes[i]!;
      result.colors.set(shades[cls]!, 3 * i);
      result.shown[i] = isHidden[cls] || leaving.has(id) ? 0 : selected.has(id) ? 2 : 1;
    }
    return result;
  }, [data, colors, hidden, selected, leaving]);
  const chosen = useMemo<Classed[]>(() => {
    if (!data || selected.size === 0) return [];
    return data.ids.flatMap((id, i) => (selected.has(id) && !leaving.has(id) ? [{ id, class: data.names[data.classes[i]!]! }] : []));
  }, [data, selected, leaving]);

  if (trouble) return html`<div class="map"><h1>Map</h1><p class="empty" role="alert">${trouble}</p></div>`;
  const shares = data?.variance ?? [];
  return html`<div class="map">
    <header class="page-head">
      <div><h1>Map</h1><p class="quiet" role="status">${data === null ? 'Loading…' :
        `${data.ids.length < data.of ? `${number(data.ids.length)} of ` : ''}${counted(data.of, 'picture')}`}${
        shares.length > 0 && ` · ${percent(shares.slice(0, isFlat ? 2 : 3).reduce((sum, one) => sum + one, 0))} of the variance`}</p></div>
      <div class="actions">
        <button type="button" aria-pressed=${isLasso} onClick=${() => setLasso(!isLasso)}>Lasso <kbd aria-hidden="true">L</kbd></button>
        <button type="button" aria-pressed=${isFlat} onClick=${() => setFlat(!isFlat)}>2-D <kbd aria-hidden="true">T</kbd></button>
      </div>
    </header>
    ${data === null || data.ids.length === 0 ? html`<${Instead} of=${fresh} isEmpty=${data !== null} title="Nothing to map yet"
      text="Pictures of the database are points here; what is alike lies together." />` : html`<div class="map-body">
      <${Stage} data=${data} drawn=${drawn!} isFlat=${isFlat} isLasso=${isLasso} onTrouble=${setTrouble}
        onSelect=${(indexes: number[]) => setSelected(new Set(indexes.map((index) => data.ids[index]!)))} />
      <${Legend} data=${data} colors=${colors} hidden=${hidden} onChange=${setHidden} />
      <p class="quiet hint">${isLasso ? 'Draw round the points to select them.' :
        html`<span class="at-desk">Drag to ${isFlat ? 'move' : 'turn'}, wheel to zoom, Shift and drag to select.</span>
             <span class="in-hand">Drag to ${isFlat ? 'move' : 'turn'}, two fingers zoom, a tap shows the picture.</span>`}</p>
    </div>`}
    ${chosen.length > 0 && html`<${Selected} items=${chosen} onDrop=${(id: number) => {
      const ids = new Set(selected);
      ids.delete(id);
      setSelected(ids);
    }} /><${Selection} items=${chosen} onDone=${() => setSelected(new Set())} />`}
  </div>`;
}
