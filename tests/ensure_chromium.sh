#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests, installing one where none is found.
# The headless shell comes first: the same engine without the windows around it, for two thirds of the processor's time.
# Without one: fails when CI is set, says so loudly elsewhere (and prints nothing, so that make leaves those tests out).
set -uo pipefail
PY=${PY:-python3}

works() { [ -n "${1:-}" ] && [ -x "$1" ] && "$1" --version >/dev/null 2>&1; }

found() {
    local candidate
    for candidate in "${CHROMIUM:-}" "$(command -v chromium-headless-shell)" "$(shell_of_playwright)" \
        "$(command -v chromium)" "$(command -v chromium-browser)" \
        "$(command -v google-chrome)" "$(command -v google-chrome-stable)" "$(of_playwright)" \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if works "$candidate"; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

of_playwright() {
    "$PY" - 2>/dev/null <<'PYTHON'
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
PYTHON
}

# Playwright keeps its headless shell beside its Chromium: .../chromium-1234/... and .../chromium_headless_shell-1234/...
shell_of_playwright() {
    local whole cache
    whole=$(of_playwright) || return 0
    cache=${whole%%/chromium-*}
    [ "$cache" = "$whole" ] && return 0
    find "$cache"/chromium_headless_shell-* -type f \( -name headless_shell -o -name chrome-headless-shell \) 2>/dev/null | sort | tail -n 1
}

of_debian() {
    local package
    for package in chromium-headless-shell chromium; do
        DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$package" && return 0
    done
    return 1
}

found && exit 0
echo "No Chromium found; installing one for the browser tests ..." >&2
"$PY" -m playwright install --only-shell chromium >&2 && found && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -q && of_debian; } >&2 && found && exit 0
fi
cat >&2 <<'WORDS'
********************************************************************************
  NO CHROMIUM: the browser tests are LEFT OUT of this run.
  Install chromium or google-chrome, or set CHROMIUM to the path of one.
********************************************************************************
WORDS
[ -z "${CI:-}" ]
