#!/bin/sh
# check-pages.sh FOLDER: every loadable part of every library below it begins at a multiple of 16 KiB.
set -eu
found=0
for library in "$1"/*/*.so; do
    test -e "$library" || continue
    found=1
    for align in $(readelf -lW "$library" | awk '$1 == "LOAD" { print $NF }'); do
        if test $((align)) -lt 16384; then
            echo "$library: a part is aligned to $align" >&2
            exit 1
        fi
    done
done
test "$found" = 1 || { echo "no library below $1" >&2; exit 1; }
