// SPDX-License-Identifier: Apache-2.0
// Colours are Okabe and Ito's, which people with any colour vision can tell apart; what breaks a claim has its own
// shape as well.
#include "bench/geometry/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "bench/geometry/viewpoint.h"

namespace exactnorm::geometry {
namespace {

using command::BadInput;

constexpr double kReach = 1e100;  // numbers up to this and down to its inverse: what gnuplot scales without trouble
constexpr size_t kDrawnAxes = 2000;
constexpr double kMargin = 1.15;  // around the ellipse

constexpr const char* kStyles = R"(set encoding utf8
set style line 1 lc rgb '#0072B2' pt 7 ps 0.45
set style line 2 lc rgb '#D55E00' pt 2 ps 1.0 lw 2.5
set style line 3 lc rgb '#009E73' lw 2
set style line 4 lc rgb '#000000' lw 2
set style line 5 lc rgb '#56B4E9'
set border lc rgb '#606060'
set tics textcolor rgb '#202020'
)";

double ToDouble(const Format& f, uint64_t bits) {
  const Number n = Decode(f, bits);
  const double magnitude = std::ldexp(static_cast<double>(n.significand), n.exponent);
  return n.negative ? -magnitude : magnitude;
}

// Outputs that are drawn, apart by whether their row breaks a claim. `place` maps y - beta to what is drawn.
template <class Place>
std::array<std::string, 2> OutputBlocks(const Study& study, const Place& place) {
  std::array<std::string, 2> blocks;
  if (!study.y) return blocks;
  const size_t n = study.columns();
  const size_t rows = study.verdicts.size();
  const size_t drawn = std::min(rows, kDrawnRows);
  std::vector<double> w(n);
  for (size_t k = 0; k < drawn; ++k) {
    const size_t row = k * rows / drawn;
    bool usable = true;
    for (size_t i = 0; i < n; ++i) {
      const uint64_t bits = Load(*study.y->format, study.y->data(), row * n + i);
      usable = usable && IsFinite(*study.y->format, bits);
      if (!usable) break;
      w[i] = ToDouble(*study.y->format, bits) - study.beta[i];
      usable = std::abs(w[i]) < kReach;
    }
    if (usable) blocks[study.verdicts[row].broken() ? 1 : 0] += place(w);
  }
  return blocks;
}

std::string Block(const std::string& name, const std::string& lines) {
  return "$" + name + " << EOD\n" + lines + "EOD\n";
}

std::string TitleOf(const Study& study) {
  const char* name = study.operation == EXACTNORM_LAYER_NORM ? "LayerNorm" : "RMSNorm";
  std::string title = fmt::format("{}, N = {}, ε = {}", name, study.columns(), study.eps);
  if (!study.y) return title;
  const size_t rows = study.verdicts.size();
  title += fmt::format(", {} output{}", rows, rows == 1 ? "" : "s");
  return rows > kDrawnRows ? title + fmt::format(" ({} drawn)", kDrawnRows) : title;
}

// The plot elements for the two blocks of outputs, those that are not empty.
std::string OutputElements(const std::array<std::string, 2>& blocks, const char* columns) {
  std::string elements;
  if (!blocks[0].empty()) elements += fmt::format(", $held using {} with points ls 1 title 'outputs'", columns);
  if (!blocks[1].empty()) {
    elements += fmt::format(", $broken using {} with points ls 2 title 'outputs breaking a claim'", columns);
  }
  return elements;
}

// ---- In space ---------------------------------------------------------------------------------------------------

using Point = std::array<double, 3>;

std::string Line(const Point& p) { return fmt::format("{:.9g} {:.9g} {:.9g}\n", p[0], p[1], p[2]); }

struct Space {
  Point center;
  std::vector<Point> tips;  // from the center

