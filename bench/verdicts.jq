# SPDX-License-Identifier: Apache-2.0
# The JSON of `exactnorm verify`, with "subject" added, one after another -> the Markdown between the marks, by $table:
# "short", levels alone, or "long", with what was seen.
def cell: gsub("\\|"; "\\|");
def level(below): . // ("below " + below);
# The line of tests/corpus that ends a printed counterexample.
def row: .counterexample | rtrimstr("\n") | split("\n") | last;
def broken($formats): [.laws[] | select(.standing == "broken" and .formats == $formats)];
def supported($formats): any(.laws[]; .formats == $formats and .held + (if .standing == "broken" then 1 else 0 end) > 0);
# Of the laws broken at the lowest level, those of the geometry last, the row that is shortest to read; one without NaN
# or infinity if there is one.
def rank: if .level == "G" then "9" else .level[1:2] end;
def smallest: if length == 0 then null else (map(rank) | min) as $low
  | map(select(rank == $low)) | min_by([.family == "special values", (row | length)]) end;
# Each law broken at a level once, with the shortest of its rows and the formats of all.
def broken_laws: reduce (.laws[] | select(.standing == "broken")) as $l ([];
  (map(.law == $l.law and .level == $l.level) | index(true)) as $i
  | if $i == null then . + [$l] else .[$i] as $known | .[$i] = (
      (if ($l | row | length) < ($known | row | length) then $l else $known end)
      | .formats = "\($known.formats), \($l.formats)") end);
def failures: [.findings[] | select(.failure)];

# The four claims of the geometry, by a word each.
def claim: if test("hyperplane") then "plane" elif test("surface") then "surface"
  elif test("ellipsoid") then "ellipsoid" else "zero gains" end;
def claims($formats; $standing):
  [.laws[] | select(.family == "geometry" and .formats == $formats and .standing == $standing) | .law | claim];
def geometry($formats): claims($formats; "broken") as $broken | claims($formats; "held") as $held
  | [if $held == [] then empty else ($held | join(", ")) + " held" end,
     if $broken == [] then empty else ($broken | join(", ")) + " broken" end] | join("; ");

def levels($formats): if supported($formats) | not then "" else . as $v | .formats[] | select(.formats == $formats)
  | [(.accuracy | level("A0")), (.repeatability | level("R0")),
     if $v | claims($formats; "broken") == [] then "G" else empty end] | join(", ") end;
def short:
  "| \($date), seed \(.[0].seed) | f64 | f32 | f16 | bf16 |", "|---|---|---|---|---|",
  (.[] | "| \(.subject | cell) | \(levels("f64")) | \(levels("f32")) | \(levels("f16")) | \(levels("bf16")) |");

def long:
  "Examined \($date) by exactnorm \(.[0].exactnorm), seed \(.[0].seed), \(.[0].cases) cases a law, on \($processor).",
  "",
  "| subject | formats | accuracy | repeatability | geometry | laws broken | one of them, its smallest row | seen besides |",
  "|---|---|---|---|---|--:|---|---|",
  (.[] | . as $v | .formats[] | select(.formats as $f | $v | supported($f)) | .formats as $f | ($v | broken($f)) as $b
    | ($b | smallest) as $s
    | "| \($v.subject | cell) | \($f) | \(.accuracy | level("A0")) | \(.repeatability | level("R0")) | \(
        $v | geometry($f)) | \($b | length) | \(
        if $s then "\($s.law | cell) (\($s.level)): \($s.finding | cell); `\($s | row)`" else "" end) | \(
        [$v | failures[].finding] | join(", ")) |"),
  "",
  (.[] | select(any(.laws[]; .standing == "broken") or (failures | length > 0))
    | "<details><summary>\(.subject): every law broken</summary>", "",
      (broken_laws[] | "- \(.law) (\(.level), \(.formats)): \(.finding)", "  `\(row)`"),
      (failures[] | "- seen besides: \(.finding): \(.detail) (\(.rows) x \(.columns); \(.calls) calls)"),
      "", "</details>", "");

if $table == "short" then short else long end
