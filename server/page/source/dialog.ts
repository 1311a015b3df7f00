// A question in front of the page. The browser's own <dialog> keeps the focus and closes with Escape.
import { useEffect, useRef } from 'preact/hooks';
import { html } from './html';

export function Dialog(props: { title: unknown; onClose: () => void; children?: unknown }) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    box.current!.showModal();
    return () => before?.focus();
  }, []);
  return html`<dialog ref=${box} aria-labelledby="dialog-title" onClose=${props.onClose}
      onClick=${(event: MouseEvent) => { if (event.target === box.current) box.current!.close(); }}>
    <div class="dialog">
      <h2 id="dialog-title">${props.title}</h2>
      ${props.children}
    </div>
  </dialog>`;
}
