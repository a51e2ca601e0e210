// Tables: the summary, the reported bugs, the worst cases, how to reproduce. Text goes in as text, never as HTML.
'use strict';

function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key in node) node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

// A long name such as U[1e4,1e4+1] may break after its comma.
const heading = (text, properties = {}) =>
  element('th', {scope: 'col', ...properties}, text.replace(/\S{10,}/g, (word) => word.replace(/,/g, ',\u200b')));

function table(node, caption, headings, rows) {
  node.replaceChildren(
    element('caption', {className: 'unseen'}, caption),
    element('thead', {}, element('tr', {}, ...headings.map((h) => heading(h)))),
    element('tbody', {}, ...rows),
  );
}

function figureCell(f, figure = choice.figure) {
  if (f.elements === 0) return element('td', {title: 'the kernel does not do such rows'}, '\u2013');
  return element('td', {className: 'level' + level(f)}, cellText(figure, f));
}

function drawSummary() {
  const distributions = resultsOf('distributions');
  const rows = [];
  let arithmetic = null;
  for (const subject of section().subjects) {
    if (subject.arithmetic !== arithmetic && subject.arithmetic !== 'exact') {
      arithmetic = subject.arithmetic;
      const title = heading(arithmetic === 'unknown' ? 'plug-ins' : 'computing in ' + arithmeticName(arithmetic), {scope: 'colgroup', colSpan: 1});
      rows.push(element('tr', {className: 'group'}, title, element('td', {colSpan: distributions.length})));
    }
    const cells = distributions.map((r) =>
      r.skipped ? element('td', {title: r.skipped}, '\u2013') : figureCell(r.figures[subject.name]));
    const name = element('th', {scope: 'row', title: subject.summary}, subject.algorithm);
    rows.push(element('tr', {className: subject.arithmetic === 'exact' ? 'ours' : ''}, name, ...cells));
  }
  table(document.getElementById('summary'), 'Error by kernel and distribution',
    [figures[choice.figure].name, ...distributions.map((r) => r.name)], rows);
  const legend = document.getElementById('legend');
  legend.replaceChildren('Colours, by the largest error: ');
  levels.forEach((text, i) => legend.append(element('span', {className: 'key level' + i}, text), ' '));
  const skipped = distributions.filter((r) => r.skipped);
  if (skipped.length) legend.append('\u2013 not in this format: ' + skipped.map((r) => `${r.name} (${r.skipped})`).join(', ') + '.');
}

// What the table says, in a sentence or two.
function drawFinding() {
  const distributions = resultsOf('distributions').filter((r) => !r.skipped);
  const all = (subject) => distributions.reduce((sum, r) => {
    const f = r.figures[subject];
    return {wrong: sum.wrong + f.not_correctly_rounded, elements: sum.elements + f.elements, nan: sum.nan + outOfPlace(f)};
  }, {wrong: 0, elements: 0, nan: 0});
  const ours = all('exactnorm');
  const others = section().subjects.filter((s) => s.arithmetic === choice.arithmetic).map((s) => ({name: s.algorithm, ...all(s.name)}));
  const best = others.reduce((a, b) => (b.wrong < a.wrong ? b : a));
  const worst = others.reduce((a, b) => (b.wrong > a.wrong ? b : a));
  const nan = others.filter((o) => o.nan).map((o) => o.name);
  document.getElementById('finding').textContent =
    `Of ${ours.elements.toLocaleString('en')} outputs, exactnorm rounds ${ours.wrong === 0 ? 'none' : ours.wrong.toLocaleString('en')} wrongly. ` +
    `Kernels that compute in ${arithmeticName(choice.arithmetic)} round between ${percent(best.wrong, best.elements)} (${best.name}) and ` +
    `${percent(worst.wrong, worst.elements)} (${worst.name}) wrongly.` +
    (nan.length ? ` NaN or infinity where the answer is a number: ${nan.join(', ')}.` : '');
}

function claimsCell(f) {
  const broken = brokenClaims(f);
  const speaks = claims.some((c) => f[c.key + '_held'] + f[c.key + '_broken'] > 0);
  if (broken.length === 0) return element('td', {className: speaks ? 'level0' : ''}, speaks ? 'held' : '\u2013');
  return element('td', {className: 'claims level' + claimLevel(f)}, ...broken.map((line) => element('div', {}, line)));
}

function drawClaims() {
  const points = resultsOf('distributions').filter((r) => !r.skipped);
  const subjects = chosenSubjects();
  table(document.getElementById('claims'), 'Rows off the plane and the ellipsoid', ['rows off', ...subjects.map((s) => s.algorithm)],
    points.map((r) => element('tr', {}, element('th', {scope: 'row'}, r.name), ...subjects.map((s) => claimsCell(r.figures[s.name])))));
  document.getElementById('claims-legend').replaceChildren('Colours: ',
    ...[[0, 'held'], [4, 'broken'], [5, 'broken by NaN or infinity']].flatMap(([i, text]) => [element('span', {className: 'key level' + i}, text), ' ']),
    choice.operation === 'rms_norm' ? 'RMSNorm has no plane.' : '');
}

