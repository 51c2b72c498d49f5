#!/bin/bash
# Goal: the page of a run works in a browser. Method: fetches what drives one (by the digests of the
# lock files), has pages written, with and without uPlot, and looks at each with browser_test.mjs.
# Usage: browser_test.sh CHROMIUM REPORT_PAGES CHECKOUT SCRATCH
set -euo pipefail
chromium=$1 report_pages=$2 checkout=$3 scratch=$4
here=$checkout/tests/browser

fetch() { # FOLDER TO
  mkdir -p "$2"
  if [[ ! -e $2/complete ]] || ! cmp -s "$1/package-lock.json" "$2/package-lock.json"; then
    cp "$1"/package*.json "$2/"
    npm ci --prefix "$2" --ignore-scripts --no-audit --no-fund --silent
    : >"$2/complete"
  fi
}

fetch "$here" "$scratch/driver"
fetch "$checkout/harness/report/html" "$scratch/uplot"
for file in uPlot.iife.min.js uPlot.min.css; do
  cp "$scratch/uplot/node_modules/uplot/dist/$file" "$scratch/uplot/"
  sha256sum "$scratch/uplot/$file" >"$scratch/uplot/$file.sha256"
done
mkdir -p "$scratch/with" "$scratch/without"
"$report_pages" "$scratch/with" "$scratch/uplot"
"$report_pages" "$scratch/without"
cp "$here/browser_test.mjs" "$scratch/driver/"
exec node "$scratch/driver/browser_test.mjs" "$chromium" "$scratch/with" "$scratch/without"
