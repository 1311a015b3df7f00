// The similarity matrix of images and the confusion matrix of classes. Both are canvases: a table of 200 x 200 cells
// would take seconds to lay out.

// Dark blue over green to yellow (after viridis): even steps for every eye, readable on light and dark.
const kRamp = [[68, 1, 84], [65, 68, 135], [42, 120, 142], [34, 168, 132], [122, 209, 81], [253, 231, 37]];
function rampColor(share) {
  const at = Math.max(0, Math.min(1, share)) * (kRamp.length - 1);
  const step = Math.min(Math.floor(at), kRamp.length - 2);
  return 'rgb(' + kRamp[step].map((value, i) => Math.round(value + (kRamp[step + 1][i] - value) * (at - step))) + ')';
}

function hexChannels(color) {
  return [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));
}
function mix(from, to, share) {
  const end = hexChannels(to);
  return 'rgb(' + hexChannels(from).map((value, i) => Math.round(value + (end[i] - value) * share)) + ')';
}

function shortened(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let end = text.length;
  while (end > 1 && context.measureText(text.slice(0, end) + '…').width > room) --end;
  return text.slice(0, end) + '…';
}

// Shared by both: a square of cells with a margin for what stands at its axes, and a cell under the pointer.
class Matrix {
  constructor(canvas, size) {
    this.canvas = canvas;
    this.size = size;
    this.hovered = null;
    redraws.push(() => this.draw());
    new ResizeObserver(() => this.draw()).observe(canvas.parentElement.parentElement);
    canvas.addEventListener('pointermove', (event) => this.hover(event));
    canvas.addEventListener('pointerleave', () => { tooltip.hide(this); this.hovered = null; this.draw(); });
  }

  resize(cell, margin, right = 0, below = 0) {
    Object.assign(this, { cell, margin });
    const [width, height] = [margin + cell * this.size + right + 1, margin + cell * this.size + below + 1];
    this.canvas.style.width = width + 'px';
    this.canvas.style.height = height + 'px';
    return prepareCanvas(this.canvas, width, height);
  }

  hover(event) {
    const frame = this.canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - frame.left - this.margin) / this.cell);
    const row = Math.floor((event.clientY - frame.top - this.margin) / this.cell);
    const inside = row >= 0 && column >= 0 && row < this.size && column < this.size;
    const changed = inside !== (this.hovered !== null) ||
      (inside && (row !== this.hovered.row || column !== this.hovered.column));
    this.hovered = inside ? { row, column } : null;
    if (changed) this.draw();
    if (inside) tooltip.show(this, event, ...this.describe(row, column));
    else tooltip.hide(this);
  }

  outlineHovered(context) {
    if (this.hovered === null) return;
    const { row, column } = this.hovered;
    const { cell, margin } = this;
    context.strokeStyle = cssColor('ink');
    context.globalAlpha = 0.35;
    context.lineWidth = 1;
    context.strokeRect(margin + 0.5, margin + row * cell + 0.5, cell * this.size - 1, cell - 1);
    context.strokeRect(margin + column * cell + 0.5, margin + 0.5, cell - 1, cell * this.size - 1);
    context.globalAlpha = 1;
    context.lineWidth = 2;
    context.strokeRect(margin + column * cell, margin + row * cell, cell, cell);
  }
}

class SimilarityMatrix extends Matrix {
  constructor(canvas) {
    super(canvas, data.matrix.images.length);
    const { images, values } = data.matrix;
    this.images = images;
    this.values = images.map(() => new Float32Array(this.size).fill(1));
    let next = 0;
    for (let i = 0; i < this.size; ++i) {
      for (let j = i + 1; j < this.size; ++j) this.values[i][j] = this.values[j][i] = values[next++];
    }
    const lowest = values.reduce((a, value) => Math.min(a, value), 1);
    this.low = Math.min(0, Math.floor(lowest * 10) / 10);
    this.classes = new Set(images.map((index) => data.images[index].t)).size;
    this.draw();
  }