function drawBugs() {
  const bugs = resultsOf('reported bugs');
  document.getElementById('bugs-section').hidden = bugs.length === 0;
  const subjects = chosenSubjects();
  const rows = bugs.map((bug) => {
    const thread = /^([\w.-]+\/[\w.-]+)#(\d+)/.exec(bug.name);
    const name = element('th', {scope: 'row'});
    if (thread) {
      name.append(element('a', {href: `https://github.com/${thread[1]}/issues/${thread[2]}`}, thread[0]), bug.name.slice(thread[0].length));
    } else {
      name.append(bug.name);
    }
    return element('tr', {}, name, ...subjects.map((s) => figureCell(bug.figures[s.name])));
  });
  table(document.getElementById('bugs'), 'Error on reported inputs', [figures[choice.figure].name, ...subjects.map((s) => s.algorithm)], rows);
}

function worstCase(subject) {
  let worst = null;
  for (const result of section().results) {
    const f = result.figures && result.figures[subject.name];
    if (!f || !f.worst || f.not_correctly_rounded === 0 || f.log2_max_ulps === null) continue;
    if (!worst || f.log2_max_ulps > worst.f.log2_max_ulps) worst = {f, result};
  }
  return worst;
}

function caseText({f, result}) {
  const w = f.worst;
  const lines = [`rows    ${result.name}` + (result.group === 'distributions' ? `, seed ${data.seed}, row ${w.row}, column ${w.column}` : `, column ${w.column}`)];
  for (const key of ['row_x', 'row_gamma', 'row_beta']) if (w[key]) lines.push(`${key.padEnd(8)}{${w[key].join(', ')}}`);
  for (const key of ['x', 'gamma', 'beta', 'y', 'right', 'exact']) if (w[key]) lines.push(key.padEnd(8) + w[key]);
  return lines.join('\n');
}

function copyable(title, text) {
  const button = element('button', {type: 'button'}, 'Copy');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(pre);
      button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  const pre = element('pre', {}, text);
  return element('article', {className: 'case'}, element('header', {}, element('h3', {}, title), button), pre);
}

function drawRecords() {
  const names = chosenSubjects().map((s) => s.name);
  const records = section().records.filter((r) => names.includes(r.subject) && r.worst);
  document.getElementById('records-section').hidden = records.length === 0;
  document.getElementById('records').replaceChildren(...records.map((r) => {
    const ulps = r.log2_ulps < 1 ? r.ulps.toFixed(7) : shortLog2(r.log2_ulps);
    const nan = r.nan_rows ? `, ${percent(r.nan_rows, r.steps)} of them with NaN or infinity out of place` : '';
    const lines = [`found in ${r.steps.toLocaleString('en')} rows${nan}`, `x       {${r.worst.row_x.join(', ')}}`,
      `eps     ${data.eps}`, `column  ${r.worst.column}`];
    for (const key of ['y', 'right', 'exact']) lines.push(key.padEnd(8) + r.worst[key]);
    return copyable(`${r.subject}: ${ulps} ulp`, lines.join('\n'));
  }));
}

function drawWorst() {
  const cases = [];
  for (const subject of chosenSubjects()) {
    const worst = worstCase(subject);
    if (!worst) continue;
    cases.push(copyable(`${subject.name}: ${shortLog2(worst.f.log2_max_ulps)} ulp`, caseText(worst)));
  }
  document.getElementById('worst').replaceChildren(...(cases.length ? cases : [element('p', {}, 'Nothing here is ever wrong.')]));
}

function drawDefinitions(id, entries) {
  document.getElementById(id).replaceChildren(...entries.flatMap(([term, text]) => [element('dt', {}, term), element('dd', {}, text)]));
}

function drawKernels() {
  drawDefinitions('kernels', chosenSubjects().map((s) => [s.algorithm, s.summary]));
}

function drawReproduce() {
  const entries = [['Command', element('code', {}, data.environment.command)], ['exactnorm', data.exactnorm],
    ['Each figure', `${data.rows} rows of ${data.columns}, eps ${data.eps}, seed ${data.seed}`],
    ['Processor', data.environment.processor], ['Compiler', data.environment.compiler],
    ['Libraries', `GMP ${data.environment.gmp}, Boost ${data.environment.boost}` + (typeof Chart === 'undefined' ? '' : `, Chart.js ${Chart.version}`)]];
  drawDefinitions('reproduce', entries);
}
