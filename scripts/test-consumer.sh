#!/usr/bin/env bash
# Builds and runs Tests/Consumer, a package that uses Synfire as others do, and checks that the README shows its example.
set -euo pipefail
cd "$(dirname "$0")/.."

example=Tests/Consumer/Sources/Example/main.swift
shown=$(awk '/^```swift$/ { inside = 1; next } /^```$/ { inside = 0 } inside' README.md)
if [ "$shown" != "$(cat "$example")" ]; then
    diff <(printf '%s\n' "$shown") "$example" >&2 || true
    echo "test-consumer: the Swift example of README.md is not $example" >&2
    exit 1
fi

build=(--package-path Tests/Consumer --scratch-path .build/consumer --quiet)
"${SWIFT:-swift}" build "${build[@]}"
folder=$("${SWIFT:-swift}" build "${build[@]}" --show-bin-path)
"$folder/OwnModel"
output=$("$folder/Example")
printf '%s\n' "$output"
# What README.md says that it prints.
grep -qF "$output" README.md || { echo "test-consumer: README.md says something else" >&2; exit 1; }