  draw() {
    if (this.size === 0) return;
    const room = Math.min(960, this.canvas.parentElement.clientWidth) - 74 - 24;
    const cell = Math.max(5, Math.min(34, Math.floor(room / (this.size + 1))));
    const side = Math.max(cell, 14);
    const context = this.resize(cell, side + 10, 74);
    context.imageSmoothingEnabled = false;
    for (let i = 0; i < this.size; ++i) {
      for (let j = 0; j < this.size; ++j) {
        context.fillStyle = rampColor((this.values[i][j] - this.low) / (1 - this.low));
        context.fillRect(this.margin + j * cell, this.margin + i * cell, cell, cell);
      }
    }
    this.drawClasses(context, cell);
    this.drawPictures(context, cell, side);
    this.drawScale(context, cell);
    this.outlineHovered(context);
  }

  // Thin lines between classes, and their colours along the axes.
  drawClasses(context, cell) {
    const length = cell * this.size;
    for (let i = 0; i < this.size; ++i) {
      const cls = data.images[this.images[i]].t;
      context.fillStyle = classColor(cls);
      context.fillRect(this.margin + i * cell, this.margin - 6, cell, 4);
      context.fillRect(this.margin - 6, this.margin + i * cell, 4, cell);
      if (i === 0 || 2 * this.classes > this.size || data.images[this.images[i - 1]].t === cls) continue;
      context.fillStyle = cssColor('page');
      context.fillRect(this.margin + i * cell - 0.5, this.margin - 6, 1, length + 6);
      context.fillRect(this.margin - 6, this.margin + i * cell - 0.5, length + 6, 1);
    }
  }

  drawPictures(context, cell, side) {
    const later = () => { this.stale ||= requestAnimationFrame(() => { this.stale = 0; this.draw(); }); };
    for (let i = 0; i < this.size; ++i) {
      const image = picture(this.images[i], later);
      if (image === null) continue;
      const scale = Math.min(cell - 1, side - 1) / Math.max(image.naturalWidth, image.naturalHeight);
      const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale];
      const [dx, dy] = [(cell - width) / 2, (cell - height) / 2];
      context.imageSmoothingEnabled = scale < 1;
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, this.margin + i * cell + dx, side - height, width, height);
      context.drawImage(image, side - width, this.margin + i * cell + dy, width, height);
    }
  }

  drawScale(context, cell) {
    const left = this.margin + cell * this.size + 18;
    const height = Math.min(cell * this.size, 240);
    for (let y = 0; y < height; ++y) {
      context.fillStyle = rampColor(1 - y / (height - 1));
      context.fillRect(left, this.margin + y, 12, 1.5);
    }
    context.fillStyle = cssColor('quiet');
    context.font = '12px system-ui, "DejaVu Sans", sans-serif';
    context.textBaseline = 'middle';
    for (let value = 1; value >= this.low; value -= height < 90 ? 1 : 0.25) {
      const y = this.margin + Math.max(5, Math.min(height - 5, height * (1 - value) / (1 - this.low)));
      context.fillText(String(value).replace('-', '−'), left + 19, y);
    }
  }

  // Mean similarity of two images of one class, and of different classes; NaN where there is no such pair.
  means() {
    const sums = [0, 0, 0, 0];
    for (let i = 0; i < this.size; ++i) {
      for (let j = 0; j < i; ++j) {
        const same = data.images[this.images[i]].t === data.images[this.images[j]].t ? 0 : 2;
        sums[same] += this.values[i][j];
        ++sums[same + 1];
      }
    }
    return [sums[0] / sums[1], sums[2] / sums[3]];
  }

  describe(row, column) {
    const one = (i) => element('div', { class: 'row' }, thumbnail(this.images[i]), imageFacts(this.images[i]));
    const value = this.values[row][column].toFixed(3).replace('-', '−');
    return row === column ? [one(row)] : [one(row), element('div', { class: 'figure' }), one(column),
                                          element('div', { class: 'figure' }, 'similarity ', element('b', {}, value))];
  }
}

class ConfusionMatrix extends Matrix {
  constructor(canvas) {
    super(canvas, data.classes.length);
    this.totals = new Float64Array(this.size);
    for (const [truth, , count] of data.confusion) this.totals[truth] += count;
    this.counts = new Map(data.confusion.map(([truth, predicted, count]) => [truth * this.size + predicted, count]));
    this.draw();
  }

