#!/usr/bin/env bash
# Repeats the random tests, those with the tag `.random`, with a new seed in each round, or with SYNFIRE_TEST_SEED.
#
# usage: soak.sh [ROUNDS]      200 by default
#
# Prints the seed and the failures of each round that failed; SYNFIRE_TEST_SEED=SEED make soak repeats such a round.
set -euo pipefail
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
rounds=${1:-200}
export SYNFIRE_TEST_SEED=${SYNFIRE_TEST_SEED:-random}

# The functions after a line with the tag, by the names of their suites.
names=$(grep -rl --include='*.swift' '\.tags(\.random)' Tests | while read -r file; do
    awk '/^(final )?(struct|class|enum|actor|extension) / { suite = $0; sub(/^(final )?[a-z]+ /, "", suite); sub(/[^A-Za-z0-9_].*/, "", suite) }
        /^@Suite.* struct / { suite = $0; sub(/.* struct /, "", suite); sub(/[^A-Za-z0-9_].*/, "", suite) }
        /\.tags\(\.random\)/ { wanted = 1 }
        wanted && / func / { name = $0; sub(/.* func /, "", name); sub(/[^A-Za-z0-9_].*/, "", name); print suite "/" name; wanted = 0 }' "$file"
done)
filter="($(printf '%s\n' "$names" | paste -sd'|'))\\("
"$swift" build -c release --build-tests --quiet

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0 tests=""
for ((round = 1; round <= rounds; round++)); do
    if "$swift" test -c release --skip-build --disable-xctest --filter "$filter" >"$log" 2>&1; then
        tests=$(sed -nE 's/.*Test run with ([0-9]+) tests?.*/\1/p' "$log" | tail -n 1)
        [ "${tests:-0}" -gt 0 ] || { echo "soak: no test was run" >&2; exit 1; }
    else
        failed=$((failed + 1))
        printf 'round %d failed:\n' "$round"
        grep -E 'SYNFIRE_TEST_SEED=|✘|Fatal error|error:' "$log" || tail -n 20 "$log"
    fi
done
printf 'soak: %d rounds of %s random tests, %d failed\n' "$rounds" "${tests:-no}" "$failed"
[ "$failed" = 0 ]
