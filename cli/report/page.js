// Fills the page: header, legend, tables, list of errors.
function fillHeader() {
  document.title = printable(data.title) + ' · simdb evaluation';
  byId('title').append(element('bdi', {}, printable(data.title)));
  const facts = [['Date', data.date], ['Database', data.database], ['Encoder', data.encoder.slice(0, 12)],
                 ['Neighbours', String(data.k)], ['Dimensions', String(data.dimension)]];
  for (const [name, value] of facts) {
    byId('about').append(element('div', {}, element('dt', {}, name), element('dd', {}, element('bdi', {}, printable(value)))));
  }
  byId('about').children[2].title = printable(data.encoder);
  const tiles = [['accuracy', percent(data.accuracy)], ['balanced accuracy', percent(data.balancedAccuracy)],
                 ['recall@1', percent(data.recallAt1)], ['MAP@R', percent(data.mapAtR)],
                 [data.count === 1 ? 'image' : 'images', number(data.count)],
                 [data.classes.length === 1 ? 'class' : 'classes', number(data.classes.length)],
                 [data.errorCount === 1 ? 'error' : 'errors', number(data.errorCount)]];
  tiles.forEach(([name, value], i) => byId('tiles').append(
    element('div', { class: i === 0 ? 'tile main' : 'tile' }, element('b', {}, value), element('span', {}, name))));
  if (data.unusable > 0) {
    byId('remarks').append(counted(data.unusable, 'image', 'images') + ' could not be used and ' +
                           (data.unusable === 1 ? 'is' : 'are') + ' not counted.');
  }
}

function fillNotes(similarity) {
  if (data.points.length < data.count) {
    byId('points-note').append(`${number(data.points.length)} of ${number(data.count)} images are shown, every class by its share.`);
  }
  const { size, classes } = similarity;
  const [same, different] = similarity.means().map((mean) => mean.toFixed(2).replace('-', '−'));
  if (size < data.count) {
    byId('similarity-note').append(`${number(size)} of ${number(data.count)} images are shown, ` +
                                   `${counted(classes, 'class', 'classes')} evenly. `);
  }
  if (same !== 'NaN' && different !== 'NaN') {
    byId('similarity-note').append(`Their mean is ${same} within a class and ${different} between classes.`);
  }
  const sum = data.explained.reduce((a, share) => a + share, 0);
  if (sum > 0) byId('explained').append(`· ${percent(Math.min(sum, 1))} of the variance`);
}

function imagesByClass() {
  const totals = new Map();
  for (const [truth, , count] of data.confusion) totals.set(truth, (totals.get(truth) || 0) + count);
  return totals;
}

function fillConfusionTables(totals) {
  const named = (cls) => element('td', {}, element('bdi', { title: className(cls) }, className(cls)));
  const cell = (text) => element('td', { class: 'number' }, text);
  const table = (title, headings, rows) => {
    const head = element('tr', {}, ...headings.map((text, i) =>
      element('th', i >= headings.length - 1 || text === 'images' ? { class: 'number' } : {}, text)));
    byId('confusion-tables').append(element('div', {}, element('h3', {}, title),
      element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows))));
  };
  const confused = data.confusion.filter(([truth, predicted]) => truth !== predicted)
    .sort((a, b) => b[2] - a[2] || b[2] / totals[b[0]] - a[2] / totals[a[0]]).slice(0, 8);
  if (confused.length > 0) {
    table('Most frequent confusions', ['is', 'read as', 'images'],
          confused.map(([truth, predicted, count]) => element('tr', {}, named(truth), named(predicted), cell(number(count)))));
  }
  const recalls = data.confusion.reduce((map, [truth, predicted, count]) =>
    map.set(truth, (map.get(truth) || 0) + (truth === predicted ? count : 0)), new Map());
  const hardest = [...recalls].map(([cls, right]) => [cls, right / totals[cls]]).sort((a, b) => a[1] - b[1]).slice(0, 8);
  table(recalls.size > 8 ? 'Hardest classes' : 'Accuracy by class', ['class', 'images', 'right'],
        hardest.map(([cls, share]) => element('tr', {}, named(cls), cell(number(totals[cls])), cell(percent(share)))));
}

function fillErrors() {
  const listed = data.errors.length;
  byId('errors-note').append(
    data.errorCount === 0 ? 'None: every image was given its class.'
      : 'The most confident ones first.' + (listed < data.errorCount ? ` ${number(listed)} of ${number(data.errorCount)} are listed.` : ''));
  if (data.images.some((image) => image.k)) {
    byId('errors-note').append(' The second picture of each is made again from its embedding: what the encoder keeps of it.');
  }
  let next = 0;
  const more = () => {
    for (const end = Math.min(next + 60, listed); next < end; ++next) {
      const index = data.errors[next];
      const meter = element('i', {});
      meter.style.width = Math.round(data.images[index].c * 100) + '%';
      const facts = imageFacts(index);
      facts.append(element('div', { class: 'meter' }, meter));
      byId('errors').append(element('li', {}, thumbnail(index), facts));
    }
    byId('errors-more').hidden = next >= listed;
  };
  byId('errors-more').addEventListener('click', more);
  more();
}

fillHeader();
fillLegend(imagesByClass());
new Scatter(byId('features'), 'f', ['feature 1', 'feature 2', 'feature 3']);
new Scatter(byId('components'), 'q', ['PC 1', 'PC 2', 'PC 3']);
fillNotes(new SimilarityMatrix(byId('similarity')));
fillConfusionTables(new ConfusionMatrix(byId('confusion')).totals);
fillCurves();
fillErrors();
document.documentElement.dataset.ready = 'yes';
