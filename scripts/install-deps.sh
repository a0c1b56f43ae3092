#!/usr/bin/env bash
# Installs what Synfire needs from the system, and nothing that is already there.
#
#   scripts/install-deps.sh [build] [test] [data]      (no argument: build and test)
#
#   build   HDF5, oneDNN, libpng, libjpeg-turbo and zlib with their headers, and pkg-config
#   test    .venv with the Python readers the tests compare against (scripts/requirements-test.txt)
#   data    the full Fashion-MNIST, as packaged by Debian
set -euo pipefail
cd "$(dirname "$0")/.."

updated=no
did=no

fail() {
    printf 'install-deps: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

manager() {
    if [ "$(uname -s)" = Darwin ]; then
        if have brew; then echo brew; else echo "Homebrew"; fi
        return
    fi
    local name
    for name in apt-get dnf pacman zypper; do
        if have "$name"; then
            echo "$name"
            return
        fi
    done
    echo unknown
}

# What a package is called by the package manager $1.
package_name() {
    case "$1:$2" in
        apt-get:hdf5) echo libhdf5-dev ;;
        apt-get:onednn) echo libdnnl-dev ;;
        apt-get:png) echo libpng-dev ;;
        apt-get:turbojpeg) echo libturbojpeg0-dev ;;
        apt-get:zlib) echo zlib1g-dev ;;
        apt-get:venv) echo python3-venv ;;
        dnf:hdf5) echo hdf5-devel ;;
        dnf:onednn) echo onednn-devel ;;
        dnf:png) echo libpng-devel ;;
        dnf:turbojpeg) echo turbojpeg-devel ;;
        dnf:zlib) echo zlib-devel ;;
        zypper:hdf5) echo hdf5-devel ;;
        zypper:onednn) echo onednn-devel ;;
        zypper:png) echo libpng16-devel ;;
        zypper:turbojpeg) echo libturbojpeg0-devel ;;
        zypper:zlib) echo zlib-devel ;;
        brew:turbojpeg) echo jpeg-turbo ;;
        pacman:turbojpeg) echo libjpeg-turbo ;;
        *:png) echo libpng ;;
        *:venv) echo python3 ;;
        *) echo "$2" ;;
    esac
}

has_header() {
    local place
    for place in /usr/include /usr/local/include /opt/homebrew/include; do
        [ -e "$place/$1" ] && return 0
    done
    return 1
}

has_library() {
    case "$1" in
        pkg-config) have pkg-config ;;
        hdf5) have pkg-config && { pkg-config --exists hdf5-serial || pkg-config --exists hdf5; } ;;
        onednn) has_header oneapi/dnnl/dnnl.h ;;
        png) have pkg-config && pkg-config --exists libpng ;;
        turbojpeg) have pkg-config && pkg-config --exists libturbojpeg ;;
        zlib) have pkg-config && pkg-config --exists zlib ;;
    esac
}

# Runs apt-get as root: directly, through sudo, or not at all with a sentence that says what to run instead.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        return 127
    fi
}

apt_install() {
    local command="apt-get install --yes --no-install-recommends $*"
    if [ "$(id -u)" != 0 ] && ! have sudo; then
        fail "these packages are missing and this user cannot install them: $*. As root run: apt-get update && $command"
    fi
    # One update for a run, and none while the lists that are there already know every package.
    if [ "$updated" = no ] && ! apt-cache show "$@" >/dev/null 2>&1; then
        as_root apt-get update --quiet=2 || fail "apt-get update failed; is there a network?"
        updated=yes
    fi
    printf 'Installing %s\n' "$*"
    apt_quietly "$@" && return
    if [ "$updated" = no ]; then
        # Lists that know a package may still name a version that is gone from the archive.
        as_root apt-get update --quiet=2 || fail "apt-get update failed; is there a network?"
        updated=yes
        apt_quietly "$@" && return
    fi
    fail "could not install $*. By hand: apt-get update && $command"
}

apt_quietly() {
    local log
    log=$(mktemp)
    if as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends --quiet=2 \
        -o DPkg::Lock::Timeout=120 "$@" >"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
    return 1
}

# Installs what the package manager calls each of the names given.
install_packages() {
    local tool names="" name
    tool=$(manager)
    for name in "$@"; do names="$names $(package_name "$tool" "$name")"; done
    names=${names# }
    did=yes
    case "$tool" in
        apt-get)
            # shellcheck disable=SC2086 # a list of words
            apt_install $names
            ;;
        brew)
            printf 'Installing %s\n' "$names"
            # shellcheck disable=SC2086
            HOMEBREW_NO_AUTO_UPDATE=1 brew install --quiet $names || fail "brew could not install $names"
            ;;
        Homebrew) fail "Homebrew is missing. Install it, then run: brew install $names" ;;
        dnf) fail "please install $names, for example: sudo dnf install $names" ;;
        pacman) fail "please install $names, for example: sudo pacman -S $names" ;;
        zypper) fail "please install $names, for example: sudo zypper install $names" ;;
        *) fail "please install these packages with headers, under whatever name your system has for them: $names" ;;
    esac
}

install_build() {
    local missing="" name
    have swift || fail "the swift command is missing: install Swift 6.3 or later from https://www.swift.org/install"
    for name in pkg-config hdf5 onednn png turbojpeg zlib; do
        has_library "$name" || missing="$missing $name"
    done
    if [ -n "$missing" ]; then
        # shellcheck disable=SC2086
        install_packages $missing
    fi
}

# The first Python that is new enough for the pinned readers and can make a virtual environment with pip in it.
find_python() {
    local candidate
    for candidate in python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
        have "$candidate" || continue
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

install_test() {
    local wanted=scripts/requirements-test.txt stamp=.venv/requirements-installed.txt python log
    if [ -x .venv/bin/python ] && cmp -s "$wanted" "$stamp"; then return; fi
    did=yes
    if ! python=$(find_python); then
        install_packages venv
        python=$(find_python) || fail "the tests need Python 3.11 or later with its venv module; none was found on PATH"
    fi
    printf 'Making .venv with the Python readers the tests use\n'
    rm -f "$stamp"
    log=$(mktemp)
    if ! "$python" -m venv --clear .venv >"$log" 2>&1 \
        || ! .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$wanted" >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        rm -f "$log"
        fail "could not install the packages of $wanted into .venv (see above); is there a network?"
    fi
    rm -f "$log"
    cp "$wanted" "$stamp"
}

data_is_here() {
    local place name
    for place in "${SYNFIRE_DATA:-}" "${SYNFIRE_DATA:-}/fashion-mnist" /usr/share/datasets/fashion-mnist; do
        for name in train-images-idx3-ubyte t10k-images-idx3-ubyte; do
            [ -e "$place/$name.gz" ] || [ -e "$place/$name" ] || continue 2
        done
        return 0
    done
    return 1
}

install_data() {
    data_is_here && return
    if [ "$(manager)" != apt-get ]; then
        fail "no package of Fashion-MNIST is known for this system. Put its four files ({train,t10k}-images-idx3-ubyte.gz," \
            "{train,t10k}-labels-idx1-ubyte.gz) into a folder and set SYNFIRE_DATA to it."
    fi
    install_packages dataset-fashion-mnist
}

[ $# -gt 0 ] || set -- build test
for part in "$@"; do
    case "$part" in
        build) install_build ;;
        test) install_test ;;
        data) install_data ;;
        *) fail "unknown part '$part'; usage: scripts/install-deps.sh [build] [test] [data]" ;;
    esac
done
[ "$did" = yes ] || printf 'Nothing to install for: %s\n' "$*"
