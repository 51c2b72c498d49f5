#!/bin/bash
# Goal: the launcher ./assay does what its opening comment says, whatever the machine lacks.
# Method: a copy of it in a scratch checkout, with a PATH of stubs for the tools that it calls. The
# stubs note their calls in $scratch/calls, so that the tests know what ran and what did not.
# The libraries' headers are the machine's own: whoever runs the tests has them.
# shellcheck disable=SC2016,SC2317 # stubs expand their own variables; tests are called by name
set -uo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
scratch=$(mktemp -d /tmp/assay-launcher-XXXXXX)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
wait_limit_tenths=50
failures=0
unset ASSAY_YES ASSAY_ROOT CI CMAKE_PREFIX_PATH

# Stubs have a folder of their own, so that none is written through a link to a real tool.
stub() { # NAME: a command whose body is read from stdin
  { printf '#!/bin/bash\nprintf "%%s\\n" "%s $*" >> "%s/calls"\n' "$1" "$scratch" && cat; } \
    >"$scratch/bin/$1"
  chmod 755 "$scratch/bin/$1"
}

# A machine with everything but gdb, and a checkout that was never built.
fresh_machine() {
  rm -rf "${scratch:?}"/*
  mkdir -p "$scratch/bin" "$scratch/tools" "$scratch/a checkout"
  checkout=$scratch/a\ checkout
  cp "$here/../../assay" "$checkout/"
  : >"$scratch/calls"
  chmod 666 "$scratch/calls"
  path=$scratch/bin:$scratch/tools
  local tool
  for tool in bash cat chmod cmp cp dirname env flock grep mkdir readlink rm sha256sum sleep \
    tail tee touch; do
    ln -s "$(type -P "$tool")" "$scratch/tools/$tool"
  done
  for tool in g++ python3 redis-server; do stub "$tool" </dev/null; done
  stub install <<<'cat >/dev/null'
  stub ctest <<<'echo "100% tests passed, 0 tests failed out of 1"; exit ${CTEST_EXIT:-0}'
  stub cmake <<'STUB'
mkdir -p "$2/build"
{ printf 'CMAKE_HOME_DIRECTORY:INTERNAL=%s\n' "$2"
  [ "$4" != tests ] || echo ASSAY_TESTS:BOOL=ON
  echo '# the end'; } > "$2/build/CMakeCache.txt"
touch "$2/build/build.ninja"
STUB
  stub ninja <<'STUB'
cd "$2" || exit 1
mkdir building || { echo overlap >> "${0%/*}/../calls"; exit 1; }
trap 'rm -rf building' EXIT
if [ -e ../broken ]; then
  printf '1/2 Building good.o\n2/2 Building bad.o\nFAILED: bad.o\nbad.cpp:1: error: oh no\n'
  exit 1
fi
if [ -e ../slow ]; then seconds=$(cat ../slow); rm ../slow; touch started; sleep "$seconds"; fi
[ ! -e bin/assay ] || { echo 'ninja: no work to do.'; exit 0; }
echo '1/1 Building assay'
mkdir -p bin
printf '#!/bin/bash\nprintf "[%%s]" "$ASSAY_ROOT" "$PWD" "$@"; echo\nexit ${ASSAY_EXIT:-0}\n' \
  > bin/assay
chmod +x bin/assay
STUB
}

# Runs the launcher without a terminal; leaves $output, $errors and $code.
run() {
  PATH=$path "${launcher:-$checkout/assay}" "$@" >"$scratch/output" 2>"$scratch/errors" \
    </dev/null
  code=$?
  output=$(<"$scratch/output") errors=$(<"$scratch/errors")
}

# The same as a user without rights, who owns the checkout; from any user but root: as that user.
run_unprivileged() {
  if ((EUID == 0)); then
    chown -hR 65534 "$checkout"
    local prefix=(setpriv --reuid 65534 --clear-groups)
  fi
  "${prefix[@]}" env PATH="$path" "$checkout/assay" "$@" >"$scratch/output" \
    2>"$scratch/errors" </dev/null
  code=$?
  output=$(<"$scratch/output") errors=$(<"$scratch/errors")
}

wait_for() { # FILE
  local tenths=0
  until [[ -e $1 ]]; do
    ((tenths++ < wait_limit_tenths)) || return 1
    sleep 0.1
  done
}

expect() { # WHAT ACTUAL == PATTERN, or WHAT ACTUAL != PATTERN (of the shell)
  # shellcheck disable=SC2053 # the right side is a pattern, and meant to be
  if [[ $3 == '==' && $2 == $4 || $3 == '!=' && $2 != $4 ]]; then return; fi
  printf '%s: %s: wanted %s %s, got: %s\n' "${FUNCNAME[1]}" "$1" "$3" "$4" "$2" >&2
  failures=$((failures + 1))
}

test_builds_and_runs_the_program() {
  cd "$scratch" || return
  run grade x --solution 'my solution' '' -- --yes
  expect 'exit code' "$code" == 0
  expect 'root, folder and arguments' "$output" == \
    "\[$checkout\]\[$scratch\]\[grade\]\[x\]\[--solution\]\[my solution\]\[\]\[--\]\[--yes\]"
  expect 'progress' "$errors" == 'assay: building (1 steps)'
  ASSAY_EXIT=75 run list
  expect "the program's exit code" "$code" == 75
}

test_does_nothing_twice() {
  run list
  : >"$scratch/calls"
  run --yes list
  expect 'stderr' "$errors" == ''
  expect 'the arguments, without --yes' "$output" == '*\[list\]'
  expect 'calls' "$(<"$scratch/calls")" == "ninja -C $checkout/build product"
}

test_runs_through_a_symlink() {
  ln -s "$checkout/assay" "$scratch/elsewhere"
  launcher=$scratch/elsewhere run list
  expect 'root' "$output" == "\[$checkout\]*"
}

test_builds_a_moved_checkout_anew() {
  run list
  touch "$checkout/build/old"
  mv "$checkout" "$scratch/moved"
  checkout=$scratch/moved
  run list
  expect 'exit code' "$code" == 0
  expect 'root' "$output" == "\[$scratch/moved\]*"
  expect 'what was said' "$errors" == '*moved or copied*'
  expect 'old files' "$(ls "$checkout/build")" != '*old*'
}

test_prints_what_failed_to_build() {
  touch "$checkout/broken"
  run list
  expect 'exit code' "$code" == 70
  expect 'the error' "$errors" == '*bad.cpp:1: error: oh no*'
  expect 'what did build' "$errors" != '*good.o*'
}

test_without_apt_prints_the_list() {
  run replay 7 --debug
  expect 'exit code' "$code" == 2
  expect 'the list' "$errors" == '*no apt-get here*apt-get install * gdb'
  run replay 7
  expect 'exit code where nothing is missing' "$code" == 0
}

test_without_root_prints_the_list() {
  stub apt-get </dev/null
  run_unprivileged replay 7 --debug
  expect 'exit code' "$code" == 2
  expect 'the list' "$errors" == '*no sudo*apt-get install * gdb'
  expect 'calls' "$(<"$scratch/calls")" != '*apt-get*'
}

test_without_root_takes_sudo() {
  stub apt-get </dev/null
  stub sudo <<<'exec env -- "${@:2}"'
  run_unprivileged replay 7 --debug
  expect 'exit code' "$code" == 0
  expect 'calls' "$(<"$scratch/calls")" == '*sudo -n env *apt-get -qq -y *install gdb*'
}

test_updates_the_package_lists_when_they_are_old() {
  ((EUID == 0)) || return 0
  stub apt-get <<'STUB'
case "$*" in
  *update*) touch "${0%/*}/updated" ;;
  *) [ -e "${0%/*}/updated" ] || { echo "E: Unable to locate package"; exit 100; } ;;
esac
STUB
  run replay 7 --debug
  expect 'exit code' "$code" == 0
  expect 'calls' "$(grep -c ^apt-get "$scratch/calls")" == 3
  expect 'what was said' "$errors" != '*Unable to locate*'
}

test_shows_why_apt_failed() {
  ((EUID == 0)) || return 0
  stub apt-get <<<'echo "E: no network"; exit 100'
  run replay 7 --debug
  expect 'exit code' "$code" == 2
  expect 'the reason' "$errors" == '*E: no network*apt-get failed*'
}

test_asks_on_a_terminal_only() {
  ((EUID == 0)) || return 0
  stub apt-get </dev/null
  local command
  printf -v command 'PATH=%q %q replay 7 --debug' "$path" "$checkout/assay"
  output=$(printf 'n\n' | SHELL=/bin/bash script -qec "$command" /dev/null)
  expect 'exit code' "$?" == 2
  expect 'the question' "$output" == '*\[Y/n\]*nothing was installed*'
  expect 'calls' "$(<"$scratch/calls")" != '*apt-get*'
  output=$(SHELL=/bin/bash script -qec "$command --yes" /dev/null </dev/null)
  expect 'exit code with --yes' "$?" == 0
  expect 'question with --yes' "$output" != '*\[Y/n\]*'
  expect 'calls with --yes' "$(<"$scratch/calls")" == '*apt-get*'
}

# An exercise whose solutions need one package, and whose second level needs another.
an_exercise_with_needs() {
  mkdir -p "$checkout/exercises/x"
  printf '%s\n' 'packages = ["libx-dev"]' '[[level]]' 'number = 1' \
    '[[level]]' 'number = 2' 'packages = ["x-server", "y-server"]' \
    >"$checkout/exercises/x/exercise.toml"
  stub dpkg-query <<<'[ -e "${0%/*}/installed" ]'
}

test_installs_what_an_exercise_needs() {
  ((EUID == 0)) || return 0
  an_exercise_with_needs
  stub apt-get </dev/null
  run list x
  expect 'what any solution needs' "$(grep ^apt-get "$scratch/calls")" == '*install libx-dev'
  : >"$scratch/calls"
  run grade x --level 1
  run grade x --only=1.2
  run watch x
  expect 'nothing for the first level' "$(<"$scratch/calls")" != '*x-server*'
  run grade x --only 2.3
  expect 'the second level' "$(<"$scratch/calls")" == '*install x-server y-server*'
  : >"$scratch/calls"
  run grade x
  expect 'all levels' "$(<"$scratch/calls")" == '*install x-server y-server*'
  [[ -e /usr/sbin/policy-rc.d ]] || # the machine's own does the same
    expect 'a server that is not started' "$(<"$scratch/calls")" == '*/usr/sbin/policy-rc.d*'
  touch "$scratch/bin/installed"
  : >"$scratch/calls"
  run grade x
  expect 'what is there' "$(<"$scratch/calls")" != '*apt-get*'
}

