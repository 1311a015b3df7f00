#!/usr/bin/env bash
# Builds simdb and runs its tests: an optimised build (in CI with warnings as errors), one with AddressSanitizer and
# UndefinedBehaviorSanitizer, one with ThreadSanitizer. Installs what is missing first (scripts/setup.sh).
#   scripts/test.sh           everything but the tests labelled 'long'
#   scripts/test.sh --all     those too, and the fuzzers
#   scripts/test.sh --quick   the optimised build only
# With $CI set it leaves out a sanitizer whose build takes too long, and says so at its end.
# Ends with the table of what the fault tests found (docs/reliability.md), the output of the tests that failed, and
# 'N passed, N failed'; the exit status is 0 if nothing failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

release=release
[[ ${CI:-} ]] && release=ci  # the same with warnings as errors
presets=("$release" asan tsan)
choice=(--label-exclude '^long$')
for argument in "$@"; do
  case $argument in
    --all)
      choice=()
      presets+=(fuzz)
      ;;
    --quick) presets=("$release") ;;
    *)
      echo "test.sh: unknown argument '$argument'; usage: scripts/test.sh [--all] [--quick]" >&2
      exit 2
      ;;
  esac
done

section() {
  printf '\n==== %s (%d:%02d min so far)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60))
}

passed=0
failed=0
log=$(mktemp)
failures=$(mktemp)
trap 'rm -f "$log" "$failures"' EXIT

# What ctest printed of each failed test, its last lines only: a log that keeps only the end still tells what failed.
failed_tests() {
  awk -v preset="$1" '
    function flush(   i) {
      if (!inside) return
      print "-- " preset ": " title
      for (i = (count > 60 ? count - 59 : 1); i <= count; i++) print lines[i]
      inside = count = 0
    }
    /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / || /^ +Start +[0-9]+: / || /^[0-9]+% tests passed/ { flush() }
    inside { lines[++count] = $0 }
    /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: .*\*\*\*/ && !/\*\*\*Skipped/ { inside = 1; title = $0 }
  ' "$log" >> "$failures"
}

# Runs a build's tests and adds their number to the totals. A failure does not stop the script, so that one run
# shows every failure.
run_tests() {
  local status=0
  ctest --preset "$1" --parallel "$cores" --no-tests=error ${choice[@]+"${choice[@]}"} | tee "$log" || status=$?
  failed_tests "$1"
  local closing='^[0-9]+% tests passed, ([0-9]+) tests? failed out of ([0-9]+)$' line
  while IFS= read -r line; do
    if [[ $line =~ $closing ]]; then
      failed=$((failed + BASH_REMATCH[1]))
      passed=$((passed + BASH_REMATCH[2] - BASH_REMATCH[1]))
      if [[ $1 == [at]san ]] && ((BASH_REMATCH[1] == 0)); then
        echo "F20 | ${BASH_REMATCH[2]} tests, preset $1 | no report | planted faults: each is reported |" \
             "short | - | seed -" > "build/$1/fault_table/F20.$1"
      fi
      return
    fi
  done < "$log"
  echo "test.sh: the tests of preset '$1' did not run to their end (ctest exited with $status)" >&2
  exit 1
}

# CI ends what takes 90 minutes, and its machine may be a new one, where nothing is compiled yet. So a further build that
# is not done while there is time for its tests is left: a part is better than nothing. A sanitizer's tests are fewer, and
# take no longer than the optimised build's did.
build_in_time() {
  local command=(cmake --build --preset "$1" --parallel "$cores")
  if [[ ${CI:-} && $1 != "$release" ]]; then
    local latest=$((85 * 60 - tests_took))
    ((SECONDS < latest)) || return 1
    command=(timeout "$((latest - SECONDS))" "${command[@]}")
  fi
  local status=0
  "${command[@]}" || status=$?
  ((status != 124)) || return 1
  ((status == 0)) || exit "$status"
}

section "packages"
scripts/setup.sh
cores=$(nproc)

folders=()
left_out=()
for preset in "${presets[@]}"; do
  section "$preset: configure and build on $cores cores"
  cmake --preset "$preset"
  if ! build_in_time "$preset"; then
    left_out+=("$preset")
    continue
  fi
  folders+=("build/${preset/#ci/release}")
  mkdir -p "${folders[-1]}/fault_table"
  rm -f "${folders[-1]}/fault_table/"*
  section "$preset: tests"
  tests_began=$SECONDS
  run_tests "$preset"
  [[ $preset != "$release" ]] || tests_took=$((SECONDS - tests_began))
done

section "what the fault tests found"
echo "commit $(git describe --always --dirty 2>/dev/null || echo unknown), $(date -u +%F), $cores cores," \
     "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)"
python3 scripts/fault_table.py "${folders[@]}"

if [[ -s $failures ]]; then
  section "what failed"
  cat "$failures"
fi

section "all done"
if ((${#left_out[@]})); then
  echo "NOT RUN, for want of time: ${left_out[*]}. What was compiled is kept by ccache, so the next run has the time."
fi
echo "$passed passed, $failed failed"
((failed == 0))
