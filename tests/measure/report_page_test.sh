#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# report_page_test.sh COMMAND BROWSER CHART_JS PLUGIN: makes a report with the command, and the plug-in that does rows of
# even length alone as one more kernel, and opens it in a headless browser at desktop and phone width: no console error,
# every plot drawn, nothing cut (report_page.html). 77: skipped.
set -eu
command=$1
browser=$2
case "$browser" in
  "" | *-NOTFOUND) echo "skipped: no Chromium; bench/install browser, then configure again"; exit 77 ;;
esac
case "$3" in
  "" | *-NOTFOUND) echo "skipped: the command was built without Chart.js; bench/install build, then configure again"; exit 77 ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$command" measure --rows 2 --columns 64 --steps 300 --kernel "$4" --report "$folder/report.html" >"$folder/text"
cp "$here/report_page.html" "$folder/test.html"
# Without a sandbox, because it cannot be had as root in a container; the page is our own.
"$browser" --headless --no-sandbox --disable-gpu --no-first-run --user-data-dir="$folder/profile" \
  --allow-file-access-from-files --host-resolver-rules='MAP * ~NOTFOUND' --enable-logging=stderr --v=0 \
  --window-size=1300,2100 --virtual-time-budget=60000 --dump-dom "file://$folder/test.html" \
  >"$folder/dom" 2>"$folder/log" || { cat "$folder/log"; exit 1; }
failed=0
if grep 'CONSOLE' "$folder/log"; then echo "the console has messages"; failed=1; fi
if ! grep -q '^finished' "$folder/dom"; then echo "the checks did not finish"; failed=1; fi
verdicts=$(sed -n '/<pre/,/<\/pre>/p' "$folder/dom")
printf '%s\n' "$verdicts" | grep 'FAIL: ' && failed=1
echo "$(printf '%s\n' "$verdicts" | grep -c 'pass: ') checks passed"
exit $failed
