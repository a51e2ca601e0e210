// The picture: where each kernel puts rows of three numbers, seen at right angles to LayerNorm's plane. One unit is as
// long in both directions, so that the ellipse has its shape.
'use strict';

const claimWords = {p: 'off the plane', i: 'outside the ellipse', s: 'off the surface', z: 'off the bias'};
const brokenWords = (letters) => (letters === '' ? 'none' : letters === '-' ? 'not done' : [...letters].map((c) => claimWords[c]).join(', '));

// Half of what is shown along each axis, at least; what lies further out is drawn near the rim of that box.
function frameOf(plane) {
  const [a, b] = plane.semi_axes;
  return [1.2 * a, 1.35 * b];
}

function planePoints(plane, subject) {
  const o = plane.outputs[subject];
  const right = plane.outputs.exactnorm;
  const frame = frameOf(plane);
  return plane.x.map((x, i) => {
    const at = [o.along_longer[i], o.along_shorter[i]];
    const drawn = at[0] !== null;
    const beyond = drawn ? Math.max(Math.abs(at[0]) / (0.97 * frame[0]), Math.abs(at[1]) / (0.97 * frame[1]), 1) : 1;
    return {row: i, numbers: x, at, drawn, far: beyond > 1, x: at[0] / beyond, y: at[1] / beyond, off: o.off_plane[i],
      broken: o.broken[i], right: [right.along_longer[i], right.along_shorter[i]]};
  });
}

// As many units a pixel in both directions, and room for the frame.
function keepAspect(chart, frame) {
  for (let pass = 0; pass < 4; pass += 1) {
    const {left, right, top, bottom} = chart.chartArea;
    const unit = Math.min((right - left) / (2 * frame[0]), (bottom - top) / (2 * frame[1]));
    const reach = [(right - left) / (2 * unit), (bottom - top) / (2 * unit)];
    const {x, y} = chart.options.scales;
    if (Math.abs(x.max - reach[0]) < 1e-3 * reach[0] && Math.abs(y.max - reach[1]) < 1e-3 * reach[1]) return;
    [x.min, x.max, y.min, y.max] = [-reach[0], reach[0], -reach[1], reach[1]];
    chart.update('none');
  }
}

function planeDatasets(plane, points) {
  const [a, b] = plane.semi_axes;
  const ellipse = Array.from({length: 121}, (_, i) => ({x: a * Math.cos((i * Math.PI) / 60), y: b * Math.sin((i * Math.PI) / 60)}));
  const line = {showLine: true, pointRadius: 0, pointHitRadius: 0, borderWidth: 1};
  const drawn = points.filter((p) => p.drawn);
  const held = drawn.filter((p) => p.broken === '' && !p.far);
  const broken = drawn.filter((p) => p.broken !== '' && !p.far);
  const far = drawn.filter((p) => p.far);
  // From the right place to the kernel's: nothing to see but where it is far off.
  const moved = drawn.filter((p) => p.right[0] !== null).flatMap((p) => [{x: p.right[0], y: p.right[1]}, {x: p.x, y: p.y}, {x: NaN, y: NaN}]);
  return [
    {label: 'held', data: held, pointStyle: 'circle', radius: 2.5, backgroundColor: colour('--blue'), borderColor: colour('--blue')},
    {label: 'breaks a claim', data: broken, pointStyle: 'crossRot', radius: 4, borderWidth: 1.75, borderColor: colour('--vermilion')},
    {label: 'further out', data: far, pointStyle: 'triangle', radius: 5, backgroundColor: colour('--vermilion'), borderColor: colour('--vermilion')},
    {label: 'from the right place', data: moved, ...line, borderColor: colour('--soft')},
    {label: 'ellipse', data: ellipse, ...line, borderWidth: 2, borderColor: colour('--green'), backgroundColor: 'transparent'},
    {label: 'axes', data: [{x: -a, y: 0}, {x: a, y: 0}, {x: NaN, y: NaN}, {x: 0, y: -b}, {x: 0, y: b}], ...line, borderColor: colour('--line')},
  ].filter((d) => d.data.length > 0);
}

