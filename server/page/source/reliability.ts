// How far the confidences hold: answers of a confidence, and how many of them are right.
import type { Confusion } from './api_review';
import { html } from './html';
import { counted, percent } from './names';

const [width, height, left, right, top, bottom] = [460, 320, 46, 14, 14, 42];
const x = (value: number) => left + value * (width - left - right);
const y = (value: number) => height - bottom - value * (height - top - bottom);

export function Reliability({ bins }: { bins: Confusion['reliability'] }) {
  const filled = bins.filter((one) => one.items > 0);
  const most = Math.max(1, ...filled.map((one) => one.items));
  const barWidth = (width - left - right) / Math.max(10, bins.length) - 3;
  return html`<svg class="plot" viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${'Reliability: ' + filled.map((one) =>
      `of ${counted(one.items, 'answer')} of confidence ${percent(one.confidence)}, ${percent(one.accuracy)} right`).join('; ')}>
    ${[0, 0.25, 0.5, 0.75, 1].map((at) => html`<g key=${at}>
      <line class="grid" x1=${x(0)} x2=${x(1)} y1=${y(at)} y2=${y(at)} />
      <text x=${x(0) - 8} y=${y(at) + 4} text-anchor="end">${at * 100} %</text>
      <text x=${x(at)} y=${y(0) + 18} text-anchor=${at === 1 ? 'end' : 'middle'}>${at * 100} %</text>
    </g>`)}
    ${filled.map((one) => html`<rect key=${one.confidence} class="bar" width=${barWidth} y=${y(one.accuracy)}
      x=${Math.min(x(1) - barWidth, Math.max(x(0), x(one.confidence) - barWidth / 2))} height=${Math.max(1, y(0) - y(one.accuracy))}
      fill-opacity=${0.25 + 0.75 * Math.sqrt(one.items / most)}>
      <title>${`${counted(one.items, 'answer')}: mean confidence ${percent(one.confidence)}, ${percent(one.accuracy)} right`}</title>
    </rect>`)}
    <line class="ideal" x1=${x(0)} y1=${y(0)} x2=${x(1)} y2=${y(1)} />
    <text x=${x(0.5)} y=${height - 6} text-anchor="middle">confidence</text>
    <text x=${x(0) + 4} y=${y(1) + 14}>right</text>
  </svg>`;
}
