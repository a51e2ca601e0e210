// Plots: one curve per kernel along each sweep, and a signed histogram per kernel. Behind each is its table.
'use strict';

// Families share a hue and members differ in dash and marker, so that no reader depends on colour alone. The hues are
// Okabe and Ito's, safe for the common colour-vision deficiencies (lighter on dark paper: page.css).
const styles = {
  'one-pass': ['--vermilion', [], 'circle'],
  'clamped one-pass': ['--vermilion', [6, 4], 'rect'],
  'shifted one-pass': ['--orange', [], 'triangle'],
  'two-pass': ['--blue', [], 'circle'],
  pairwise: ['--blue', [6, 4], 'rect'],
  compensated: ['--sky', [], 'triangle'],
  'wide sums': ['--sky', [2, 3], 'rectRot'],
  Welford: ['--purple', [], 'circle'],
  'lane-wise Welford': ['--purple', [6, 4], 'rectRot'],
  sequential: ['--blue', [], 'circle'],
  'lane-wise': ['--purple', [6, 4], 'rectRot'],
  'rounded before gamma': ['--vermilion', [], 'circle'],
};
// Of kernels given by --kernel and --peers, in their order.
const plugged = [[[1, 2], 'star'], [[], 'circle'], [[6, 4], 'rect'], [[2, 3], 'triangle'], [[8, 3, 2, 3], 'rectRot'], [[4, 2], 'cross']];
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
function styleOf(subject) {
  if (subject.arithmetic === 'exact') return [colour('--ink'), [], 'circle'];
  const others = data.kernels.findIndex((k) => k.name === subject.name);
  const [hue, dash, marker] = others >= 0 ? ['--green', ...plugged[others % plugged.length]] : styles[subject.algorithm];
  return [colour(hue), dash, marker];
}

let charts = [];
function clearPlots() {
  for (const chart of charts) chart.destroy();
  charts = [];
}

function figureNode(title, caption, className, description) {
  const canvas = element('canvas', {role: 'img'});
  canvas.setAttribute('aria-label', description);
  const tableNode = element('table');
  const node = element('figure', {className}, element('h3', {}, title), element('figcaption', {}, caption),
    element('div', {className: 'plot'}, canvas),
    element('details', {}, element('summary', {}, 'Table of this plot'), element('div', {className: 'scroll', tabIndex: 0}, tableNode)));
  return {node, canvas, tableNode};
}

function draw(canvas, config) {
  if (typeof Chart === 'undefined') {
    canvas.closest('figure').querySelector('details').open = true;
    canvas.parentElement.replaceWith(element('p', {className: 'note'}, 'The command was built without Chart.js; the table has the numbers.'));
    return null;
  }
  config.options = {animation: false, responsive: true, maintainAspectRatio: false, ...config.options};
  charts.push(new Chart(canvas, config));
  return charts.at(-1);
}

function axis(title, tick, extra = {}) {
  return {
    title: {display: true, text: title, color: colour('--soft')},
    grid: {color: colour('--line')},
    ticks: {color: colour('--soft'), font: {size: 13}, callback: tick, maxRotation: 0, autoSkipPadding: 12},
    ...extra,
  };
}

