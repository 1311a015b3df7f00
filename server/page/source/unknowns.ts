// The unknown pictures that wait on the server, and what can be done with them.
import { ask, query, removeItem } from './api';
import { deleteUnknowns, nameUnknown, type Unknown, unknownImage, unknownsAfter } from './api_review';
import { show } from './ask_store';
import { html } from './html';
import { changes, line, unknownCount } from './live';
import { counted, Name } from './names';
import { complain, doSoon, grace, say } from './notices';
import { store } from './store';

// Grows when the list or an answer in it may be another.
export const unknownNews = store(0);
for (const one of [changes, unknownCount]) one.subscribe(() => unknownNews.set(unknownNews.get() + 1));

// Those that were named or are about to be deleted: shown no more. Ids are never given again.
export const leavingUnknowns = store<ReadonlySet<number>>(new Set());

function mark(ids: number[], isLeaving: boolean): void {
  const all = new Set(leavingUnknowns.get());
  for (const id of ids) isLeaving ? all.add(id) : all.delete(id);
  leavingUnknowns.set(all);
}

async function loadCount(): Promise<void> {
  if (line.get() !== 'live') return;
  try {
    unknownCount.set((await unknownsAfter(0, 1)).total);
  } catch {
    // The next event tells it.
  }
}
line.subscribe(() => void loadCount());

// A name is taken back by taking the item out and keeping the picture again. Where it is no unknown any more, it goes to
// the page Ask, so that it is not lost.
async function keepAgain(picture: Blob): Promise<void> {
  const answer = await query(picture, { isKept: true });
  if (answer.decision === 'unknown') return;
  show([new File([picture], 'picture', { type: picture.type })]);
  say('The picture is no unknown any more: it waits on the page Ask.');
}

// Gives each the class that `classOf` says.
export async function nameAll(list: Unknown[], classOf: (one: Unknown) => string): Promise<void> {
  const named: { item: number | null; picture: Blob }[] = [];
  const names = new Set<string>();
  mark(list.map((one) => one.id), true);
  for (const [index, one] of list.entries()) {
    try {
      const picture = await (await ask(unknownImage(one.id))).blob();
      const added = await nameUnknown(one.id, classOf(one));
      named.push({ item: added.added ? added.id : null, picture });
      names.add(classOf(one));
    } catch (error) {
      mark(list.slice(index).map((other) => other.id), false);
      complain(error);
      break;
    }
  }
  if (named.length === 0) return;
  const where = names.size === 1 ? html`<${Name} of=${[...names][0]!} />` : counted(names.size, 'class', 'classes');
  say(html`Added ${counted(named.length, 'picture')} to ${where}`, async () => {
    for (const { item, picture } of named) {
      if (item === null) continue;
      await removeItem(item);
      await keepAgain(picture);
    }
  });
}

export function deleteUnknownsSoon(list: Unknown[]): void {
  const ids = list.map((one) => one.id);
  mark(ids, true);
  doSoon(`Deleting ${counted(ids.length, 'unknown picture')} in ${grace} seconds`, async () => {
    try {
      await deleteUnknowns(ids);
    } catch (error) {
      mark(ids, false);
      throw error;
    }
  }, () => mark(ids, false));
}
