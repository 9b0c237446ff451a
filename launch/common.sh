# Shared by start and test. Sourced by a POSIX shell, with $root set to the checkout's root.
#
#   stamped STAMP…        holds if .venv already has what one of these stamps stands for
#   ensure EXTRAS STAMP   makes .venv hold the pinned packages for those extras, then leaves the stamp
#   needs_arm FILE ARG…   holds if the launch file, or an argument laid over it, chooses an arm
#   driver_extra FILE     prints the extra of the driver that the launch file names
#   helped ARG…           holds if help is asked for
#   usage SCRIPT          prints the comment that a script begins with
#   taken ARG…            holds if `embodied run` takes these options; else says which one it does not

# Prints the comment that a script begins with, for `--help` before anything is installed.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$1"; }

helped() {
    for word in "$@"; do
        case "$word" in --help | -h) return 0 ;; esac
    done
    return 1
}

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for name in ${EMBODIED_PYTHON:+"$EMBODIED_PYTHON"} python3.13 python3.12 python3.11 python3.14 python3 python; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s' "$name"
            return 0
        fi
    done
    say "No Python 3.11 or newer with venv was found (looked for python3.13 … python3.11, python3)."
    say "  Install one: https://python.org, or on Debian and Ubuntu  apt install python3 python3-venv"
    say "  or name one: EMBODIED_PYTHON=/path/to/python launch/start"
    return 2
}

# What the installation depends on; when it changes, the packages are installed again.
fingerprint() {
    printf '%s ' "$root"
    cat "$root/pyproject.toml" "$root/launch/constraints.txt" | cksum
}

# Holds if one of the named stamps is of the present fingerprint. Shell built-ins and one cksum: milliseconds.
stamped() {
    [ -x "$root/.venv/bin/embodied" ] || return 1
    wanted=$(fingerprint)
    for name in "$@"; do
        if [ -f "$root/.venv/$name.stamp" ] && [ "$(cat "$root/.venv/$name.stamp")" = "$wanted" ]; then
            return 0
        fi
    done
    return 1
}

needs_arm() {
    for word in "$@"; do
        case "$word" in
        *world.kind=*tabletop* | *world.kind=*arm*) return 0 ;;
        *world.kind=*) return 1 ;;
        esac
    done
    grep -Eq "^[[:space:]]*kind[[:space:]]*=[[:space:]]*[\"'](tabletop|arm)[\"']" "$1" 2>/dev/null
}

# The extra that a launch file's driver needs, with a comma before it; nothing where it needs none.
driver_extra() {
    case $(sed -n "s/^[[:space:]]*driver[[:space:]]*=[[:space:]]*[\"']\([a-z0-9]*\)[\"'].*/\1/p" "$1" 2>/dev/null) in
    franka) printf ,franka ;;
    ur5e) printf ,ur ;;
    so101) printf ,so101 ;;
    esac
}

# Of `embodied run`, which can be asked only when it is installed; a test compares them.
flags="--fast --view --json --map --no-model-cache --quiet -q"
valued="--goal --seed --engine --record --planner --minutes --set --resume --consent"

taken() {
    value_of=
    for word in "$@"; do
        if [ -n "$value_of" ]; then
            value_of=
            continue
        fi
        case " $flags " in *" $word "*) continue ;; esac
        case " $valued " in
        *" $word "*) value_of=$word ;;
        *" ${word%%=*} "*) ;;
        *)
            say "embodied run does not take $word. It takes a launch file first, then any of:"
            say "  $valued (each with a value)"
            say "  $flags"
            return 2
            ;;
        esac
    done
    if [ -n "$value_of" ]; then
        say "$value_of needs a value."
        return 2
    fi
}

ensure() {
    if [ ! -x "$root/.venv/bin/python" ] || ! "$root/.venv/bin/python" -m pip --version >/dev/null 2>&1; then
        python=$(find_python) || return 2
        say "making .venv with $python"
        "$python" -m venv --clear "$root/.venv" || {
            say "The virtual environment could not be made in $root/.venv."
            say "  On Debian and Ubuntu: apt install python3-venv. Check that the folder can be written to."
            return 2
        }
    fi
    say "installing the pinned packages for $(printf '%s' "$1" | sed 's/,/, /g') (once)"
    if ! (cd "$root" && .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --constraint launch/constraints.txt --editable ".[$1]"); then
        say "The packages could not be installed (see pip's message above)."
        say "  Check the network, a proxy (HTTPS_PROXY) or pip's own configuration, then start again;"
        say "  what was already installed is kept."
        return 2
    fi
    fingerprint >"$root/.venv/$2.stamp"
}
