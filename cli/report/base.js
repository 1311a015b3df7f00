// What all parts of the page share beside server/page/source/shared.js: the data, elements, thumbnails, the tooltip.
const data = JSON.parse(document.getElementById('data').textContent);
const byId = (id) => document.getElementById(id);

const className = (index) => printable(data.classes[index]);
const counted = (value, one, many) => number(value) + ' ' + (value === 1 ? one : many);

// Never "100 %" for a share that is not 1.
function percent(share) {
  let digits = share === 1 ? 0 : 1;
  while (share < 1 && digits < 4 && Number((share * 100).toFixed(digits)) === 100) ++digits;
  return (share * 100).toFixed(digits) + ' %';
}

// An element. Texts become text nodes, never markup.
function element(tag, properties, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name === 'class') node.className = value;
    else if (name.includes('-') || name === 'colspan') node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children);
  return node;
}

const dark = window.matchMedia('(prefers-color-scheme: dark)');
const redraws = [];  // called when the theme changes
const theme = new Map();  // asking the browser for a colour costs more than drawing with it
function cssColor(name) {
  if (!theme.has(name)) {
    theme.set(name, getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim());
  }
  return theme.get(name);
}
dark.addEventListener('change', () => {
  theme.clear();
  redraws.forEach((redraw) => redraw());
});

// For light and for dark, found when asked for.
const colors = {};
const classColor = (index) => (colors[dark.matches] ??= classColors(data.classes, dark.matches))[index];

// Circle, square, triangle, diamond.
const classShape = (index) => Math.floor(index / paletteSize) % 4;
function markerPath(context, shape, x, y, r) {
  context.beginPath();
  if (shape === 0) {
    context.arc(x, y, r, 0, 2 * Math.PI);
  } else if (shape === 1) {
    context.rect(x - 0.86 * r, y - 0.86 * r, 1.72 * r, 1.72 * r);
  } else {
    const corners = shape === 2 ? [[0, -1.1], [1, 0.72], [-1, 0.72]] : [[0, -1.2], [1.05, 0], [0, 1.2], [-1.05, 0]];
    corners.forEach(([dx, dy], i) => context[i ? 'lineTo' : 'moveTo'](x + dx * r, y + dy * r));
    context.closePath();
  }
}

// A canvas of its own pixels: sharp on every screen. Returns its context, measured in CSS pixels.
function prepareCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const pixels = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) [canvas.width, canvas.height] = pixels;
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

function swatch(index) {
  const canvas = element('canvas', { class: 'swatch', 'aria-hidden': 'true' });
  const draw = () => {
    const context = prepareCanvas(canvas, 12, 12);
    markerPath(context, classShape(index), 6, 6, 4.6);
    context.fillStyle = classColor(index);
    context.fill();
  };
  draw();
  redraws.push(draw);
  return canvas;
}

// Pictures for canvases, decoded once; `whenReady` is called if that is still to come.
const pictures = new Map();
function picture(index, whenReady) {
  const uri = data.images[index].u;
  if (!uri) return null;
  if (!pictures.has(index)) {
    const image = new Image();
    image.src = uri;
    pictures.set(index, image);
  }
  const image = pictures.get(index);
  if (!image.complete) image.addEventListener('load', whenReady, { once: true });
  return image.complete && image.naturalWidth > 0 ? image : null;
}

function pictureBox(uri) {
  const box = element('div', { class: 'thumbnail' });
  if (!uri) {
    box.append('no picture');
    return box;
  }
  const image = element('img', { src: uri, alt: '', decoding: 'async' });
  image.addEventListener('load', () => image.classList.toggle('small', image.naturalWidth <= 48));
  box.append(image);
  return box;
}

// An image, and where it is known what the encoder keeps of it.
function thumbnail(index) {
  const { u, k } = data.images[index];
  return k ? element('div', { class: 'both' }, pictureBox(u), pictureBox(k)) : pictureBox(u);
}

// "true", "read as" and the source of an image.
function imageFacts(index) {
  const image = data.images[index];
  const line = (role, cls) => element('div', { class: 'pair' }, element('span', { class: 'role' }, role), swatch(cls),
                                      element('bdi', { title: className(cls) }, className(cls)));
  const facts = element('div', { class: 'facts' }, line('is', image.t));
  if (image.p !== image.t) facts.append(line('read', image.p));
  if (image.c !== undefined) facts.append(element('div', {}, 'confidence ' + percent(image.c)));
  if (image.s) {
    const place = printable(image.s);
    facts.append(element('div', { class: 'source', title: place }, element('bdi', {}, place.split('/').pop())));
  }
  return facts;
}

const tooltip = {
  owner: null,
  show(owner, event, ...children) {
    const box = byId('tooltip');
    this.owner = owner;
    box.replaceChildren(...children);
    box.hidden = false;
    const size = box.getBoundingClientRect();
    const x = event.clientX + 18 + size.width > window.innerWidth ? event.clientX - 18 - size.width : event.clientX + 18;
    const y = Math.min(event.clientY + 14, window.innerHeight - size.height - 8);
    box.style.left = Math.max(8, x) + 'px';
    box.style.top = Math.max(8, y) + 'px';
  },
  hide(owner) {
    if (this.owner === owner) byId('tooltip').hidden = true;
  },
};
