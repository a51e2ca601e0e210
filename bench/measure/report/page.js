// The controls, and drawing everything anew when one changes. The choice is kept in the address after '#'.
'use strict';

const control = (id) => document.getElementById(id);
const unique = (values) => [...new Set(values)];

function fill(id, values, name) {
  control(id).replaceChildren(...values.map((value) => element('option', {value}, name(value))));
  if (!values.includes(choice[id])) choice[id] = values[0];
  control(id).value = choice[id];
}

// What can be chosen depends on what stands before it.
function fillControls() {
  fill('operation', unique(data.sections.map((s) => s.operation)), (v) => operationNames[v]);
  fill('format', data.sections.filter((s) => s.operation === choice.operation).map((s) => s.format), (v) => formatNames[v]);
  fill('arithmetic', unique(section().subjects.map((s) => s.arithmetic)).filter((a) => a !== 'exact' && a !== 'unknown'), arithmeticName);
  fill('figure', Object.keys(figures), (v) => figures[v].name);
  fill('curve', Object.keys(figures), (v) => figures[v].name);
  fill('workload', resultsOf('distributions').filter((r) => !r.skipped).map((r) => r.name), (v) => v);
}

function readAddress() {
  for (const [key, value] of new URLSearchParams(location.hash.slice(1))) if (key in choice) choice[key] = value;
}

function drawAll() {
  fillControls();
  clearPlots();
  const text = `${operationNames[choice.operation]} of ${formatNames[choice.format]} rows, kernels computing in ${arithmeticName(choice.arithmetic)}; ${figures[choice.figure].name}`;
  control('printed').textContent = text;
  drawFinding();
  drawSummary();
  drawCurves();
  drawHistograms();
  drawClaims();
  drawPlane();
  drawPicture();
  drawBugs();
  drawRecords();
  drawWorst();
  drawKernels();
}

function start() {
  control('lede').textContent =
    'Each output is held against the exact real answer, computed in integers. A correctly rounded output is off by at most half an ulp ' +
    '(unit in the last place of the answer). Kernels are named after their algorithm and the format in which they compute.';
  Object.assign(choice, {format: 'f32', figure: 'max', curve: 'mean'});
  readAddress();
  if (typeof Chart === 'undefined') {
    control('notice').textContent = 'This report was made by a command built without Chart.js: tables only.';
    control('notice').hidden = false;
  }
  for (const id of Object.keys(choice)) {
    control(id).addEventListener('change', () => {
      choice[id] = control(id).value;
      history.replaceState(null, '', '#' + new URLSearchParams(choice));
      drawAll();
    });
  }
  addEventListener('hashchange', () => { readAddress(); drawAll(); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  // Paper is light.
  for (const [event, printing] of [['beforeprint', true], ['afterprint', false]]) {
    addEventListener(event, () => {
      document.documentElement.classList.toggle('printing', printing);
      drawAll();
    });
  }
  drawAll();
  drawReproduce();
}

addEventListener('error', (event) => {
  control('notice').textContent = 'This page failed: ' + event.message;
  control('notice').hidden = false;
});
start();
