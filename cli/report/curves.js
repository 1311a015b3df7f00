// Two small drawings of how far the confidences hold: as SVG, whose colours follow the theme by themselves.
const kPlot = { width: 420, height: 300, left: 48, right: 14, top: 14, bottom: 40 };

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(byId('risk').namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Axes from 0 to 1 across, from 0 to `top` upwards; returns where a point is drawn.
function drawAxes(root, top, across, upwards) {
  const x = (value) => kPlot.left + value * (kPlot.width - kPlot.left - kPlot.right);
  const y = (value) => kPlot.height - kPlot.bottom - (value / top) * (kPlot.height - kPlot.top - kPlot.bottom);
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    root.append(svg('line', { class: 'grid', x1: x(0), x2: x(1), y1: y(part * top), y2: y(part * top) }),
                svg('text', { x: x(0) - 8, y: y(part * top) + 4, 'text-anchor': 'end' }, `${+(part * top * 100).toFixed(1)} %`),
                svg('text', { x: x(part), y: y(0) + 18, 'text-anchor': part === 1 ? 'end' : 'middle' }, `${part * 100} %`));
  }
  root.append(svg('text', { class: 'axis', x: x(0.5), y: kPlot.height - 4, 'text-anchor': 'middle' }, across),
              svg('text', { class: 'axis', x: x(0) + 4, y: y(top) - 3 }, upwards));
  return { x, y };
}

// A bar per bin of confidence, as wide as the bin and as high as the accuracy; the stronger its colour, the more images.
function drawReliability(root, bins) {
  const { x, y } = drawAxes(root, 1, 'confidence', 'right');
  const most = Math.max(1, ...bins.map(([answers]) => answers));
  bins.forEach(([answers, confidence, accuracy], i) => {
    if (answers === 0) return;
    const from = x(i / bins.length);
    root.append(svg('rect', { class: 'bar', x: from + 1, width: x((i + 1) / bins.length) - from - 2, y: y(accuracy),
                              height: Math.max(1, y(0) - y(accuracy)), 'fill-opacity': 0.25 + 0.75 * Math.sqrt(answers / most) },
                    svg('title', {}, `${counted(answers, 'image', 'images')}: mean confidence ${percent(confidence)}, ${percent(accuracy)} right`)));
  });
  root.append(svg('line', { class: 'ideal', x1: x(0), y1: y(0), x2: x(1), y2: y(1) }));
}

// The error among the surest images, by how many of them are answered.
function drawRisk(root, points) {
  const highest = Math.max(...points.map(([, risk]) => risk));
  const top = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((value) => highest <= value) || 1;
  const { x, y } = drawAxes(root, top, 'images answered, surest first', 'wrong among these');
  const all = points[points.length - 1][1];
  root.append(svg('line', { class: 'ideal', x1: x(0), y1: y(all), x2: x(1), y2: y(all) }),
              svg('polyline', { class: 'curve', points: points.map(([coverage, risk]) => `${x(coverage).toFixed(1)},${y(risk).toFixed(1)}`).join(' ') }));
}

function fillCurves() {
  drawReliability(byId('reliability'), data.reliability);
  if (data.risk.length > 0) drawRisk(byId('risk'), data.risk);
  byId('calibration-error').append(`· calibration error ${percent(data.calibrationError)}`);
  byId('risk-area').append(`· mean error over all coverages (AURC) ${percent(data.riskArea)}`);
}
