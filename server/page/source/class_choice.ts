// A field that takes the name of a class, with those that exist offered while one types (ARIA's combobox pattern).
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { html } from './html';
import { Name, counted } from './names';
import { classes } from './classes_store';
import { useStore } from './store';

const mostOffers = 7;

interface Props {
  label: string;
  action: string;              // what the button says
  first?: string[];            // classes to offer first
  without?: string;            // a class that is no choice
  allowNew?: boolean;
  value?: string;
  onChoose: (name: string) => void;
  onCancel: () => void;
}

export function ClassChoice(props: Props) {
  const known = useStore(classes) ?? [];
  const [text, setText] = useState(props.value ?? '');
  const [marked, setMarked] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    input.current!.focus();
    input.current!.select();
  }, []);

  const wanted = text.trim().toLocaleLowerCase();
  const first = props.first ?? [];
  const place = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length);
  const offers = known
    .filter((one) => one.class !== props.without && one.class.toLocaleLowerCase().includes(wanted))
    .sort((a, b) => place(a.class) - place(b.class))
    .slice(0, mostOffers);
  const exact = known.some((one) => one.class === text.trim());
  const ready = text.trim() !== '' && text.trim() !== props.without && (exact || props.allowNew !== false);
  const choose = (name: string) => props.onChoose(name);

  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    const count = offers.length;
    if (event.key === 'ArrowDown') setMarked((marked + 1) % Math.max(count, 1));
    else if (event.key === 'ArrowUp') setMarked(marked <= 0 ? count - 1 : marked - 1);
    else if (event.key === 'Escape') props.onCancel();
    else if (event.key === 'Enter') {
      const chosen = offers[marked]?.class;
      // Without a new name to make, what is typed means the only class that is left.
      if (chosen !== undefined) choose(chosen);
      else if (ready) choose(text.trim());
      else if (props.allowNew === false && count === 1) choose(offers[0]!.class);
    } else return;
    event.preventDefault();
  };

  return html`<div class="choice">
    <label for=${id}>${props.label}</label>
    <div class="choice-row">
      <input id=${id} ref=${input} type="text" role="combobox" autocomplete="off" spellcheck=${false} maxlength="1024"
        aria-expanded=${offers.length > 0} aria-controls=${id + '-list'} aria-autocomplete="list"
        aria-activedescendant=${marked >= 0 && offers[marked] ? `${id}-${marked}` : undefined}
        value=${text} onKeyDown=${onKeyDown}
        onInput=${(event: InputEvent) => {
          setText((event.currentTarget as HTMLInputElement).value);
          setMarked(-1);
        }} />
      <button type="button" class="main" disabled=${!ready} onClick=${() => choose(text.trim())}>
        ${!exact && text.trim() !== '' && props.allowNew !== false ? 'New class' : props.action}</button>
      <button type="button" class="plain" onClick=${props.onCancel}>Cancel</button>
    </div>
    <ul id=${id + '-list'} role="listbox" aria-label="Classes" hidden=${offers.length === 0}>
      ${offers.map((one, index) => html`<li key=${one.class} id=${`${id}-${index}`} role="option"
          aria-selected=${index === marked} onClick=${() => choose(one.class)}>
        <${Name} of=${one.class} /><small>${counted(one.items, 'picture')}</small>
      </li>`)}
    </ul>
  </div>`;
}
