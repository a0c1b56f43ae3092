#!/usr/bin/env bash
# Checks what a compiler does not: formatting, file sizes, forbidden patterns, shell syntax, and which module imports which.
# Prints every finding and exits with 1 if there is one.
set -euo pipefail
cd "$(dirname "$0")/.."

findings=0

report() {
    printf '%s\n' "$*" >&2
    findings=$((findings + 1))
}

# Every file that is, or would be, in the repository.
files=$(git ls-files --cached --others --exclude-standard | while read -r file; do
    if [ -f "$file" ]; then printf '%s\n' "$file"; fi
done)
swift_files=$(printf '%s\n' "$files" | grep '\.swift$')

# 1. Formatting.
swift format lint --strict --parallel --recursive Package.swift Sources Tests || report "lint: swift format found the above"

# 2. Long files.
for file in $swift_files; do
    lines=$(wc -l <"$file")
    if [ "$lines" -gt 400 ]; then report "$file: $((lines)) lines; at most 400 are allowed, split it"; fi
done

# 3. Patterns that have no place in the sources. Only the command prints.
forbid() {
    local pattern="$1" reason="$2" hits
    shift 2
    if hits=$(grep -nE "$pattern" "$@" | grep -vE '^[^:]+:[0-9]+: *//'); then report "$hits"$'\n'"    ^ $reason"; fi
}
sources=$(printf '%s\n' "$swift_files" | grep '^Sources/')
# Compiled with -Ounchecked a precondition is not checked: in those modules only fatalError traps on a bug.
checked=$(printf '%s\n' "$sources" | grep -vE '^Sources/(Parallel|Tensors|SpikingModels|NeuralNetworks|Simulation|Benchmarking)/')
unchecked=$(printf '%s\n' "$sources" | grep -E '^Sources/(Parallel|Tensors|SpikingModels|NeuralNetworks|Simulation|Benchmarking)/')
libraries=$(printf '%s\n' "$sources" | grep -v '^Sources/synfire/')
# shellcheck disable=SC2086 # lists of words, here and below
{
    forbid 'try!' 'throw, or handle the error' $sources
    forbid '(^|[^A-Za-z_.])fatalError\(' 'throw on bad input; use precondition for bugs' $checked
    forbid '(^|[^A-Za-z_.])precondition(Failure)?\(' 'not checked with -Ounchecked: guard, and fatalError with a sentence' $unchecked
    forbid '(^|[^A-Za-z_.])print\(' 'only the command prints' $libraries
    forbid '(^|[^A-Za-z_.])print\(|standardOutput|standardError' 'print through Console: it outlives closed terminals' \
        $(printf '%s\n' "$sources" | grep '^Sources/synfire/' | grep -vE '/(Console|CatalogPage|DemoReportBuilder)\.swift$')
    if hits=$(grep -nE 'TODO|FIXME' $sources); then report "$hits"$'\n'"    ^ do it, or open an issue"; fi
}

# 4. White space.
text=$(printf '%s\n' "$files" | grep -E '\.(swift|h|c|md|sh|py|yaml|yml|modulemap|txt)$|^Makefile$|^\.ci/run$')
# shellcheck disable=SC2086
if hits=$(grep -nE '[[:blank:]]+$' $text); then report "$hits"$'\n'"    ^ white space at the end of a line"; fi
tabbed=$(printf '%s\n' "$text" | grep -v '^Makefile$')
# shellcheck disable=SC2086
if hits=$(grep -n $'\t' $tabbed); then report "$hits"$'\n'"    ^ a tab"; fi

# 5. Shell scripts parse.
for file in $(printf '%s\n' "$files" | grep -E '\.sh$|^\.ci/run$'); do
    case "$(head -n 1 "$file")" in
        *bash*) bash -n "$file" || report "$file: does not parse" ;;
        *) sh -n "$file" || report "$file: does not parse" ;;
    esac
    if [ ! -x "$file" ]; then report "$file: is not executable"; fi
done

# 6. Which module may import which (docs/design/0001-architecture.md), by their folders: the module in Sources/Units is called
# SynfireUnits, that in Sources/CZlib CSynfireZlib. What is not ours comes with the toolchain or is listed here.
allowed() {
    case "$1" in
        Units | CHDF5 | CHDF5Driver | CHDF5Reader | COneDNN | CPNG | CTurboJPEG | CZlib | CSupport) echo "" ;;
        Parallel) echo "CSupport" ;;
        HDF5) echo "CHDF5 CHDF5Driver CHDF5Reader CZlib Units" ;;
        Tensors) echo "Parallel COneDNN CSupport" ;;
        SpikingModels) echo "Units Parallel" ;;
        NeuralNetworks) echo "Tensors Parallel Units" ;;
        SpikingNetworks) echo "Units Parallel SpikingModels" ;;
        Simulation) echo "SpikingNetworks SpikingModels Units Parallel CSupport" ;;
        Conversion) echo "NeuralNetworks SpikingNetworks SpikingModels Tensors Parallel Units" ;;
        Formats) echo "HDF5 NeuralNetworks SpikingNetworks SpikingModels Tensors Units Yams" ;;
        Datasets) echo "Tensors HDF5 SpikingNetworks Parallel CPNG CTurboJPEG CZlib Units SwiftCSV" ;;
        Analysis) echo "" ;;
        Benchmarking) echo "SpikingModels Tensors Parallel CSupport" ;;
        Umbrella) echo "$ours" ;;
        synfire) echo "$ours Benchmarking CSupport ArgumentParser" ;;
        *) return 1 ;;
    esac
}
ours=$(for folder in Sources/*/; do basename "$folder"; done | grep -vE '^C[A-Z]|^synfire$|^Umbrella$|^Benchmarking$' | tr '\n' ' ')
system_modules=" Foundation FoundationEssentials FoundationXML Glibc Musl Darwin Synchronization Dispatch "
for folder in Sources/*/; do
    module=$(basename "$folder")
    if ! may=$(allowed "$module"); then
        report "Sources/$module: not in the table of imports (scripts/lint.sh, docs/design/0001-architecture.md)"
        continue
    fi
    # shellcheck disable=SC2046
    while read -r name; do
        case " $may $system_modules" in
            *" $name "*) ;;
            *) report "Sources/$module imports $name; it may import:${may:+ }${may:- nothing of ours}" ;;
        esac
    done < <(find "$folder" -name '*.swift' -exec cat {} + |
        sed -nE 's/^(@[A-Za-z_]+(\([^)]*\))? +)*((public|package|internal|fileprivate|private) +)?import +((struct|class|enum|func|protocol|typealias|var|let) +)?([A-Za-z0-9_]+).*/\7/p' |
        sed -E 's/^(C?)Synfire([A-Z])/\1\2/' |
        sort -u)
done

if [ "$findings" -gt 0 ]; then
    printf 'lint: %d finding(s)\n' "$findings" >&2
    exit 1
fi
printf 'lint: %d Swift files, no finding\n' "$(printf '%s\n' "$swift_files" | wc -l)"
