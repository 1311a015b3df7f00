// Which page is shown: the fragment of the address, which never leaves the browser.
import { store } from './store';

export const reviewParts = ['unknowns', 'labels', 'duplicates', 'confused'] as const;
export type ReviewPart = typeof reviewParts[number];
export type Place = { page: 'ask' } | { page: 'classes' } | { page: 'class'; name: string } |
  { page: 'review'; part: ReviewPart } | { page: 'map' } | { page: 'measures' };

const classPrefix = '#/class/';
const reviewPrefix = '#/review/';

export const addressOf = (name: string): string => classPrefix + encodeURIComponent(name);
export const addressOfReview = (part: ReviewPart): string => reviewPrefix + part;

function read(): Place {
  const hash = location.hash;
  if (hash === '#/classes') return { page: 'classes' };
  if (hash === '#/map') return { page: 'map' };
  if (hash === '#/measures') return { page: 'measures' };
  if (hash.startsWith('#/review')) {
    return { page: 'review', part: reviewParts.find((part) => hash === reviewPrefix + part) ?? 'unknowns' };
  }
  if (hash.startsWith(classPrefix)) {
    try {
      return { page: 'class', name: decodeURIComponent(hash.slice(classPrefix.length)) };
    } catch {
      return { page: 'classes' };
    }
  }
  return { page: 'ask' };
}

export const place = store<Place>(read());
addEventListener('hashchange', () => place.set(read()));

export function go(address: string): void {
  location.hash = address;
}
