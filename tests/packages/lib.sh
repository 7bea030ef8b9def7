# shellcheck shell=bash
# What the tests of packages share. Sourced, never run, by whoever has a folder $work of his own.
# shellcheck disable=SC2154
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export tree
# CTest takes this exit code for a test that was skipped.
skipped=77

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
skip() { printf 'skipped: %s\n' "$*" >&2; exit "$skipped"; }
# check WHAT COMMAND... fails unless the command does what is expected.
check() {
  local what=$1
  shift
  if "$@" >"$work/said" 2>&1; then printf 'ok: %s\n' "$what"; else cat "$work/said" >&2; fail "$what"; fi
}
same() { [ "$2" = "$3" ] || fail "$1: expected '$3', got '$2'"; printf 'ok: %s\n' "$1"; }

need_namespaces() {
  [ "$(id -u)" -eq 0 ] || skip "another root file system needs root"
  unshare --mount --pid --net --fork true 2>/dev/null || skip "this machine makes no namespaces (unshare)"
}

# The system calls that the lines SystemCallFilter= of a unit leave, by systemd's own sets.
members_of() {
  local each
  while read -r each; do
    case $each in
      '' | '#'*) ;;
      @*) [ "$each" = "$1" ] || members_of "$each" ;;
      *) printf '%s\n' "$each" ;;
    esac
  done < <(systemd-analyze syscall-filter "$1" 2>/dev/null)
}
calls_of() {
  local line word
  : >"$work/allowed"
  while read -r line; do
    : >"$work/these"
    for word in ${line#\~}; do
      case $word in @*) members_of "$word" ;; *) printf '%s\n' "$word" ;; esac
    done >>"$work/these"
    if [[ $line == \~* ]]; then
      grep -vxFf "$work/these" "$work/allowed" >"$work/rest" || true
      mv "$work/rest" "$work/allowed"
    else
      cat "$work/these" >>"$work/allowed"
    fi
  done < <(sed -n 's/^SystemCallFilter=//p' "$1")
  sort -u "$work/allowed"
}
