// A cloud of points that can be turned. Both clouds show the same images, so they share what is hidden and hovered.
const cloud = { hidden: new Set(), errorsOnly: false, hovered: -1, plots: [] };
const redrawClouds = () => cloud.plots.forEach((plot) => plot.invalidate());
const isShown = (image) => !cloud.hidden.has(image.t) && (!cloud.errorsOnly || image.t !== image.p);

const kCamera = 4;  // how far the eye stands from the middle of a box whose half sides are 1
const kManyPoints = 1500;  // above, points go without rims while the cloud moves: half the work
const kStart = { yaw: 0.62, pitch: 0.38, zoom: 1 };

class Scatter {
  constructor(canvas, key, axes) {
    this.canvas = canvas;
    this.axes = axes;
    this.view = { ...kStart };
    this.pending = false;
    this.place(key);
    this.listen();
    cloud.plots.push(this);
    redraws.push(() => this.invalidate());
    new ResizeObserver(() => this.invalidate()).observe(canvas);
  }

  // Coordinates around the middle of the cloud, all axes by the same scale, the longest from -1 to 1.
  place(key) {
    const rows = data.points.map((index) => data.images[index][key]);
    this.low = [0, 1, 2].map((axis) => rows.reduce((a, row) => Math.min(a, row[axis]), Infinity));
    this.high = [0, 1, 2].map((axis) => rows.reduce((a, row) => Math.max(a, row[axis]), -Infinity));
    const half = Math.max(...this.high.map((high, axis) => (high - this.low[axis]) / 2), 1e-6);
    this.box = this.high.map((high, axis) => Math.max((high - this.low[axis]) / 2 / half, 0.05));
    this.points = rows.map((row, i) => ({
      image: data.images[data.points[i]], index: data.points[i], x: 0, y: 0, depth: 0, scale: 1,
      at: row.map((value, axis) => (value - (this.low[axis] + this.high[axis]) / 2) / half),
    }));
    this.order = this.points.slice();
    this.radius = Math.min(5.5, Math.max(2.4, 8.2 - 1.5 * Math.log10(rows.length + 1)));
  }

