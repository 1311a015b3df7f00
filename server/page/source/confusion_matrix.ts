// What class pictures have and for which they are taken, as a table.
import type { Confusion } from './api_review';
import { html } from './html';
import { Name, number, percent, shortName } from './names';

export const mostInMatrix = 24;  // classes; of more the most confused pairs tell as much

export function Matrix({ data }: { data: Confusion }) {
  const names = data.classes.map((one) => one.class);
  const counts = new Map(data.confusions.map((one) => [JSON.stringify([one.class, one.predicted]), one.items]));
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Confusion matrix"><table class="matrix">
    <thead><tr><td>is ↓ taken for →</td>${names.map((name) => html`<th scope="col" key=${name}><${Name} of=${name} /></th>`)}</tr></thead>
    <tbody>${data.classes.map((row) => html`<tr key=${row.class}>
      <th scope="row"><${Name} of=${row.class} /></th>
      ${names.map((name) => {
        const isRight = name === row.class;
        const count = isRight ? row.right : counts.get(JSON.stringify([row.class, name])) ?? 0;
        const share = row.items > 0 ? count / row.items : 0;
        // A few errors among many must still be seen: the square root lifts small shares.
        const strength = count === 0 ? 0 : isRight ? 8 + 42 * share : 18 + 50 * Math.sqrt(share);
        return html`<td key=${name} title=${`${shortName(row.class)}, taken for ${shortName(name)}: ${number(count)} of ${number(row.items)} (${percent(share)})`}
          style=${{ background: `color-mix(in srgb, var(${isRight ? '--accent' : '--wrong'}) ${strength.toFixed(0)}%, var(--sunk))` }}>${
            count > 0 ? number(count) : ''}</td>`;
      })}
    </tr>`)}</tbody>
  </table></div>`;
}