  draw() {
    const room = Math.min(760, this.canvas.parentElement.parentElement.clientWidth);
    const measure = this.canvas.getContext('2d');
    measure.font = '12.5px system-ui, "DejaVu Sans", sans-serif';
    const longest = data.classes.reduce((a, _, i) => Math.max(a, measure.measureText(className(i)).width), 0);
    let margin = Math.min(Math.ceil(longest) + 12, 150);
    let cell = Math.min(64, Math.floor((room - margin) / this.size));
    if (cell < 14) [margin, cell] = [20, Math.max(3, Math.floor((room - 20) / this.size))];
    const context = this.resize(cell, margin);
    this.drawGround(context, cell);
    for (const [truth, predicted, count] of data.confusion) this.drawCell(context, cell, truth, predicted, count);
    if (cell >= 14) this.drawNames(context, cell, margin);
    else this.drawAxes(context, cell);
    this.outlineHovered(context);
  }

  drawGround(context, cell) {
    const length = cell * this.size;
    context.fillStyle = cssColor('panel');
    context.fillRect(this.margin, this.margin, length, length);
    context.strokeStyle = cssColor('line');
    context.lineWidth = 1;
    const step = cell >= 8 ? 1 : 10;  // in a fine matrix, a line each ten classes is enough
    for (let i = 0; i <= this.size; i += step) {
      const at = this.margin + i * cell + 0.5;
      context.beginPath();
      context.moveTo(this.margin, at);
      context.lineTo(this.margin + length, at);
      context.moveTo(at, this.margin);
      context.lineTo(at, this.margin + length);
      context.stroke();
    }
  }

  drawCell(context, cell, truth, predicted, count) {
    const share = count / this.totals[truth];
    const isRight = truth === predicted;
    const inset = cell >= 8 ? 1 : 0;
    // A few errors among many must still be seen: the square root lifts small shares.
    const strength = isRight ? 0.12 + 0.88 * share : 0.25 + 0.75 * Math.sqrt(share);
    context.fillStyle = mix(cssColor('panel'), cssColor(isRight ? 'right' : 'wrong'), strength);
    const [x, y] = [this.margin + predicted * cell, this.margin + truth * cell];
    context.fillRect(x + inset, y + inset, cell - inset, cell - inset);
    const text = number(count);
    context.font = `${cell >= 40 ? 14 : 11}px system-ui, "DejaVu Sans", sans-serif`;
    if (cell < 20 || context.measureText(text).width > cell - 4) return;
    context.fillStyle = strength > 0.55 ? (dark.matches ? '#0d1116' : '#ffffff') : cssColor('ink');
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(text, x + cell / 2 + 0.5, y + cell / 2 + 1);
  }

  drawNames(context, cell, margin) {
    context.font = '12.5px system-ui, "DejaVu Sans", sans-serif';
    context.fillStyle = cssColor('ink');
    context.textBaseline = 'middle';
    const names = [...data.classes.keys()].map((i) => shortened(context, className(i), margin - 10));
    const upright = names.some((name) => context.measureText(name).width > cell - 6);
    for (const [i, name] of names.entries()) {
      const middle = margin + (i + 0.5) * cell;
      context.textAlign = 'right';
      context.fillText(name, margin - 8, middle);
      context.save();
      context.translate(middle, margin - 8);
      if (upright) context.rotate(-Math.PI / 2);
      context.textAlign = upright ? 'left' : 'center';
      context.fillText(name, 0, 0);
      context.restore();
    }
  }

  drawAxes(context, cell) {
    context.font = '12.5px system-ui, "DejaVu Sans", sans-serif';
    context.fillStyle = cssColor('quiet');
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillText('predicted class →', this.margin, 9);
    context.save();
    context.translate(9, this.margin + cell * this.size);
    context.rotate(-Math.PI / 2);
    context.fillText('← true class', Math.max(0, cell * this.size - 90), 0);
    context.restore();
  }

  describe(row, column) {
    const count = this.counts.get(row * this.size + column) || 0;
    const line = (role, cls) => element('div', { class: 'pair' }, element('span', { class: 'role' }, role), swatch(cls),
                                        element('bdi', {}, className(cls)));
    const share = this.totals[row] > 0 ? ` of ${number(this.totals[row])} (${percent(count / this.totals[row])})` : '';
    return [line('is', row), line('read', column),
            element('div', { class: 'figure' }, element('b', {}, number(count)), share)];
  }
}