  listen() {
    const canvas = this.canvas;
    let last = null;
    canvas.addEventListener('pointerdown', (event) => {
      last = event;
      canvas.setPointerCapture(event.pointerId);
      canvas.classList.add('turning');
      tooltip.hide(this);
    });
    canvas.addEventListener('pointermove', (event) => {
      this.aimed = true;
      if (last === null) return this.hover(event);
      this.turn((event.clientX - last.clientX) * 0.0085, (event.clientY - last.clientY) * 0.0085);
      last = event;
    });
    const release = () => { last = null; canvas.classList.remove('turning'); };
    canvas.addEventListener('pointerup', release);
    canvas.addEventListener('pointercancel', release);
    canvas.addEventListener('pointerleave', () => this.leave());
    // While the page scrolls under a resting pointer, the wheel goes on scrolling it.
    window.addEventListener('scroll', () => { this.aimed = false; }, { passive: true });
    canvas.addEventListener('wheel', (event) => {
      if (!this.aimed) return;
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)));
    }, { passive: false });
    canvas.addEventListener('keydown', (event) => {
      const actions = {
        ArrowLeft: () => this.turn(-0.12, 0), ArrowRight: () => this.turn(0.12, 0),
        ArrowUp: () => this.turn(0, -0.12), ArrowDown: () => this.turn(0, 0.12),
        '+': () => this.zoom(1.15), '=': () => this.zoom(1.15), '-': () => this.zoom(1 / 1.15),
        Home: () => { this.view = { ...kStart }; this.invalidate(); },
      };
      if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(actions, event.key)) return;
      event.preventDefault();
      actions[event.key]();
    });
  }

  turn(yaw, pitch) {
    this.view.yaw += yaw;
    this.view.pitch = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, this.view.pitch + pitch));
    this.move();
  }

  zoom(factor) {
    this.view.zoom = Math.max(0.4, Math.min(12, this.view.zoom * factor));
    this.move();
  }

  move() {
    this.moving = true;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => { this.moving = false; this.invalidate(); }, 160);
    this.invalidate();
  }

  invalidate() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => { this.pending = false; this.draw(); });
  }

  corners() {
    return [...Array(8).keys()].map((bits) => this.box.map((half, axis) => (bits >> axis & 1 ? half : -half)));
  }

  // Size and place at which the box fills the canvas as it first stands. A ball that just fits bounds the size, so that
  // a flat box seen from its thin side does not outgrow the canvas when it is turned.
  fit(width, height) {
    const seen = this.corners().map((corner) => this.project(corner, kStart, {}));
    const span = (key) => [Math.min(...seen.map((at) => at[key])), Math.max(...seen.map((at) => at[key]))];
    const [left, right] = span('x');
    const [bottom, top] = span('y');
    const reach = Math.hypot(...this.box);
    const ball = Math.min(width, height) * 0.5 * Math.sqrt(kCamera * kCamera - reach * reach) / reach;
    const size = Math.min((width - 110) / (right - left), (height - 70) / (top - bottom), 1.25 * ball);
    return { size, x: width / 2 - (left + right) / 2 * size, y: height / 2 + (bottom + top) / 2 * size };
  }

  // Where a point lands, before size and place. The third axis points up; depth grows away from the eye.
  project(at, { yaw, pitch }, out) {
    const side = at[0] * Math.cos(yaw) - at[1] * Math.sin(yaw);
    const deep = at[0] * Math.sin(yaw) + at[1] * Math.cos(yaw);
    out.depth = deep * Math.cos(pitch) - at[2] * Math.sin(pitch);
    out.scale = 1 / Math.max(kCamera + out.depth, 0.4);
    out.x = side * out.scale;
    out.y = (at[2] * Math.cos(pitch) + deep * Math.sin(pitch)) * out.scale;
    return out;
  }

  projector(width, height) {
    const fit = this.fit(width, height);
    const size = fit.size * this.view.zoom;
    // Zooming goes to the middle of the canvas.
    const [x, y] = [width / 2 + (fit.x - width / 2) * this.view.zoom, height / 2 + (fit.y - height / 2) * this.view.zoom];
    return (at, out) => {
      this.project(at, this.view, out);
      out.x = x + out.x * size;
      out.y = y - out.y * size;
      return out;
    };
  }

  draw() {
    const width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    if (width === 0 || height === 0) return;
    const context = prepareCanvas(this.canvas, width, height);
    const project = this.projector(width, height);
    this.drawBox(context, project, width, height);
    for (const point of this.points) project(point.at, point);
    this.order.sort((a, b) => b.depth - a.depth);
    const rims = !this.moving || this.points.length <= kManyPoints;
    const colors = data.classes.map((_, cls) => classColor(cls));
    const ground = cssColor('panel');
    const grown = Math.pow(this.view.zoom, 0.4) * this.radius * kCamera;
    for (const point of this.order) {
      if (!isShown(point.image)) continue;
      const r = grown * point.scale;
      // Farther points fade into the ground. The rim keeps points apart where they lie close.
      if (rims) this.mark(context, point, r + 0.9, ground);
      context.globalAlpha = Math.max(0.35, Math.min(1, 0.78 - point.depth * 0.3));
      this.mark(context, point, r, colors[point.image.t]);
      context.globalAlpha = 1;
      if (point.image.t !== point.image.p) this.ring(context, point, r);
    }
    const hovered = this.points.find((point) => point.index === cloud.hovered);
    if (hovered && isShown(hovered.image)) this.emphasize(context, hovered, grown * hovered.scale);
  }

  mark(context, point, r, color) {
    markerPath(context, classShape(point.image.t), point.x, point.y, r);
    context.fillStyle = color;
    context.fill();
  }

  ring(context, point, r) {
    for (const [width, color] of [[4.4, cssColor('panel')], [2.2, classColor(point.image.p)]]) {
      context.beginPath();
      context.arc(point.x, point.y, r + 3.6, 0, 2 * Math.PI);
      context.lineWidth = width;
      context.strokeStyle = color;
      context.stroke();
    }
  }

  emphasize(context, point, r) {
    this.mark(context, point, r * 1.4, classColor(point.image.t));
    context.beginPath();
    context.arc(point.x, point.y, r + 7, 0, 2 * Math.PI);
    context.lineWidth = 1.6;
    context.strokeStyle = cssColor('ink');
    context.stroke();
  }

  drawBox(context, project, width, height) {
    const signs = [[-1, -1], [-1, 1], [1, 1], [1, -1]];
    const ink = cssColor('quiet');
    context.font = '12px system-ui, "DejaVu Sans", sans-serif';
    context.textBaseline = 'middle';
    for (let axis = 0; axis < 3; ++axis) {
      const [second, third] = [0, 1, 2].filter((other) => other !== axis);
      let outermost = null;
      for (const [a, b] of signs) {
        const end = (sign) => {
          const at = [0, 0, 0];
          [at[axis], at[second], at[third]] = [sign * this.box[axis], a * this.box[second], b * this.box[third]];
          return project(at, {});
        };
        const [from, to] = [end(-1), end(1)];
        context.globalAlpha = from.depth + to.depth > 0 ? 0.22 : 0.45;
        context.strokeStyle = ink;
        context.lineWidth = 1;
        context.beginPath();
        context.moveTo(from.x, from.y);
        context.lineTo(to.x, to.y);
        context.stroke();
        const middle = { x: (from.x + to.x) / 2 - width / 2, y: (from.y + to.y) / 2 - height / 2 };
        middle.reach = Math.hypot(middle.x, middle.y) + middle.y * 0.5;
        if (outermost === null || middle.reach > outermost.reach) outermost = middle;
      }
      this.drawAxisName(context, this.axes[axis], outermost, width, height);
    }
    context.globalAlpha = 1;
  }

  // Beside the middle of the axis' outermost edge, away from the box. `at` counts from the middle of the canvas.
  drawAxisName(context, name, at, width, height) {
    const length = Math.hypot(at.x, at.y) || 1;
    const toSide = at.x / length;
    context.textAlign = toSide > 0.3 ? 'left' : toSide < -0.3 ? 'right' : 'center';
    const room = context.measureText(name).width + 8;
    const before = { left: 8, center: room / 2, right: room }[context.textAlign];
    const x = width / 2 + at.x + 12 * toSide;
    const y = height / 2 + at.y + 18 * at.y / length;
    context.globalAlpha = 0.95;
    context.fillStyle = cssColor('quiet');
    context.fillText(name, Math.max(before, Math.min(width - room - 8 + before, x)), Math.max(12, Math.min(height - 12, y)));
  }

  hover(event) {
    const frame = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    let best = null;
    let bestCost = 14;
    for (const point of this.points) {
      if (!isShown(point.image)) continue;
      const cost = Math.hypot(point.x - x, point.y - y) + point.depth * 2;  // the nearer one of two that overlap
      if (cost < bestCost) [best, bestCost] = [point, cost];
    }
    if (best === null) return this.leave();
    tooltip.show(this, event, element('div', { class: 'row' }, thumbnail(best.index), imageFacts(best.index)));
    if (cloud.hovered !== best.index) { cloud.hovered = best.index; redrawClouds(); }
  }

  leave() {
    tooltip.hide(this);
    if (cloud.hovered !== -1) { cloud.hovered = -1; redrawClouds(); }
  }
}

