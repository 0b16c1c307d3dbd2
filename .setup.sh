# Sourced by ./run and ./test: makes this folder ready to start from. POSIX sh.
#
#   prepare FOLDER EXTRA    EXTRA is "" for running, "dev" for testing
#
# It installs Debian packages only where what they bring is missing, and Python packages only into
# FOLDER/.venv. The system's own Python is never touched. Everything it says goes to standard
# error. When all is there it asks nobody, needs no network and is over in a moment.
#
# Marks inside .venv say how far it is. The first two are written last, after what they stand for,
# so that a set-up that was interrupted is never taken for a whole one:
#   .made              Python version and place: an environment that pip works in
#   .installed-EXTRA   checksum of pyproject.toml: everything it asks for is there
#   .under-way         pip is at work; found at the start, it was killed and may have left half of
#                      a package behind, which pip itself would take for a whole one

say() { printf '%s\n' "companion: $*" >&2; }

give_up() {
    say "$*"
    exit 1
}

prepare() {
    here=$1 extra=$2 venv=$1/.venv
    PATH=$PATH:/usr/sbin:/sbin
    # Whoever comes second waits, and finds everything done.
    exec 9<"$here/.setup.sh"
    if command -v flock >/dev/null && ! flock -n 9; then
        say "another set-up of this folder is under way; waiting for it."
        flock 9
    fi
    install_libraries
    if ! is_made || ! is_installed; then
        [ -w "$here" ] || give_up "$here cannot be written to; run this as its owner."
        is_made || make_environment
        install_parts
    fi
    exec 9<&-
}

# ---- what Debian brings ---------------------------------------------------------------------

install_libraries() {
    known=$(ldconfig -p 2>/dev/null || true)
    missing=
    case $known in *libportaudio.so.2*) ;; *) missing="$missing libportaudio2" ;; esac
    case $known in *libespeak-ng.so.1*) ;; *) missing="$missing espeak-ng" ;; esac
    case $missing in *espeak-ng*) ;; *) command -v espeak-ng >/dev/null || missing="$missing espeak-ng" ;; esac
    # Speaks a household's own cues to the spotter, together with espeak-ng.
    command -v flite >/dev/null || missing="$missing flite"
    if [ "$(uname -m)" = aarch64 ]; then
        case $known in *libatomic.so.1*) ;; *) missing="$missing libatomic1" ;; esac
    fi
    if ! is_made && ! pick_python; then
        # Debian's own Python is new enough since Debian 12; its venv module is a package apart.
        missing="$missing python3 python3-venv"
    fi
    [ -z "$missing" ] || apt_install $missing
    is_made || pick_python || give_up "Python 3.11, 3.12 or 3.13 with its venv module is needed" \
        "and was not found; on Debian 12 or later: sudo apt-get install python3 python3-venv"
}

apt_install() {
    command -v apt-get >/dev/null ||
        give_up "missing on this system: $*; install them (these are their names in Debian)."
    as_root=
    if [ "$(id -u)" != 0 ]; then
        as_root="sudo -n"
        { command -v sudo && sudo -n true; } >/dev/null 2>&1 ||
            give_up "missing on this system; please run: sudo apt-get install -y $*"
    fi
    say "installing from the system's packages: $*"
    log=$(mktemp)
    if ! apt_get install "$@"; then
        # The lists of packages may be absent or old.
        { apt_get update && apt_get install "$@"; } || {
            tail -n 5 "$log" >&2
            rm -f "$log"
            give_up "apt-get could not install $*; the lines above say why (is this machine online?)"
        }
    fi
    rm -f "$log"
}

apt_get() {
    action=$1
    shift
    # shellcheck disable=SC2086 # as_root is no word or several
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "$action" "$@" >"$log" 2>&1 </dev/null 9<&-
}

# ---- which Python ---------------------------------------------------------------------------

# Sets `python` to one that is new enough and can make an environment; false where there is none.
pick_python() {
    for python in python3.13 python3.12 python3.11 python3; do
        # Debian's python3 without python3-venv has a venv module that fails for want of ensurepip.
        "$python" -c 'import sys, venv, ensurepip
sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1 && return
    done
    return 1
}

# ---- the environment ------------------------------------------------------------------------

# It remembers its place, because its programs hold their own path: a moved folder is made anew.
made_mark() { printf '%s\n%s\n' "$("$venv/bin/python" -V 2>&1)" "$here"; }
is_made() {
    [ -f "$venv/.made" ] && [ ! -f "$venv/.under-way" ] &&
        [ "$(made_mark)" = "$(cat "$venv/.made")" ]
}

installed_mark() { cksum <"$here/pyproject.toml"; }
is_installed() {
    mark=$venv/.installed-$extra
    [ -f "$mark" ] && [ "$(installed_mark)" = "$(cat "$mark")" ]
}

make_environment() {
    say "making a Python environment in $venv"
    rm -rf "$venv"
    "$python" -m venv "$venv" 9<&- >&2 || give_up "$python could not make an environment in $venv."
    made_mark >"$venv/.made.new"
    mv "$venv/.made.new" "$venv/.made"
}

install_parts() {
    say "installing the companion's parts; the first time this takes a minute or two."
    wanted=$(installed_mark)
    for mark in "$venv"/.installed-*; do
        [ ! -f "$mark" ] || [ "$(cat "$mark")" = "$wanted" ] || rm -f "$mark"
    done
    : >"$venv/.under-way"
    done=
    (
        unset PYTHONPATH PYTHONHOME
        cd "$here"
        PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 "$venv/bin/python" -m pip install \
            --quiet --quiet --no-input --editable ".${extra:+[$extra]}" </dev/null 9<&- >&2
    ) && done=yes
    rm -f "$venv/.under-way"
    [ "$done" ] ||
        give_up "the parts could not be installed; the lines above say why (is this machine online?)"
    # What testing needs includes what running needs.
    for mark in "" $extra; do
        printf '%s\n' "$wanted" >"$venv/.installed-$mark.new"
        mv "$venv/.installed-$mark.new" "$venv/.installed-$mark"
    done
    say "ready."
}