test_goes_on_without_what_only_a_level_needs() {
  an_exercise_with_needs
  sed -i 1d "$checkout/exercises/x/exercise.toml"
  run grade x
  expect 'exit code' "$code" == 0
  expect 'what was said' "$errors" == '*no apt-get here*going on without x-server y-server:*'
  run grade x
  expect 'the second time' "$errors" == ''
}

# What a page has inside is fetched once, and again when another version is wanted.
test_fetches_what_a_page_has_inside() {
  local from=$checkout/harness/report/html
  mkdir -p "$from"
  echo '{"version": 1}' | tee "$from/package.json" >"$from/package-lock.json"
  run report last
  expect 'exit code without npm' "$code" == 0
  expect 'what was said without npm' "$errors" == '*without npm the page*'
  stub npm <<<'echo "npm: no network" >&2; exit 1'
  run report last
  expect 'exit code without a network' "$code" == 0
  expect 'what was said without a network' "$errors" == '*npm could not fetch it (*'
  stub npm <<'STUB'
mkdir -p "$3/node_modules/uplot/dist"
echo code | tee "$3/node_modules/uplot/dist/uPlot.iife.min.js" \
  >"$3/node_modules/uplot/dist/uPlot.min.css"
STUB
  : >"$scratch/calls"
  run report last
  run grade x --html page.html
  run grade x
  expect 'what is there' "$(ls "$checkout/build/page")" == '*uPlot.iife.min.js.sha256*'
  expect 'fetches' "$(grep -c '^npm ci' "$scratch/calls")" == 1
  echo '{"version": 2}' >"$from/package-lock.json"
  run report last
  expect 'fetches of another version' "$(grep -c '^npm ci' "$scratch/calls")" == 2
}