function planeCaption(points) {
  const count = (of) => points.filter(of).length;
  const parts = Object.keys(claimWords).map((c) => [count((p) => p.broken.includes(c)), claimWords[c]])
    .concat([[count((p) => p.far), 'beyond the picture'], [count((p) => !p.drawn && p.broken !== '-'), 'NaN or infinite'], [count((p) => p.broken === '-'), 'not done']])
    .filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  return parts.length === 0 ? `All ${points.length} rows hold the claims.` : `Of ${points.length} rows: ${parts.join(', ')}.`;
}

function drawPlanePicture(plane, subject) {
  const points = planePoints(plane, subject.name);
  const frame = frameOf(plane);
  const {node, canvas, tableNode} = figureNode(subject.algorithm, planeCaption(points), 'small plane',
    `Outputs of ${subject.name} for ${points.length} rows of three numbers, in LayerNorm's plane with the ellipse that bounds them. ` +
    planeCaption(points) + ' The table below has every point.');
  document.getElementById('picture-grid').append(node);
  const numbers = (p) => p.numbers.map((x) => Number(hexValue(x).toPrecision(6))).join(', ');
  const chart = draw(canvas, {
    type: 'scatter',
    data: {datasets: planeDatasets(plane, points)},
    options: {
      onResize: (resized) => { setTimeout(() => { if (charts.includes(resized)) keepAspect(resized, frame); }, 0); },
      plugins: {
        legend: {display: false},
        tooltip: {filter: (item) => item.raw.numbers !== undefined, callbacks: {
          label: (item) => [`row ${item.raw.row}: ${numbers(item.raw)}`, `off the plane by ${item.raw.off.toPrecision(3)}; broken: ${brokenWords(item.raw.broken)}`],
        }},
      },
      scales: {
        x: axis('along the longer axis', (v) => v, {type: 'linear', min: -frame[0], max: frame[0], afterBuildTicks: wholeTicks}),
        y: axis('along the shorter', (v) => v, {min: -frame[1], max: frame[1], afterBuildTicks: wholeTicks}),
      },
    },
  });
  if (chart) keepAspect(chart, frame);
  table(tableNode, `Outputs of ${subject.name} in the plane`, ['row', 'x', 'along the longer axis', 'along the shorter', 'off the plane', 'claims broken'],
    points.map((p) => element('tr', {}, element('th', {scope: 'row'}, String(p.row)), element('td', {}, p.numbers.join(' ')),
      ...[p.at[0], p.at[1], p.off].map((v) => element('td', {}, v === null ? '\u2013' : v.toPrecision(6))), element('td', {}, brokenWords(p.broken)))));
}

function wholeTicks(scale) {
  const reach = Math.floor(scale.max);
  scale.ticks = Array.from({length: 2 * reach + 1}, (_, i) => ({value: i - reach}));
}

// 0x1.8p+1 as 3, exactly.
function hexValue(text) {
  const [, sign, whole, fraction = '', exponent] = /^(-?)0x([01])(?:\.([0-9a-f]+))?p([+-]\d+)$/.exec(text);
  const value = (parseInt(whole, 16) + (fraction ? parseInt(fraction, 16) / 16 ** fraction.length : 0)) * 2 ** Number(exponent);
  return sign ? -value : value;
}

function drawPicture() {
  document.getElementById('picture-grid').replaceChildren();
  const plane = section().plane;
  document.getElementById('picture-section').hidden = !plane;
  if (!plane) return;
  const [a, b] = plane.semi_axes;
  document.getElementById('picture-text').textContent =
    `${plane.x.length} rows of three numbers with gamma ${plane.gamma.map(hexValue).join(', ')}: their outputs lie in a plane, here seen at right angles, ` +
    `inside an ellipse with semi-axes ${a.toFixed(3)} and ${b.toFixed(3)}; the nearer to its rim, the larger the variance beside eps = ${data.eps}. ` +
    'The means are large against the spread, which is what makes kernels fail. Whether a claim is broken is decided exactly, and often too small to be seen.';
  document.getElementById('picture-legend').replaceChildren(
    element('span', {className: 'key held'}, '\u25cf claims held'), ' ', element('span', {className: 'key mark'}, '\u2715 a claim is broken'), ' ',
    element('span', {className: 'key mark'}, '\u25b2 further out than the picture reaches'), ' ', element('span', {className: 'key'}, '\u2014 thin: from the right place to the kernel\u2019s'));
  for (const subject of chosenSubjects()) drawPlanePicture(plane, subject);
}
