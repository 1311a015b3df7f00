// A value that components follow.
import { useEffect, useState } from 'preact/hooks';

export interface Store<T> {
  get(): T;
  set(value: T): void;
  subscribe(listener: () => void): () => void;
}

export function store<T>(value: T): Store<T> {
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (next === value) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export function useStore<T>(of: Store<T>): T {
  const [value, setValue] = useState(() => of.get());
  useEffect(() => {
    const update = () => setValue(() => of.get());
    update();  // it may have changed since this was drawn
    return of.subscribe(update);
  }, [of]);
  return value;
}