test_goes_on_after_an_interruption() {
  echo 30 >"$checkout/slow"
  set -m # a process group of its own, as a terminal gives it
  run list &
  local job=$!
  set +m
  wait_for "$checkout/build/started" || expect 'start of the build' late == soon
  kill -INT -- "-$job"
  wait "$job"
  run list
  expect 'exit code of the next call' "$code" == 0
  expect 'output of the next call' "$output" == '*\[list\]'
}

test_an_interruption_has_its_exit_code() {
  echo 30 >"$checkout/slow"
  set -m
  PATH=$path "$checkout/assay" list >/dev/null 2>"$scratch/errors" &
  local job=$!
  set +m
  wait_for "$checkout/build/started" || expect 'start of the build' late == soon
  kill -INT -- "-$job"
  wait "$job"
  expect 'exit code' "$?" == 130
  expect 'what was said' "$(<"$scratch/errors")" != '*does not build*'
}

test_two_at_once_take_turns() {
  echo 0.3 >"$checkout/slow"
  PATH=$path "$checkout/assay" first >"$scratch/first" 2>&1 &
  local first=$!
  wait_for "$checkout/build/started" || expect 'start of the build' late == soon
  run second
  wait "$first"
  expect 'first' "$(<"$scratch/first")" == '*\[first\]'
  expect 'second' "$output" == '*\[second\]'
  expect 'what the second said' "$errors" == '*waiting for another assay*'
  expect 'calls' "$(<"$scratch/calls")" != '*overlap*'
}

test_cannot_write() {
  touch "$checkout/build" # no folder, so that not even root can write there
  run list
  expect 'exit code' "$code" == 2
  expect 'what was said' "$errors" == "assay: can't write to $checkout/build: *"
}

test_test_configures_the_tests_once() {
  run list
  run test some_name -V
  expect 'exit code' "$code" == 0
  expect 'the last line' "${output##*$'\n'}" == '100% tests passed*'
  run test --soak 3
  run list
  expect 'calls' "$(grep -v ^ninja "$scratch/calls")" == "cmake * --preset default
cmake * --preset tests
ctest *-j2 -R some_name -V
ctest *-j2 -L grading --repeat until-fail:3"
  expect 'targets' "$(grep ^ninja "$scratch/calls")" == "* product
* product tests/all
* product tests/all
* product"
  CTEST_EXIT=8 run test
  expect 'exit code of failing tests' "$code" == 1
  run test --soak many
  expect 'exit code of a bad number' "$code" == 2
}

tests=$(declare -F | sed -n 's/^declare -f \(test_.*\)/\1/p')
for test in $tests; do
  before=$failures
  fresh_machine
  "$test"
  cd /
  ((failures > before)) && printf 'FAILED %s\n' "$test" || printf 'ok %s\n' "$test"
done
exit $((failures > 0))
