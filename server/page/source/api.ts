// Requests to the server that sent this page. The token goes into a header, never into an address.
import { store } from './store';

const tokenKey = 'simdb-token';

export const token = store<string | null>(sessionStorage.getItem(tokenKey));
// Why the page asks for a token, in words.
export const tokenTrouble = store('');

export function keepToken(value: string): void {
  sessionStorage.setItem(tokenKey, value);
  tokenTrouble.set('');
  token.set(value);
}

export function dropToken(why: string): void {
  sessionStorage.removeItem(tokenKey);
  tokenTrouble.set(why);
  token.set(null);
}

export class Problem extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

export const unreachable = 'The server can’t be reached.';

// What a person reads. The server's details are sentences without a capital and a full stop.
function inWords(status: number, detail: string): string {
  if (status === 413) return 'This picture is too large for the server.';
  if (status === 415) return 'This file is no picture that can be read here.';
  if (status === 503) return 'The server is busy. Try again in a moment.';
  if (status === 507) return 'The disk of the server is full: nothing was stored.';
  const words = detail || 'The server failed.';
  return words.charAt(0).toUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? '' : '.');
}

export interface Ask {
  method?: string;
  json?: unknown;
  body?: Blob;
  signal?: AbortSignal;
}

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

// A request with the token, asked again a few times while the server is too busy to take it.
export async function ask(path: string, options: Ask = {}): Promise<Response> {
  const used = token.get();
  const headers = new Headers(used ? { Authorization: 'Bearer ' + used } : {});
  let body: BodyInit | undefined = options.body;
  if (options.body) headers.set('Content-Type', options.body.type || 'application/octet-stream');
  if (options.json !== undefined) {
    headers.set('Content-Type', 'application/json');
    body = JSON.stringify(options.json);
  }
  for (let trial = 1; ; ++trial) {
    let response: Response;
    try {
      response = await fetch(path, { method: options.method ?? 'GET', headers, body, signal: options.signal,
                                     credentials: 'omit', redirect: 'error' });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new Problem(0, navigator.onLine ? unreachable : 'This device is offline.');
    }
    if (response.ok) return response;
    if (response.status === 503 && trial < 4) {
      await pause(Math.min(Number(response.headers.get('Retry-After')) || 1, 10));
      continue;
    }
    let detail = '';
    try {
      detail = String((await response.json()).detail ?? '');
    } catch {
      // no problem document: the status has to do
    }
    if (response.status === 401 && used !== null && token.get() === used) {
      dropToken('The token isn’t valid any more.');
    }
    throw new Problem(response.status, inWords(response.status, detail));
  }
}

export async function askJson<T>(path: string, options: Ask = {}): Promise<T> {
  return await (await ask(path, options)).json() as T;
}

// Trades the code of the printed address for the token. The code leaves the address at once, so that it can't be copied.
export async function openSession(): Promise<void> {
  const code = location.hash.slice(1);
  if (!code || code.startsWith('/')) return;
  history.replaceState(null, '', location.pathname);
  if (token.get()) return;  // a reload, or a second use of the link: this window is let in already
  try {
    const answer = await askJson<{ token: string }>('/v1/session', { method: 'POST', json: { code } });
    keepToken(answer.token);
  } catch (error) {
    const expired = error instanceof Problem && error.status === 401;
    tokenTrouble.set(expired ? 'This link was used before: it opens the page once.' : (error as Error).message);
  }
}

export interface Item {
  id: number;
  class: string;
  added: string;
  width?: number;
  height?: number;
}
export interface ClassCount {
  class: string;
  items: number;
}
export interface Neighbor {
  id: number;
  class: string;
  similarity: number;
  share?: number;
  decisive?: boolean;
  without?: { class: string | null; decision: string };
}
export interface ClassReason {
  class: string;
  items: number;
  share: number;
  similarity: number;
  nearest: number | null;
  possible: boolean;
  p: number | null;
  possible_from: number | null;
}
export interface Answer {
  class: string | null;
  confidence: number;
  accepted: boolean;
  decision: 'known' | 'ambiguous' | 'unknown' | 'uncalibrated';
  alpha?: number | null;
  possible?: { class: string; p: number | null }[];
  ranking: { class: string; score: number }[];
  neighbors: Neighbor[];
  why?: {
    classes: ClassReason[];
    runner_up: { class: string; wins_from: number | null } | null;
    overturned: { class: string | null; decision: string; items: number[] } | null;
  };
}
export interface Added {
  id: number | null;
  added: boolean;
  duplicate_of?: { id: number | null; class: string; same: 'file' | 'pixels' };
}

export const classCounts = async () => (await askJson<{ classes: ClassCount[] }>('/v1/classes')).classes;
export const itemsOf = (name: string, limit: number, after = 0) =>
  askJson<{ items: Item[]; next: number | null }>(
    `/v1/items?class=${encodeURIComponent(name)}&limit=${limit}&after=${after}`);
// Whether this token, at this server, may keep what is unknown; found out by trying.
let mayKeep = true;

// `isKept`: an unknown picture then waits on the server until someone names it, where that may be.
export async function query(picture: Blob, { isKept = false } = {}): Promise<Answer> {
  const address = '/v1/query?why=true';
  if (isKept && mayKeep) {
    try {
      return await askJson<Answer>(address + '&keep-unknown=true', { method: 'POST', body: picture });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 403) throw error;
      mayKeep = false;
    }
  }
  return askJson<Answer>(address, { method: 'POST', body: picture });
}
export const addTo = (name: string, picture: Blob) =>
  askJson<Added>('/v1/items?class=' + encodeURIComponent(name), { method: 'POST', body: picture });
export const removeItem = (id: number) => ask('/v1/items/' + id, { method: 'DELETE' });
export const removeItems = (ids: number[]) => ask('/v1/items/delete', { method: 'POST', json: { ids } });
export const moveItems = (ids: number[], name: string) =>
  ask('/v1/items/move', { method: 'POST', json: { ids, class: name } });
export const removeClass = (name: string) => ask('/v1/classes/delete', { method: 'POST', json: { class: name } });
export const renameClass = (from: string, to: string, merge = false) =>
  ask('/v1/classes/rename', { method: 'POST', json: { from, to, merge } });
