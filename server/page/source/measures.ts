// The page "Measures": how right the answers are, and how far the confidences hold.
import { askJson } from './api';
import { confusion, type Confusion } from './api_review';
import { Matrix, mostInMatrix } from './confusion_matrix';
import { Pairs, pairsOf, sizesOf } from './confused_pairs';
import { useFresh } from './fresh';
import { html } from './html';
import { Jobs } from './jobs';
import { changes, jobNews } from './live';
import { counted, number } from './names';
import { addressOfReview } from './place';
import { Reliability } from './reliability';
import { Instead } from './review_list';
import { store } from './store';

const mostPairs = 20;

// A job that ends may have changed how sure the answers are.
const news = store(0);
const tell = () => news.set(news.get() + 1);
changes.subscribe(tell);
jobNews.subscribe(() => { if (jobNews.get()?.state !== 'running') tell(); });

interface Calibration {
  alpha: number;
  classes: { by_items: number; by_classes: number; by_all_items: number; by_held_out: number; uncalibrated: number };
  foreign_accepted: { share: number; low: number; high: number; of: number } | null;
}
const loadCalibration = async () => (await askJson<{ calibration: Calibration | null }>('/v1/stats')).calibration ?? null;

const exactly = (share: number) => (share * 100).toFixed(share > 0.9995 || share === 0 ? 0 : 1) + ' %';

const Figure = ({ name, value, text }: { name: string; value: string; text: unknown }) =>
  html`<div><dt>${name}</dt><dd>${value}<small>${text}</small></dd></div>`;

function Figures({ data }: { data: Confusion }) {
  const wrong = data.confusions.reduce((sum, one) => sum + one.items, 0);
  return html`<dl class="figures">
    <${Figure} name="Accuracy" value=${exactly(data.accuracy)} text=${`${number(wrong)} of ${counted(data.items, 'picture')} taken for another class`} />
    <${Figure} name="Balanced accuracy" value=${exactly(data.balanced_accuracy)} text="the mean over classes, small ones count as much" />
    <${Figure} name="Calibration error" value=${exactly(data.calibration_error)} text="how far confidence and truth lie apart" />
    ${data.unknown && html`<${Figure} name="Called unknown" value=${exactly(data.unknown.rejected)}
      text=${`of the database’s own pictures; at most ${exactly(data.unknown.alpha)} are promised`} />`}
  </dl>`;
}

function calibrationText(calibration: Calibration | null, isLoaded: boolean): unknown {
  if (!isLoaded) return 'Looking…';
  if (!calibration) return 'Not calibrated: what is new isn’t noticed. Calibrating measures how alike pictures of a class are.';
  const { classes, foreign_accepted: foreign } = calibration;
  const all = Object.values(classes).reduce((sum, one) => sum + one, 0);
  return html`${number(all - classes.uncalibrated)} of ${counted(all, 'class', 'classes')} calibrated; at most ${exactly(calibration.alpha)} of known pictures
    are called unknown.${foreign && ` Of pictures of other classes, ${exactly(foreign.share)} would be taken for known (${exactly(foreign.low)} to ${exactly(foreign.high)}).`}`;
}

export function MeasuresPage() {
  const fresh = useFresh(confusion, '', news);
  const calibration = useFresh(async () => ({ held: await loadCalibration() }), '', news);
  const data = fresh.data;
  const isSmall = data !== null && data.classes.length <= mostInMatrix;
  const pairs = data && !isSmall ? pairsOf(data.confusions) : [];
  const isEmpty = data !== null && data.items === 0;
  return html`<div class="measures">
    <header class="page-head"><div><h1>Measures</h1>
      ${data && !isEmpty && html`<p class="quiet" role="status">Each picture read by all others${data.items < data.of ? `: ${number(data.items)} of ${number(data.of)}, drawn by chance` : ''}</p>`}
    </div></header>
    <${Instead} of=${fresh} isEmpty=${isEmpty} title="Nothing to measure yet" text="With two classes of a few pictures each there is." />
    ${data && !isEmpty && html`<${Figures} data=${data} />
      <section aria-labelledby="confusion-title">
        <h2 id="confusion-title">${isSmall ? 'Confusion matrix' : 'Most confused classes'}</h2>
        ${isSmall ? html`<div class="panel"><${Matrix} data=${data} /></div>`
          : pairs.length === 0 ? html`<p class="quiet">No two classes are mixed up.</p>`
          : html`<${Pairs} pairs=${pairs.slice(0, mostPairs)} sizes=${sizesOf(data)} />
            ${pairs.length > mostPairs && html`<p><a href=${addressOfReview('confused')}>All ${number(pairs.length)} pairs</a></p>`}`}
      </section>
      <section aria-labelledby="reliability-title">
        <h2 id="reliability-title">Reliability of confidences</h2>
        <p class="quiet">On the dashed line, answers of 80 % confidence are right in 80 % of the cases. The stronger a bar, the more answers.</p>
        <div class="panel"><${Reliability} bins=${data.reliability} /></div>
      </section>`}
    <section aria-labelledby="jobs-title">
      <h2 id="jobs-title">Maintenance</h2>
      <${Jobs} calibration=${calibrationText(calibration.data?.held ?? null, calibration.data !== null)} />
    </section>
  </div>`;
}
