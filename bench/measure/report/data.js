// What the page is about: the JSON of `exactnorm measure --json`, and how its numbers are written.
'use strict';

const data = JSON.parse(document.getElementById('data').textContent);

const operationNames = {layer_norm: 'LayerNorm', rms_norm: 'RMSNorm'};
const formatNames = {f64: 'binary64', f32: 'binary32', f16: 'binary16', bf16: 'bfloat16', exact: 'exact'};

// "f16 x2^-8": computing in binary16 on rows times 2^-8.
function arithmeticName(arithmetic) {
  const [format, scale] = arithmetic.split(' x2^');
  return formatNames[format] + (scale ? `, rows times ${power(scale)}` : '');
}

// Each figure: its value on a scale for colours and curves (log2 of it, or itself), and its text.
const figures = {
  max: {
    name: 'largest error in ulp',
    log2: (f) => f.log2_max_ulps,
    text: (f) => shortLog2(f.log2_max_ulps),
  },
  mean: {
    name: 'mean error in ulp',
    log2: (f) => ('log2_mean_ulps' in f ? f.log2_mean_ulps : f.mean_ulps > 0 ? Math.log2(f.mean_ulps) : null),
    text: (f) => shortLog2(figures.mean.log2(f)),
  },
  bias: {
    name: 'bias (mean of y - exact) in ulp',
    log2: (f) => (f.bias_ulps ? Math.log2(Math.abs(f.bias_ulps)) : null),
    text: (f) => (f.bias_ulps === null ? 'huge' : (f.bias_ulps < 0 ? '\u2212' : '') + shortLog2(figures.bias.log2(f))),
  },
  relative: {
    name: 'largest error over |y-b| + |b|',
    log2: (f) => (f.max_relative > 0 ? Math.log2(f.max_relative) : null),
    text: (f) => shortLog2(figures.relative.log2(f)),
  },
  wrong: {
    name: 'share not correctly rounded',
    linear: true,
    log2: (f) => (100 * f.not_correctly_rounded) / f.elements,
    text: (f) => percent(f.not_correctly_rounded, f.elements),
  },
};

// 0.50, 23.4, 1768, 1.8e5, 4e320, 2e-7 from a logarithm, whatever binary64's range.
function shortLog2(log2) {
  if (log2 === null || log2 === undefined) return '0';
  const log10 = log2 * Math.LOG10E * Math.LN2;
  if (log10 >= -2 && log10 < 4.9999) {
    const value = 2 ** log2;
    return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
  }
  let exponent = Math.floor(log10);
  let digits = (10 ** (log10 - exponent)).toFixed(1);
  if (digits === '10.0') {
    digits = '1.0';
    exponent += 1;
  }
  return digits + 'e' + exponent;
}

function percent(part, whole) {
  if (part === 0) return '0 %';
  if (part === whole) return '100 %';
  const value = (100 * part) / whole;
  if (value < 0.05) return '< 0.1 %';
  return (value < 0.95 ? value.toFixed(1) : Math.min(value, 99).toFixed(0)) + ' %';
}

// Distance from the hyperplane, along a sweep; drawn in its own section.
const planeFigure = {
  name: 'distance from the hyperplane over what rounding explains',
  short: 'distance over rounding\u2019s',
  log2: (f) => (f.plane_off > 0 ? Math.log2(f.plane_off) : null),
  text: (f) => (f.plane_off === null ? '\u221e' : shortLog2(planeFigure.log2(f))),
};

// The geometry's claims, in the order of their letters.
const claims = [
  {key: 'plane', name: 'off the plane'},
  {key: 'interior', name: 'outside'},
  {key: 'surface', name: 'off the surface'},
  {key: 'zero_gains', name: 'off the bias'},
];

// "off the plane: 12 of 32 rows (1.5e4)", a line for each broken claim.
function brokenClaims(f) {
  return claims.filter((c) => f[c.key + '_broken']).map((c) => {
    const rows = f[c.key + '_broken'] + f[c.key + '_held'];
    const off = f[c.key + '_off'];
    return `${c.name}: ${f[c.key + '_broken']} of ${rows} (${off === null ? '\u221e' : off > 0 ? shortLog2(Math.log2(off)) : '0'})`;
  });
}

// As levels of error: held, broken, broken by NaN or infinity.
function claimLevel(f) {
  const broken = claims.filter((c) => f[c.key + '_broken']);
  return broken.length === 0 ? 0 : broken.some((c) => f[c.key + '_off'] === null) ? 5 : 4;
}

const outOfPlace = (f) => (f.misplaced_nan || 0) + (f.misplaced_infinity || 0) + (f.missing_nan || 0) + (f.missing_infinity || 0);

function cellText(figure, f) {
  if (outOfPlace(f) && figure !== 'wrong') return f.misplaced_nan ? 'NaN' : f.misplaced_infinity ? '\u221e' : 'no NaN';
  return figures[figure].text(f);
}

// How bad, in words and a colour class: correct, within 1 ulp, 16 ulp, 2^10 ulp, worse, not a number.
const levels = ['always correctly rounded', 'up to 1 ulp', 'up to 16', 'up to 1024', 'worse', 'NaN or infinity'];
function level(f) {
  if (outOfPlace(f)) return 5;
  if (f.not_correctly_rounded === 0) return 0;
  const log2 = f.log2_max_ulps;
  return log2 <= 0 ? 1 : log2 <= 4 ? 2 : log2 <= 10 ? 3 : 4;
}

// log2 of what is drawn on the upper rim: an answer of 0 has a tiny ulp, and one such point would flatten all curves.
const reachOf = (format) => 16 + {f64: 53, f32: 24, f16: 11, bf16: 8}[format];

const power = (exponent) => '2' + String(exponent).replace(/./g, (c) => '\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079'['0123456789'.indexOf(c)] || '\u207b');

// The choice: a section of the data and the kernels of one arithmetic in it, ours first.
const choice = {operation: '', format: '', arithmetic: '', figure: '', curve: '', workload: ''};
const section = () => data.sections.find((s) => s.operation === choice.operation && s.format === choice.format);
const chosenSubjects = () =>
  section().subjects.filter((s) => s.arithmetic === 'exact' || s.arithmetic === 'unknown' || s.arithmetic === choice.arithmetic);
const resultsOf = (group) => section().results.filter((r) => r.group === group);

// Figures of one point of a sweep.
function pointFigures(sweep, subject, index) {
  const point = {};
  for (const [key, values] of Object.entries(sweep.curves[subject])) point[key] = values[index];
  return point.elements ? point : null;  // none: the format or the kernel does not do such rows
}
