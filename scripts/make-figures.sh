#!/usr/bin/env bash
# Runs the networks that ship and remakes the figures of docs/validation/networks.md; prints the rates for its tables.
#
# usage: make-figures.sh [NETWORK ...]      (no argument: all of them)
#
# Traces stay in runs/figures. The microcircuit and hpc-benchmark take 3 GB of memory each and a minute or two; the rest, seconds.
# Runs are the same, bit for bit, for any number of processors, and so are the figures.
set -euo pipefail
cd "$(dirname "$0")/.."
synfire=.build/release/synfire
figures=docs/validation/figures
runs=runs/figures
mkdir -p "$figures" "$runs"
chosen=" ${*:-all} "

wanted() { case "$chosen" in *" all "* | *" $1 "*) return 0 ;; *) return 1 ;; esac; }

# run NAME NETWORK [OPTION ...]: simulates into runs/figures/NAME.h5
run() {
    local name=$1 network=$2
    shift 2
    printf '\n%s: synfire simulate models/%s/%s.yaml %s\n' "$name" "$network" "$network" "$*"
    "$synfire" simulate "models/$network/$network.yaml" "$@" --out "$runs/$name.h5" --force --json >"$runs/$name.json"
}

# rates NAME [OPTION ...]: prints rates and irregularity
rates() {
    local name=$1
    shift
    "$synfire" inspect "$runs/$name.h5" "$@" | sed -n '/^population/,/^$/p'
}

# draw FIGURE NAME TITLE [OPTION ...]
draw() {
    local figure=$1 name=$2 title=$3
    shift 3
    "$synfire" plot "$runs/$name.h5" --title "$title" "$@" --out "$figures/$figure.svg" --force >/dev/null
}

if wanted cuba; then
    run cuba cuba
    rates cuba
    draw cuba cuba "cuba (Brette et al. 2007)" --kind activity --from 1000 --to 1500ms --bin 2ms
fi
if wanted coba; then
    run coba coba
    rates coba
    draw coba coba "coba (Brette et al. 2007)" --kind activity --from 0 --to 500ms --bin 2ms
fi
if wanted cobahh; then
    run cobahh cobahh
    rates cobahh
    draw cobahh cobahh "cobahh (Brette et al. 2007)" --kind activity --from 0 --to 300ms --bin 2ms
fi
if wanted vogels-abbott; then
    run vogels-abbott vogels-abbott
    rates vogels-abbott
    draw vogels-abbott vogels-abbott "vogels-abbott (Vogels & Abbott 2005)" --kind activity --from 1000 --to 1500ms --bin 2ms
fi
if wanted brunel; then
    for state in "a 3 2 synchronous regular" "b 6 4 synchronous irregular, fast" "c 5 2 asynchronous irregular" \
        "d 4.5 0.9 synchronous irregular, slow"; do
        read -r letter g eta words <<<"$state"
        run "brunel-$letter" brunel --set "g=$g" --set "eta=$eta"
        rates "brunel-$letter" --from 200ms
        draw "brunel-$letter" "brunel-$letter" "brunel, g = $g, η = $eta: $words" --kind activity --neurons 50 \
            --from 1000 --to 1200ms --bin 0.5ms
    done
fi
if wanted brunel-alpha; then
    run brunel-alpha brunel-alpha
    rates brunel-alpha
    draw brunel-alpha brunel-alpha "brunel-alpha (NEST's example)" --kind activity --neurons 50 --from 800 --to 1000ms --bin 0.5ms
fi
if wanted izhikevich-2003; then
    run izhikevich-2003 izhikevich-2003
    rates izhikevich-2003
    draw izhikevich-2003 izhikevich-2003 "izhikevich-2003 (Izhikevich 2003)" --kind activity --neurons 800 --bin 1ms
fi
if wanted synfire-chain; then
    chain=(--population packet)
    for group in $(seq 0 9); do chain+=(--population "group$group"); done
    run synfire-chain synfire-chain
    rates synfire-chain --from 150ms
    draw synfire-chain synfire-chain "synfire-chain, a packet of 70 spikes" --kind raster --from 80 --to 180ms "${chain[@]}"
    run synfire-chain-lost synfire-chain --set packet=25
    draw synfire-chain-lost synfire-chain-lost "synfire-chain, a packet of 25 spikes" --kind raster --from 80 --to 180ms "${chain[@]}"
fi
if wanted microcircuit; then
    run microcircuit microcircuit --time 10500ms
    rates microcircuit --from 500ms
    draw microcircuit microcircuit "microcircuit (Potjans & Diesmann 2014), 299 million synapses" --kind activity \
        --neurons 60 --from 1000 --to 1400ms --bin 5ms
    draw microcircuit-rates microcircuit "microcircuit, 10 s" --kind rates --from 500ms \
        --reference L23E=0.903 --reference L23I=2.965 --reference L4E=4.414 --reference L4I=5.876 \
        --reference L5E=7.569 --reference L5I=8.633 --reference L6E=1.105 --reference L6I=7.829
fi
if wanted hpc-benchmark; then
    run hpc-benchmark hpc-benchmark
    rates hpc-benchmark
    draw hpc-benchmark hpc-benchmark "hpc-benchmark (NEST), 81 million plastic synapses" --kind activity --neurons 50 --bin 1ms
fi

for file in "$figures"/*.svg; do
    bytes=$(wc -c <"$file")
    if [ "$bytes" -gt 400000 ]; then
        printf '%s: %d bytes; figures have at most 400,000\n' "$file" "$bytes" >&2
        exit 1
    fi
done
