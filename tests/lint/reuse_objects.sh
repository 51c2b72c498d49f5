#!/bin/bash
# A compiler launcher for CMake, as ccache is one. Where a copy of the checkout is built, it takes
# the object that the checkout's own build has made of the same source, if there is one; the copy's
# other sources are compiled.
#
#   reuse_objects.sh COMPILER ARGUMENT... -o OBJECT -c SOURCE     in the copy's build folder, with
#   REUSE_SOURCE, REUSE_BUILD: the checkout and its build    REUSE_COPY: the copy
set -euo pipefail

arguments=("$@") object='' source=''
while (($#)); do
  case $1 in
    -o) object=$2 ;;
    -c) source=$2 ;;
  esac
  shift
done
made=$REUSE_BUILD/$object
original=$REUSE_SOURCE${source#"$REUSE_COPY"}
if [[ $source == "$REUSE_COPY"/* && $made -nt $original ]] && cmp -s "$source" "$original"; then
  cp "$made" "$object"
  printf '%s: %s\n' "$object" "$source" >"$object.d"
else
  "${arguments[@]}"
fi
