// What the server says, asked again whenever it may say something else.
import { useEffect, useState } from 'preact/hooks';
import { changes } from './live';
import { store, type Store } from './store';

export interface Fresh<T> {
  data: T | null;
  trouble: string;  // why there is none, or why it is old
}

// A change of these many a second, by a program that adds, is one question.
const pause = 250;  // ms

// Loads now, when `key` changes, and after changes; one question at a time. After one that took long comes a pause as
// long, so that whoever watches leaves the server half of its time.
export function useFresh<T>(load: (signal: AbortSignal) => Promise<T>, key = '', on: Store<unknown> = changes): Fresh<T> {
  const [fresh, setFresh] = useState<Fresh<T> & { key: string }>({ data: null, trouble: '', key });
  useEffect(() => {
    const stopper = new AbortController();
    let running = false;
    let again = false;
    const run = async () => {
      again = true;
      if (running) return;
      running = true;
      while (again && !stopper.signal.aborted) {
        again = false;
        const began = performance.now();
        try {
          const data = await load(stopper.signal);
          if (!stopper.signal.aborted) setFresh({ data, trouble: '', key });
        } catch (error) {
          if (!stopper.signal.aborted) {
            setFresh((before) => ({ data: before.key === key ? before.data : null, trouble: (error as Error).message, key }));
          }
        }
        await new Promise((resolve) => setTimeout(resolve, Math.max(pause, performance.now() - began)));
      }
      running = false;
    };
    const stop = on.subscribe(() => void run());
    void run();
    return () => {
      stopper.abort();
      stop();
    };
  }, [key, on]);
  return fresh.key === key ? fresh : { data: null, trouble: '' };
}

export interface Paged {
  next?: number | null;
}

// The first `wanted` entries of a list that comes in pages, with the last page for what else it says.
export async function upTo<P extends Paged, T>(ask: (after: number, limit: number) => Promise<P>, entries: (page: P) => T[],
                                               wanted: number, most = 100): Promise<{ list: T[]; page: P; hasMore: boolean }> {
  const list: T[] = [];
  let after = 0;
  for (;;) {
    const page = await ask(after, Math.min(most, wanted - list.length));
    list.push(...entries(page));
    if (page.next === undefined || page.next === null) return { list, page, hasMore: false };
    if (list.length >= wanted) return { list, page, hasMore: true };
    after = page.next;
  }
}

// The keys of the list that is shown, beside those that work everywhere (keys.ts).
export const pageKeys = store<Record<string, () => void>>({});

export function usePageKeys(keys: Record<string, () => void>): void {
  useEffect(() => {
    pageKeys.set(keys);
    return () => { if (pageKeys.get() === keys) pageKeys.set({}); };
  });
}
