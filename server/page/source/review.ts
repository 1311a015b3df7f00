// The page "Review": what a person should look at.
import { useState } from 'preact/hooks';
import { confusion } from './api_review';
import { Pairs, pairsOf, sizesOf } from './confused_pairs';
import { useFresh } from './fresh';
import { html } from './html';
import { unknownCount } from './live';
import { counted, number, percent } from './names';
import { addressOfReview, type ReviewPart, reviewParts } from './place';
import { DuplicatesPart } from './review_duplicates';
import { LabelsPart } from './review_labels';
import { Instead, More, pageSize } from './review_list';
import { UnknownsPart } from './review_unknowns';
import { useStore } from './store';

function ConfusedPart() {
  const fresh = useFresh(confusion);
  const [shown, setShown] = useState(pageSize);
  const pairs = fresh.data ? pairsOf(fresh.data.confusions) : [];
  return html`
    ${fresh.data && pairs.length > 0 && html`<p class="quiet lead">Each of ${counted(fresh.data.items, 'picture')} was read by the others:
      ${' ' + percent(fresh.data.accuracy)} right. Pairs that are mixed up often look alike, hold wrong labels, or are one class.</p>`}
    <${Instead} of=${fresh} isEmpty=${pairs.length === 0} title="No two classes are mixed up"
      text="Classes whose pictures are taken for each other would be listed here." />
    ${fresh.data && html`<${Pairs} pairs=${pairs.slice(0, shown)} sizes=${sizesOf(fresh.data)} />`}
    <${More} isThere=${pairs.length > shown} total=${pairs.length} onMore=${() => setShown(shown + pageSize)} />`;
}

const labels: Record<ReviewPart, string> = {
  unknowns: 'Unknown', labels: 'Labels', duplicates: 'Duplicates', confused: 'Confused',
};
const parts = { unknowns: UnknownsPart, labels: LabelsPart, duplicates: DuplicatesPart, confused: ConfusedPart };

export function ReviewPage({ part }: { part: ReviewPart }) {
  const waiting = useStore(unknownCount);
  return html`<div class="review">
    <h1>Review</h1>
    <nav class="tabs" aria-label="What to review">${reviewParts.map((one) => html`<a key=${one} href=${addressOfReview(one)}
      aria-current=${one === part ? 'page' : undefined}>${labels[one]}${one === 'unknowns' && waiting !== null && waiting > 0 &&
        html`<span class="count">${number(waiting)}</span>`}</a>`)}</nav>
    <${parts[part]} key=${part} />
  </div>`;
}
