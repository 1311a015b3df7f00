// The pictures that were shown, each with the answer to it and with what came of it.
import { addTo, type Answer, query, removeItem } from './api';
import { changes } from './live';
import { complain } from './notices';
import { shortName } from './names';
import { store } from './store';

export interface Shown {
  key: number;
  file: File;
  preview: string;
  state: 'waiting' | 'asking' | 'answered' | 'failed' | 'adding' | 'settled';
  answer?: Answer;
  trouble?: string;
  answeredAt: number;         // performance.now() when the answer changed
  learned?: boolean;          // known only since other pictures were added
  added?: { id: number | null; class: string; isNew: boolean; elsewhere?: string; at: number };
}

export const pictures = store<Shown[]>([]);
export const current = store(0);  // the key of the one that keys act on
export const announcement = store('');  // for screen readers

const atOnce = 2;
const mostAskedAgain = 30;
let next = 1;
let running = 0;

export const openOnes = () => pictures.get().filter((one) => one.state !== 'settled');

function change(key: number, part: Partial<Shown>): void {
  pictures.set(pictures.get().map((one) => (one.key === key ? { ...one, ...part } : one)));
}

export const find = (key: number) => pictures.get().find((one) => one.key === key);

export function show(files: Iterable<File>): void {
  const fresh: Shown[] = [];
  for (const file of files) {
    fresh.push({ key: next++, file, preview: URL.createObjectURL(file), state: 'waiting', answeredAt: 0 });
  }
  if (fresh.length === 0) return;
  const open = openOnes().length > 0;
  pictures.set([...pictures.get(), ...fresh]);
  if (!open) current.set(fresh[0]!.key);
  work();
}

export function inWords(answer: Answer): string {
  const name = shortName(answer.class ?? '');
  switch (answer.decision) {
    case 'known':
      return `This is ${name}.`;
    case 'ambiguous':
      return `Either ${(answer.possible ?? []).map((one) => shortName(one.class)).join(' or ')}.`;
    case 'unknown':
      return 'Unknown: no class fits this picture.';
    default:
      return answer.class === null ? 'There is nothing to compare this picture with yet.' : `Probably ${name}.`;
  }
}

const same = (a: Answer | undefined, b: Answer) => a?.class === b.class && a.decision === b.decision;

async function answer(one: Shown, again: boolean): Promise<void> {
  if (!again) change(one.key, { state: 'asking' });
  try {
    const found = await query(one.file, { isKept: !again });
    const now = find(one.key);
    if (!now || (now.state !== 'asking' && now.state !== 'answered')) return;
    const learned = again && one.answer?.decision !== 'known' && found.decision === 'known';
    const answeredAt = same(now.answer, found) ? now.answeredAt : performance.now();
    change(one.key, { state: 'answered', answer: found, trouble: undefined, answeredAt, learned: now.learned || learned });
    if (!again) announcement.set(inWords(found));
  } catch (error) {
    if (!again) change(one.key, { state: 'failed', trouble: (error as Error).message });
  }
}

function work(): void {
  while (running < atOnce) {
    const one = pictures.get().find((candidate) => candidate.state === 'waiting');
    if (!one) return;
    ++running;
    void answer(one, false).finally(() => {
      --running;
      work();
    });
  }
}

// What was learned may answer pictures that still wait for a person.
let askingAgain = false;
changes.subscribe(async () => {
  if (askingAgain) return;
  askingAgain = true;
  try {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const open = pictures.get().filter((one) => one.state === 'answered' && one.answer?.decision !== 'known');
    let learned = 0;
    for (const one of open.slice(0, mostAskedAgain)) {
      await answer(one, true);
      if (find(one.key)?.answer?.decision === 'known') ++learned;
    }
    if (learned > 0) announcement.set(`${learned} of the waiting pictures would now be known.`);
  } finally {
    askingAgain = false;
  }
});

export function retry(key: number): void {
  change(key, { state: 'waiting', trouble: undefined });
  work();
}

function goOn(key: number): void {
  const list = pictures.get();
  const from = list.findIndex((one) => one.key === key);
  const open = (one: Shown) => one.state !== 'settled' && one.key !== key;
  const following = list.slice(from + 1).find(open) ?? list.find(open);
  if (following && current.get() === key) current.set(following.key);
}

// Adds the picture to a class, which is made if there is none.
export async function settle(key: number, name: string): Promise<void> {
  const one = find(key);
  if (!one || one.state === 'settled' || one.state === 'adding') return;
  const before = one.state;
  change(key, { state: 'adding' });
  try {
    const result = await addTo(name, one.file);
    const original = result.duplicate_of?.class;
    change(key, { state: 'settled', added: { id: result.id, class: name, isNew: result.added,
                                             elsewhere: original === name ? undefined : original,
                                             at: performance.now() } });
    announcement.set(result.added ? `Added to ${shortName(name)}.` : `It was in ${shortName(name)} already.`);
    goOn(key);
  } catch (error) {
    change(key, { state: before });
    complain(error);
  }
}

export async function takeBack(key: number): Promise<void> {
  const added = find(key)?.added;
  if (!added?.isNew || added.id === null) return;
  try {
    await removeItem(added.id);
    change(key, { state: 'waiting', added: undefined });
    current.set(key);
    announcement.set(`Taken out of ${shortName(added.class)} again.`);
    work();
  } catch (error) {
    complain(error);
  }
}

// The picture that was added last.
export function lastAdded(): Shown | undefined {
  const undoable = pictures.get().filter((one) => one.state === 'settled' && one.added?.isNew);
  return undoable.sort((a, b) => a.added!.at - b.added!.at).at(-1);
}

export function putAside(key: number): void {
  goOn(key);
  const one = find(key);
  if (one) URL.revokeObjectURL(one.preview);
  pictures.set(pictures.get().filter((other) => other.key !== key));
}

export function putSettledAside(): void {
  for (const one of pictures.get()) if (one.state === 'settled') putAside(one.key);
}

export function step(by: number): void {
  const open = openOnes();
  if (open.length === 0) return;
  const at = open.findIndex((one) => one.key === current.get());
  const one = open[Math.min(open.length - 1, Math.max(0, at + by))]!;
  current.set(one.key);
  announcement.set(one.answer ? inWords(one.answer) : one.file.name);
}
