// Curves over the epochs, the two clouds and their legend.
function svg(tag, attributes, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// About `count` round numbers between two bounds.
function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const list = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-6; ++i) list.push(i * step);
  return list;
}

const kWidth = 560;
const kHeight = 300;
const kInner = { left: 52, right: 14, top: 14, bottom: 40 };

class Curves {
  constructor(box, lines, format, bounds) {
    this.box = box;
    this.lines = lines;
    this.format = format;
    [this.low, this.high] = bounds;
    const epochs = data.history.map((report) => report.epoch);
    [this.first, this.last] = [Math.min(...epochs, 1), Math.max(...epochs, 2)];
    this.svg = svg('svg', { viewBox: `0 0 ${kWidth} ${kHeight}`, role: 'img',
                            'aria-label': lines.map((line) => line.name).join(' and ') + ' over the epochs' });
    this.drawAxes();
    lines.forEach((line) => this.drawLine(line));
    this.cursor = this.upright(this.first, 'cursor');
    this.cursor.style.display = 'none';
    this.svg.addEventListener('pointermove', (event) => this.hover(event));
    this.svg.addEventListener('pointerleave', () => { this.cursor.style.display = 'none'; tooltip.hide(this); });
    box.append(this.svg);
  }

  x(epoch) {
    return kInner.left + (epoch - this.first) / (this.last - this.first) * (kWidth - kInner.left - kInner.right);
  }

  y(value) {
    const share = (value - this.low) / (this.high - this.low);
    return kHeight - kInner.bottom - share * (kHeight - kInner.top - kInner.bottom);
  }

  upright(epoch, kind) {
    const line = svg('line', { class: kind, x1: this.x(epoch), x2: this.x(epoch), y1: kInner.top, y2: kHeight - kInner.bottom });
    this.svg.append(line);
    return line;
  }

  drawAxes() {
    for (const value of ticks(this.low, this.high, 5)) {
      this.svg.append(svg('line', { class: 'grid', x1: kInner.left, x2: kWidth - kInner.right, y1: this.y(value), y2: this.y(value) }),
                      svg('text', { x: kInner.left - 8, y: this.y(value) + 4, 'text-anchor': 'end' }, this.format(value, true)));
    }
    for (const epoch of ticks(this.first, this.last, 8).filter(Number.isInteger)) {
      this.svg.append(svg('text', { x: this.x(epoch), y: kHeight - kInner.bottom + 18, 'text-anchor': 'middle' }, String(epoch)));
    }
    this.svg.append(svg('text', { x: kWidth - kInner.right, y: kHeight - 4, 'text-anchor': 'end' }, 'epoch'));
    this.upright(data.best, 'best');
  }

  drawLine({ key, color }) {
    const at = data.history.map((report) => [this.x(report.epoch), this.y(report[key])]);
    const style = `var(--${color})`;
    this.svg.append(svg('polyline', { points: at.join(' '), style: `stroke: ${style}` }));
    for (const [cx, cy] of at) this.svg.append(svg('circle', { cx, cy, r: at.length > 30 ? 2 : 3, style: `fill: ${style}` }));
  }

  hover(event) {
    const frame = this.svg.getBoundingClientRect();
    const x = (event.clientX - frame.left) / frame.width * kWidth;
    const report = data.history.reduce((a, b) => (Math.abs(this.x(b.epoch) - x) < Math.abs(this.x(a.epoch) - x) ? b : a));
    this.cursor.setAttribute('x1', this.x(report.epoch));
    this.cursor.setAttribute('x2', this.x(report.epoch));
    this.cursor.style.display = '';
    tooltip.show(this, event, element('b', {}, 'epoch ' + report.epoch + (report.epoch === data.best ? ', kept' : '')),
                 ...this.lines.map(({ name, key }) => element('div', {}, `${name} ${this.format(report[key], false)}`)));
  }
}

function drawCurves() {
  const losses = data.history.map((report) => report.loss);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const room = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
  new Curves(byId('loss'), [{ name: 'loss', key: 'loss', color: 'accent' }],
             (value, isTick) => (isTick ? Number(value.toPrecision(6)).toString() : value.toPrecision(4)),
             [low - room < 0 && low >= 0 ? 0 : low - room, high + room]);
  const lines = [{ name: 'recall@1', key: 'recall', color: 'accent' }, { name: 'MAP@R', key: 'map', color: 'wrong' }];
  for (const { name, color } of lines) {
    const key = element('i', { class: 'curve-key' });
    key.style.background = `var(--${color})`;
    byId('scores-key').append(key, name);
  }
  const worst = Math.min(...data.history.flatMap((report) => [report.recall, report.map]));
  new Curves(byId('scores'), lines, (value, isTick) => (isTick ? Math.round(value * 100) + ' %' : percent(value)),
             [Math.floor(worst * 10 - 1e-9) / 10 > 0 ? Math.floor(worst * 10 - 1e-9) / 10 : 0, 1]);
}

function countByClass() {
  const counts = new Map();
  for (const image of data.images) counts.set(image.t, (counts.get(image.t) || 0) + 1);
  return new Map([...counts].sort((a, b) => a[0] - b[0]));
}

drawCurves();
fillLegend(countByClass());
new Scatter(byId('before'), 'f', ['PC 1', 'PC 2', 'PC 3']);
new Scatter(byId('after'), 'q', ['PC 1', 'PC 2', 'PC 3']);
if (data.points.length < data.count) {
  byId('points-note').append(`${number(data.points.length)} of ${number(data.count)} images are shown, every class by its share.`);
}
['before', 'after'].forEach((name, i) => {
  if (data.explained[i] > 0) byId('explained-' + name).append(`· ${percent(data.explained[i])} of the variance`);
});
document.documentElement.dataset.ready = 'yes';
