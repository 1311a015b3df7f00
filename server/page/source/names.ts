// Names that people chose: of classes, mostly. They may hold anything that is UTF-8.
import { html } from './html';

// Controls, bidirectional marks and what is invisible would hide or reorder text: they are shown by number, as the report
// page and the terminal do (core/printable.cpp).
const hidden =
  /[\u{0}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e0fff}]/gu;

export const printable = (text: string): string =>
  text.replace(hidden, (c) => '⟨' + c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0') + '⟩');

const longest = 80;

// For sentences: cut in the middle of nothing but characters.
export function shortName(text: string): string {
  const characters = [...printable(text)];
  return characters.length <= longest ? characters.join('') : characters.slice(0, longest - 1).join('') + '…';
}

// A name that is cut where its place ends, whole in its title.
export const Name = ({ of }: { of: string }) =>
  html`<bdi class="name" title=${printable(of)}>${shortName(of)}</bdi>`;

const numbers = new Intl.NumberFormat('en-US');
export const number = (value: number): string => numbers.format(value);
export const counted = (value: number, one: string, many = one + 's'): string =>
  number(value) + ' ' + (value === 1 ? one : many);

// Never "100 %" for a share that is not 1, nor "0 %" for one that is not 0.
export function percent(share: number): string {
  if (share > 0.99 && share < 1) return '> 99 %';
  if (share > 0 && share < 0.01) return '< 1 %';
  return Math.round(share * 100) + ' %';
}
