// Why an answer is what it is: votes as bars, then the classes in question and what would change the answer.
import type { Answer, ClassReason } from './api';
import { html } from './html';
import { counted, Name, percent } from './names';

const mostBars = 5;

export function Votes({ answer }: { answer: Answer }) {
  if (answer.ranking.length === 0) return null;
  return html`<section class="votes" aria-label="Votes of the nearest pictures">
    <h3>Votes of the nearest pictures</h3>
    <ul>
      ${answer.ranking.slice(0, mostBars).map((one) => html`<li key=${one.class}>
        <${Name} of=${one.class} />
        <span class="bar" aria-hidden="true"><i style=${{ width: one.score * 100 + '%' }}></i></span>
        <span class="figure">${percent(one.score)}</span>
      </li>`)}
    </ul>
  </section>`;
}

const figure = (value: number) => value.toFixed(3);

function fit(one: ClassReason): string {
  if (one.p === null) return '–';
  return one.possible ? 'yes' : 'no';
}

const becomes = (name: string | null, decision: string) =>
  decision === 'unknown' || name === null
    ? html`it would be unknown`
    : html`the answer would be <${Name} of=${name} />${decision === 'ambiguous' ? ', in doubt' : ''}`;

export function Why({ answer }: { answer: Answer }) {
  const why = answer.why;
  if (!why || why.classes.length === 0) return null;
  const decisive = answer.neighbors.filter((one) => one.decisive && one.without).slice(0, 3);
  const { runner_up: second } = why;
  const isUnknown = answer.decision === 'unknown';
  const overturned = isUnknown && why.overturned?.decision === 'unknown' ? null : why.overturned;
  return html`<details class="why">
    <summary>Why?</summary>
    <div class="scroll" tabindex="0" role="group" aria-label="Classes in question">
      <table>
        <thead><tr><th scope="col">Class</th><th scope="col">Votes</th><th scope="col">Most alike</th>
          <th scope="col">Needed</th><th scope="col">p</th><th scope="col">Fits</th></tr></thead>
        <tbody>${why.classes.map((one) => html`<tr key=${one.class}>
          <th scope="row"><${Name} of=${one.class} /></th>
          <td>${percent(one.share)}</td>
          <td>${figure(one.similarity)}</td>
          <td>${one.possible_from === null ? '–' : figure(one.possible_from)}</td>
          <td>${one.p === null ? '–' : figure(one.p)}</td>
          <td>${fit(one)}</td>
        </tr>`)}</tbody>
      </table>
    </div>
    <ul class="reasons">
      ${decisive.map((one) => html`<li key=${one.id}>Without picture ${one.id} of <${Name} of=${one.class} />
        ${' '}${becomes(one.without!.class, one.without!.decision)}.</li>`)}
      ${decisive.length === 0 && overturned && html`<li>Without the ${counted(overturned.items.length, 'nearest picture')}
        ${' '}${becomes(overturned.class, overturned.decision)}.</li>`}
      ${second && second.wins_from !== null && html`<li><${Name} of=${second.class} /> would win with a picture of
        similarity ${figure(second.wins_from)} or more.</li>`}
    </ul>
    <p class="quiet">p is the share of a class’s own pictures that are no more alike to the class than this one.
      A class fits if p is above ${answer.alpha ?? 'the limit'}.</p>
  </details>`;
}
