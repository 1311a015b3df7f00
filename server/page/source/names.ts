// Names that people chose: of classes, mostly. They may hold anything that is UTF-8.
import { html } from './html';
import { number, printable } from './shared.js';

export { number, printable };

const longest = 80;

// For sentences: cut in the middle of nothing but characters.
export function shortName(text: string): string {
  const characters = [...printable(text)];
  return characters.length <= longest ? characters.join('') : characters.slice(0, longest - 1).join('') + '…';
}

// A name that is cut where its place ends, whole in its title.
export const Name = ({ of }: { of: string }) =>
  html`<bdi class="name" title=${printable(of)}>${shortName(of)}</bdi>`;

export const counted = (value: number, one: string, many = one + 's'): string =>
  number(value) + ' ' + (value === 1 ? one : many);

// Never "100 %" for a share that is not 1, nor "0 %" for one that is not 0.
export function percent(share: number): string {
  if (share > 0.99 && share < 1) return '> 99 %';
  if (share > 0 && share < 0.01) return '< 1 %';
  return Math.round(share * 100) + ' %';
}