// A curve per kernel of the figure along the sweep, in the grid. Of a point's figures, outOfPlace says
// whether it has no distance, cellOf and textOf are its cell in the table and its words.
function drawCurve(sweep, wide, grid, heading, figure, outOfPlace, cellOf, textOf) {
  const subjects = chosenSubjects();
  const points = (subject) => sweep.log2.map((x, i) => ({x, f: pointFigures(sweep, subject.name, i)})).filter((p) => p.f);
  const measured = sweep.log2.filter((x, i) => !sweep.skipped[i]);
  const dead = (f) => !figure.linear && (outOfPlace(f) !== 0 || figure.log2(f) > reachOf(choice.format));
  const finite = subjects.flatMap((s) => points(s).filter((p) => !dead(p.f)).map((p) => figure.log2(p.f))).filter((v) => v !== null);
  const top = figure.linear ? 105 : Math.ceil(Math.max(...finite, 0) / 2) * 2 + 2;  // where crosses stand
  const crosses = subjects.some((s) => points(s).some((p) => dead(p.f)));
  const datasets = subjects.map((subject) => {
    const [stroke, dash, marker] = styleOf(subject);
    const shown = points(subject).map((p) => ({x: p.x, y: dead(p.f) ? top : figure.log2(p.f), f: p.f}));
    return {
      label: subject.algorithm, data: shown, borderColor: stroke, backgroundColor: stroke, borderDash: dash,
      borderWidth: subject.arithmetic === 'exact' ? 3 : 2, spanGaps: false, clip: 10,
      pointStyle: shown.map((p) => (dead(p.f) ? 'crossRot' : marker)), pointRadius: shown.map((p) => (dead(p.f) ? 6 : 3.5)),
      segment: {borderColor: (c) => (dead(shown[c.p0DataIndex].f) || dead(shown[c.p1DataIndex].f) ? 'transparent' : undefined)},
    };
  });
  const reasons = unique(sweep.skipped.filter((s) => s));
  const skipped = reasons[0] && reasons[0] + (reasons.length > 1 ? '; and the like' : '');
  const {node, canvas, tableNode} = figureNode(`${heading} against ${sweep.axis}`,
    `${sweep.summary}; ${figure.name}.` + (skipped ? ` Not drawn: ${skipped}.` : ''), wide ? 'wide' : '',
    `Curves of the ${figure.name} of ${subjects.length} kernels against ${sweep.axis}; the table below has every number.`);
  document.getElementById(grid).append(node);
  if (measured.length === 0) canvas.parentElement.replaceWith(element('p', {className: 'note'}, 'No point was measured.'));
  else draw(canvas, {
    type: 'line',
    data: {datasets},
    options: {
      interaction: {mode: 'nearest', intersect: false},
      plugins: {
        legend: {position: 'bottom', labels: {color: colour('--ink'), font: {size: 13}, usePointStyle: true, boxHeight: 7, generateLabels: legendLabels}},
        tooltip: {callbacks: {
          title: (items) => `${sweep.axis}: ${power(items[0].parsed.x)}`,
          label: (item) => ` ${item.dataset.label}: ${textOf(item.raw.f)}`,
        }},
      },
      scales: {
        x: axis(sweep.axis, (v) => power(v), {type: 'linear', min: Math.min(...measured), max: Math.max(...measured)}),
        y: axis(figure.short || figure.name, (v) => (figure.linear ? (v <= 100 ? v + ' %' : '') : v === top ? 'beyond' : Number.isInteger(v) ? power(v) : ''),
          figure.linear ? {min: 0, max: 105, afterBuildTicks: (a) => { a.ticks = [0, 25, 50, 75, 100].map((value) => ({value})); }} : {suggestedMin: -2, max: crosses ? top + 1 : top - 2, afterBuildTicks: (a) => { a.ticks = a.ticks.filter((t) => t.value < top - 1).concat(crosses ? {value: top} : []); }}),
      },
    },
  });
  table(tableNode, `${figure.name} against ${sweep.axis}`, [sweep.axis, ...subjects.map((s) => s.algorithm)],
    sweep.log2.map((x, i) => element('tr', {}, element('th', {scope: 'row'}, power(x)), ...subjects.map((s) => {
      const f = pointFigures(sweep, s.name, i);
      return f ? cellOf(f) : element('td', {title: sweep.skipped[i]}, '\u2013');
    }))));
}

// Chart.js takes the marker of the first point, which may be a cross.
function legendLabels(chart) {
  return Chart.defaults.plugins.legend.labels.generateLabels(chart).map((label, i) => {
    const subject = chosenSubjects()[i];
    return {...label, pointStyle: styleOf(subject)[2], lineDash: [], text: subject.algorithm};
  });
}

// Buckets from -2^k to 2^k ulp around the correctly rounded share; what is farther out is in the outermost two.
const farthest = 34;
function buckets(f) {
  const share = (count) => (100 * count) / f.elements;
  const bars = new Map([[0, share(f.correctly_rounded)]]);
  const add = (k, count) => bars.set(k, (bars.get(k) || 0) + share(count));
  for (const bucket of f.wrong_histogram) {
    const k = bucket.up_to_ulps === null ? farthest : Math.min(1 + Math.log2(bucket.up_to_ulps), farthest);
    add(-k, bucket.below);
    add(k, bucket.count - bucket.below);
  }
  return bars;
}

