#!/usr/bin/env bash
# Builds the reference of the libraries from their doc comments: .build/docs, a static site.
# Serve it with: python3 -m http.server --directory .build/docs
set -euo pipefail
cd "$(dirname "$0")/.."

symbols=.build/docs-symbols
graphs=.build/docs-graphs
rm -rf "$graphs"
mkdir -p "$graphs"

# A scratch path of its own: other compiler flags would otherwise make the next ordinary build start over.
swift build --scratch-path "$symbols" --product synfire \
    -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$PWD/$graphs"

for folder in Sources/*/; do
    case "$(basename "$folder")" in C[A-Z]* | synfire | Umbrella) continue ;; esac
    module=Synfire$(basename "$folder")
    rm -rf "$graphs/$module"
    mkdir -p "$graphs/$module"
    mv "$graphs/$module".symbols.json "$graphs/$module"@*.symbols.json "$graphs/$module/" 2>/dev/null || true
    docc convert --additional-symbol-graph-dir "$graphs/$module" --output-path "$graphs/$module.doccarchive" \
        --fallback-display-name "$module" --fallback-bundle-identifier "synfire.$module"
done
rm -rf .build/docs
docc merge "$graphs"/*.doccarchive --synthesized-landing-page-name Synfire --output-path .build/docs
printf 'Reference: .build/docs\n'
