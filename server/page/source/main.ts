// The page that `simdb serve` shows at "/".
import { render } from 'preact';
import { openSession, token } from './api';
import { take } from './ask';
import { html } from './html';
import { listen } from './keys';
import { follow } from './live';
import { go } from './place';
import { App } from './shell';

function takeHere(files: FileList | null | undefined): void {
  if (!token.get() || !files?.length) return;
  go('#/');
  take(files);
}

// Pictures may be dropped and pasted anywhere.
function watchDrops(): void {
  let depth = 0;
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  const tell = (on: boolean) => dispatchEvent(new CustomEvent('simdb-drag', { detail: on }));
  addEventListener('dragenter', (event) => {
    if (hasFiles(event) && ++depth === 1) tell(true);
  });
  addEventListener('dragleave', (event) => {
    if (hasFiles(event) && --depth <= 0) {
      depth = 0;
      tell(false);
    }
  });
  addEventListener('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    depth = 0;
    tell(false);
    if (!hasFiles(event)) return;
    event.preventDefault();
    takeHere(event.dataTransfer?.files);
  });
  addEventListener('paste', (event) => takeHere(event.clipboardData?.files));
}

async function start(): Promise<void> {
  await openSession();
  const root = document.getElementById('root')!;
  root.replaceChildren();
  render(html`<${App} />`, root);
  listen();
  watchDrops();
  document.documentElement.dataset.ready = 'yes';
  await follow();
}

void start();
