// Follows the server's events. EventSource can't send the token, so the stream is read with fetch.
import { ask, Problem, token } from './api';
import type { Job } from './api_review';
import { store } from './store';

export type Line = 'joining' | 'live' | 'lost';
export const line = store<Line>('joining');
// Grows whenever what is shown may be out of date.
export const changes = store(0);
// How many unknown pictures wait for a name, and the job that runs or ran last, as the server told.
export const unknownCount = store<number | null>(null);
export const jobNews = store<Job | null>(null);
// Seconds until the next try, while the server is lost.
export const retryIn = store(0);

const quietest = 40_000;  // the server says something every 15 s
const longestPause = 15;

// A browser opens six connections to a server, for all its windows: one that nobody looks at gives its own back.
const hiddenAfter = 20_000;

let last: string | null = null;
let wake = () => {};
let stopper = new AbortController();
let isAway = false;
let comeBack = () => {};

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    const end = performance.now() + seconds * 1000;
    const timer = setInterval(() => {
      const left = end - performance.now();
      retryIn.set(Math.max(0, Math.ceil(left / 1000)));
      if (left <= 0) wake();
    }, 200);
    wake = () => {
      clearInterval(timer);
      retryIn.set(0);
      resolve();
    };
  });
}

export const tryNow = () => wake();

async function readEvents(signal: AbortSignal, heard: () => void): Promise<void> {
  const response = await ask('/v1/events' + (last === null ? '' : '?since=' + last), { signal });
  heard();
  changes.set(changes.get() + 1);  // what was loaded before may be older
  line.set('live');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    text += value;
    const events = text.split('\n\n');
    text = events.pop()!;
    for (const event of events) {
      const kind = /^event: (\w+)$/m.exec(event)?.[1];
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (kind === 'unknowns' && data) unknownCount.set((JSON.parse(data) as { total: number }).total);
      if (kind === 'job' && data) jobNews.set(JSON.parse(data) as Job);
      const id = /^id: (\d+)$/m.exec(event)?.[1];
      if (!id || id === last) continue;
      last = id;
      changes.set(changes.get() + 1);
    }
  }
}

export async function follow(): Promise<never> {
  let failures = 0;
  for (;;) {
    if (!token.get()) {
      await new Promise<void>((resolve) => {
        const stop = token.subscribe(() => {
          stop();
          resolve();
        });
      });
      continue;
    }
    if (isAway) {
      await new Promise<void>((resolve) => { comeBack = resolve; });
      continue;
    }
    stopper = new AbortController();
    let timer = 0;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stopper.abort(), quietest);
    };
    const began = performance.now();
    heard();
    try {
      await readEvents(stopper.signal, heard);
      if (performance.now() - began > 5000) failures = 0;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) continue;
    } finally {
      clearTimeout(timer);
    }
    if (isAway) continue;
    line.set('lost');
    ++failures;
    await sleep(Math.min(longestPause, 0.5 * 2 ** Math.min(failures, 6)) * (0.75 + Math.random() / 2));
  }
}

function leave(): void {
  isAway = true;
  stopper.abort();
}

function returnHere(): void {
  isAway = false;
  comeBack();
  tryNow();
}

let hiding = 0;
addEventListener('online', tryNow);
addEventListener('pagehide', leave);
addEventListener('pageshow', returnHere);
document.addEventListener('visibilitychange', () => {
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(leave, hiddenAfter);
  else returnHere();
});