// A switch per class for the clouds; `totals` has the number of images of each class that has any.
function fillLegend(totals) {
  const entries = [...data.classes.keys()].filter((cls) => totals.has(cls)).map((cls) => {
    const button = element('button', { type: 'button', 'aria-pressed': 'true', title: className(cls) }, swatch(cls),
                           element('bdi', {}, className(cls)), element('small', {}, number(totals.get(cls))));
    button.addEventListener('click', () => show([cls], cloud.hidden.has(cls)));
    byId('legend').append(button);
    return { cls, button };
  });
  const show = (classes, visible) => {
    for (const cls of classes) cloud.hidden[visible ? 'delete' : 'add'](cls);
    for (const entry of entries) entry.button.setAttribute('aria-pressed', String(!cloud.hidden.has(entry.cls)));
    redrawClouds();
  };
  // The buttons act on what the filter shows.
  const matching = () => entries.filter((entry) => !entry.button.hidden).map((entry) => entry.cls);
  byId('legend-all').addEventListener('click', () => show(matching(), true));
  byId('legend-none').addEventListener('click', () => show(matching(), false));
  byId('errors-only').addEventListener('change', (event) => { cloud.errorsOnly = event.target.checked; redrawClouds(); });
  byId('legend-filter').hidden = entries.length <= 24;
  byId('legend-filter').addEventListener('input', (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const entry of entries) entry.button.hidden = !className(entry.cls).toLowerCase().includes(wanted);
  });
}