  Point At(double along_first, double along_second, size_t first = 0, size_t second = 1) const {
    Point p = center;
    for (size_t i = 0; i < 3; ++i) p[i] += along_first * tips[first][i] + along_second * tips[second][i];
    return p;
  }
  std::string Ellipse(size_t first, size_t second) const {
    std::string lines;
    for (int degrees = 0; degrees <= 360; degrees += 2) {
      const double angle = degrees * std::numbers::pi / 180;
      lines += Line(At(std::cos(angle), std::sin(angle), first, second));
    }
    return lines + "\n\n";  // one blank line would make a surface of the ellipses
  }
};

// 1, 2 or 5 times a power of ten, at most `most`.
double RoundStep(double most) {
  const double power = std::pow(10, std::floor(std::log10(most)));
  return (most >= 5 * power ? 5 : most >= 2 * power ? 2 : 1) * power;
}

// A box around ellipse, plane and outputs; outputs further off than twice that are cut off.
std::string Ranges(const Space& space, const Point& outputs_reach) {
  Point extent = {};
  for (size_t i = 0; i < 3; ++i) {
    for (const Point& tip : space.tips) extent[i] += std::abs(tip[i]);
    extent[i] = kMargin * std::max(extent[i], std::min(outputs_reach[i], 2 * extent[i]));
  }
  const double widest = *std::max_element(extent.begin(), extent.end());
  std::string script;
  for (size_t i = 0; i < 3; ++i) {
    extent[i] = std::max(extent[i], 0.2 * widest);
    script += fmt::format("set {0}range [{1:.9g}:{2:.9g}]\nset {0}tics {3:.9g}\nset {0}label 'y_{4}'\n", "xyz"[i],
                          space.center[i] - extent[i], space.center[i] + extent[i], RoundStep(widest / 2), i + 1);
  }
  return script;
}

std::string SpaceScript(const Study& study) {
  Space space{{study.beta[0], study.beta[1], study.beta[2]}, {}};
  for (size_t i = 0; i < study.axis_count; ++i) {
    Point tip;
    study.axes.tip(i, tip);
    space.tips.push_back(tip);
  }
  const bool flat = space.tips.size() == 2;

  std::string ellipses;
  std::string axes;
  std::string labels;
  for (size_t i = 0; i < space.tips.size(); ++i) {
    for (size_t j = i + 1; j < space.tips.size(); ++j) ellipses += space.Ellipse(i, j);
    axes += Line(space.center) + Line(space.At(1, 0, i, 0)) + "\n\n";
    const Point at = space.At(1.17, 0, i, 0);
    labels += fmt::format("set label '{:.3g}' at {:.9g},{:.9g},{:.9g} center front tc rgb '#000000'\n",
                          study.axes.lengths()[i], at[0], at[1], at[2]);
  }
  Point outputs_reach = {};
  const auto outputs = OutputBlocks(study, [&](const std::vector<double>& w) {
    for (size_t i = 0; i < 3; ++i) outputs_reach[i] = std::max(outputs_reach[i], std::abs(w[i]));
    return Line({w[0] + study.beta[0], w[1] + study.beta[1], w[2] + study.beta[2]});
  });

  std::string script = "set terminal svg size 860,860 dynamic enhanced font 'sans-serif,15' background rgb 'white'\n";
  script += kStyles;
  script += Block("ellipse", ellipses) + Block("axes", axes) + Block("held", outputs[0]) + Block("broken", outputs[1]);
  std::string elements = "$ellipse using 1:2:3 with lines ls 3 title 'ellipse'";
  if (flat) {
    const double r = kMargin;
    script += Block("plane", Line(space.At(r, r)) + Line(space.At(r, -r)) + Line(space.At(-r, -r)) +
                                 Line(space.At(-r, r)) + Line(space.At(r, r)));
    elements =
        "$plane using 1:2:3 with polygons fs transparent solid 0.18 fc rgb '#56B4E9' "
        "notitle, NaN with lines lw 12 lc rgb '#DDF0FB' title 'hyperplane', " +
        elements;
  } else {
    elements = "$ellipse using 1:2:3 with lines ls 3 title 'ellipses of each two axes'";
  }
  elements += ", $axes using 1:2:3 with lines ls 4 title 'semi-axes, with their lengths'";
  elements += OutputElements(outputs, "1:2:3");

  script += Ranges(space, outputs_reach);
  const Viewpoint view = flat ? ViewpointOf(space.tips[0], space.tips[1]) : Viewpoint{62, 35};
  script += fmt::format("set view {}, {}, {}\nset view equal xyz\nset xyplane relative 0\nset border 4095 lw 0.6\n",
                        view.tilt, view.turn, flat ? 0.92 : 0.8);
  script += "set key at screen 0.5,0.085 center bottom horizontal Left reverse maxrows 3 samplen 1.5 width 1\n";
  script += "set title '" + TitleOf(study) + "'\n" + labels + "splot " + elements + "\n";
  return script;
}

// ---- In the plane of the two longest axes -------------------------------------------------------------------------

std::string SpectrumPanel(const Study& study) {
  const auto lengths = study.axes.lengths().first(study.axis_count);
  const size_t drawn = std::min(lengths.size(), kDrawnAxes);
  std::string lines;
  for (size_t k = 0; k < drawn; ++k) {
    const size_t i = drawn == 1 ? 0 : k * (lengths.size() - 1) / (drawn - 1);
    lines += fmt::format("{} {:.9g}\n", i + 1, lengths[i]);
  }
  const bool wide = lengths.front() > 30 * lengths.back();
  std::string script = Block("spectrum", lines);
  script += "set title 'semi-axes, longest first'\nset xlabel 'axis'\nset ylabel 'length'\nunset key\n";
  const double margin = 0.02 * static_cast<double>(lengths.size());
  script += fmt::format("set xrange [{:.9g}:{:.9g}]\n", 1 - std::max(0.5, margin),
                        static_cast<double>(lengths.size()) + std::max(0.5, margin));
  if (lengths.size() < 20) script += "set xtics 1\n";
  script += wide ? "set logscale y\nset format y '10^{%T}'\n"
                 : fmt::format("set yrange [0:{:.9g}]\n", 1.08 * lengths.front());
  script += fmt::format("plot $spectrum using 1:2 with points ls 1 ps {}\n", lengths.size() < 60 ? 0.6 : 0.3);
  return script + "unset logscale\nset xtics autofreq\nset format y\nset yrange [*:*]\n";
}

std::string PlanePanels(const Study& study, bool* enlarged) {
  const double a = study.axes.lengths()[0];
  const double b = study.axes.lengths()[1];
  std::vector<double> v1(study.columns());
  std::vector<double> v2(study.columns());
  study.axes.direction(0, v1);
  study.axes.direction(1, v2);
  double extent = 0;
  const auto outputs = OutputBlocks(study, [&](const std::vector<double>& w) {
    double along1 = 0;
    double along2 = 0;
    for (size_t i = 0; i < w.size(); ++i) {
      along1 += w[i] * v1[i];
      along2 += w[i] * v2[i];
    }
    extent = std::max({extent, std::abs(along1), std::abs(along2)});
    return fmt::format("{:.9g} {:.9g}\n", along1, along2);
  });
  std::string ellipse;
  for (int degrees = 0; degrees <= 360; degrees += 2) {
    const double angle = degrees * std::numbers::pi / 180;
    ellipse += fmt::format("{:.9g} {:.9g}\n", a * std::cos(angle), b * std::sin(angle));
  }
  std::string script = Block("ellipse", ellipse) + Block("held", outputs[0]) + Block("broken", outputs[1]);
  script += "set xlabel 'along axis 1'\nset ylabel 'along axis 2'\nset size ratio -1\n";
  script += "set key bottom center outside horizontal Left reverse samplen 1.5\n";
  const auto plot = [&](const char* bound) {
    return fmt::format("plot $ellipse using 1:2 with lines ls 3 {}{}\n", bound, OutputElements(outputs, "1:2"));
  };
  const double reach = kMargin * std::max(a, extent);
  script += fmt::format(
      "set title 'in the plane of the two longest axes'\nset xrange [{0:.9g}:{1:.9g}]\n"
      "set yrange [{0:.9g}:{1:.9g}]\n{2}",
      -reach, reach, plot("title 'bound'"));
  *enlarged = extent > 0 && extent < 0.3 * a;
  if (*enlarged) {
    const double near = kMargin * extent;
    script += fmt::format(
        "set title 'the same, {2:.0f} times as large'\nset xrange [{0:.9g}:{1:.9g}]\n"
        "set yrange [{0:.9g}:{1:.9g}]\n{3}",
        -near, near, reach / near, plot("notitle"));
  }
  return script;
}

std::string PanelsScript(const Study& study) {
  bool enlarged = false;
  const std::string planes = PlanePanels(study, &enlarged);
  std::string script =
      fmt::format("set terminal svg size {},520 dynamic enhanced font 'sans-serif,14' background rgb 'white'\n{}",
                  enlarged ? 1500 : 1040, kStyles);
  script += fmt::format("set multiplot layout 1,{} title '{}'\n", enlarged ? 3 : 2, TitleOf(study));
  return script + SpectrumPanel(study) + planes + "unset multiplot\n";
}

}  // namespace

std::string PictureScript(const Study& study) {
  if (study.axis_count < 2) {
    throw BadInput(
        fmt::format("--picture: there {} to draw, a picture takes two; give a gamma with more gains that "
                    "are not zero",
                    study.axis_count == 0 ? "is no axis" : "is only one axis"));
  }
  const double longest = study.axes.lengths()[0];
  const double largest_bias = std::abs(*std::max_element(study.beta.begin(), study.beta.end(),
                                                         [](double a, double b) { return std::abs(a) < std::abs(b); }));
  if (!(longest < kReach) || longest < 1 / kReach || largest_bias > kReach) {
    throw BadInput("--picture: gamma or beta is too large or too small to be drawn; scale them");
  }
  return study.columns() == 3 ? SpaceScript(study) : PanelsScript(study);
}

}  // namespace exactnorm::geometry