function bucketName(k) {
  if (k === 0) return 'correctly rounded';
  const size = Math.abs(k) === farthest ? `more than ${power(farthest - 2)}` : `up to ${power(Math.abs(k) - 1)}`;
  return `${k < 0 ? 'too small' : 'too large'} by ${size} ulp`;
}

function drawHistograms() {
  const grid = document.getElementById('histogram-grid');
  grid.replaceChildren();
  const result = resultsOf('distributions').find((r) => r.name === choice.workload);
  const subjects = chosenSubjects().filter((s) => result.figures[s.name].measured > 0);  // else there is no bar
  const all = subjects.map((s) => buckets(result.figures[s.name]));
  const reach = Math.max(4, ...all.flatMap((bars) => [...bars].filter(([, v]) => v > 0).map(([k]) => Math.abs(k))));
  const keys = Array.from({length: 2 * reach + 1}, (_, i) => i - reach);
  const highest = Math.max(...subjects.flatMap((s, i) => (s.arithmetic === 'exact' ? [] : [...all[i].values()])));
  subjects.forEach((subject, i) => {
    const f = result.figures[subject.name];
    const values = keys.map((k) => all[i].get(k) || 0);
    const lost = f.elements - f.measured;
    const {node, canvas, tableNode} = figureNode(subject.name,
      `${percent(f.correctly_rounded, f.elements)} correctly rounded` + (lost ? `, ${percent(lost, f.elements)} NaN or infinite` : '') +
      `, bias ${figures.bias.text(f)} ulp`, 'small',
      `Histogram of the errors of ${subject.name} on ${result.name}; the table below has every bar.`);
    grid.append(node);
    const [stroke] = styleOf(subject);
    draw(canvas, {
      type: 'bar',
      data: {labels: keys, datasets: [{label: subject.name, data: values, barPercentage: 1, categoryPercentage: 0.9,
        backgroundColor: keys.map((k) => (k === 0 ? colour('--soft') : stroke))}]},
      options: {
        plugins: {
          legend: {display: false},
          tooltip: {callbacks: {title: (items) => bucketName(keys[items[0].dataIndex]), label: (item) => ` ${item.parsed.y.toPrecision(3)} %`}},
        },
        scales: {
          x: axis('error in ulp, up to', (v) => (keys[v] === 0 ? '\u2713' : (keys[v] < 0 ? '\u2212' : '') + (Math.abs(keys[v]) === farthest ? '\u221e' : power(Math.abs(keys[v]) - 1)))),
          y: axis('share', (v) => v + ' %', {min: 0, max: subject.arithmetic === 'exact' ? 100 : Math.min(100, Math.ceil(highest / 10) * 10)}),
        },
      },
    });
    table(tableNode, `Errors of ${subject.name}`, ['error', 'share'], keys.filter((k) => all[i].get(k)).map((k) =>
      element('tr', {}, element('th', {scope: 'row'}, bucketName(k)), element('td', {}, all[i].get(k).toPrecision(3) + ' %'))));
  });
}

function drawCurves() {
  document.getElementById('curve-grid').replaceChildren();
  document.getElementById('curves').hidden = section().sweeps.length === 0;
  section().sweeps.forEach((sweep, i) => drawCurve(sweep, i === 0, 'curve-grid', 'Error', figures[choice.curve], outOfPlace,
    (f) => figureCell(f, choice.curve), (f) => cellText(choice.curve, f)));
}

function drawPlane() {
  document.getElementById('plane-grid').replaceChildren();
  const sweep = section().sweeps.find((s) => s.name === 'mean');
  if (!sweep || choice.operation === 'rms_norm') return;
  drawCurve(sweep, true, 'plane-grid', 'Distance from the plane', planeFigure, (f) => (f.plane_off === null ? 1 : 0), claimsCell,
    planeFigure.text);
}
