// The classes with their counts, as the server last told them.
import { classCounts, type ClassCount, token } from './api';
import { changes } from './live';
import { store } from './store';

export const classes = store<ClassCount[] | null>(null);
// Classes whose deletion waits for its seconds to pass.
export const leaving = store<ReadonlySet<string>>(new Set());

let running = false;
let again = false;

async function reload(): Promise<void> {
  if (!token.get()) return classes.set(null);
  if (running) {
    again = true;
    return;
  }
  running = true;
  try {
    do {
      again = false;
      classes.set(await classCounts());
    } while (again);
  } catch {
    // The line to the server tells that it is lost; the next change loads them.
  } finally {
    running = false;
  }
}

changes.subscribe(() => void reload());
token.subscribe(() => void reload());
void reload();
