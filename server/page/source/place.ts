// Which page is shown: the fragment of the address, which never leaves the browser.
import { store } from './store';

export type Place = { page: 'ask' } | { page: 'classes' } | { page: 'class'; name: string };

const classPrefix = '#/class/';

export const addressOf = (name: string): string => classPrefix + encodeURIComponent(name);

function read(): Place {
  const hash = location.hash;
  if (hash === '#/classes') return { page: 'classes' };
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
