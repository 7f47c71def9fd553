#!/bin/sh
# Removes temporary files below a folder: sh tidy.sh FOLDER
quiet=
if [ "$1" = "-q" ]; then
    quiet=1
    shift
fi
if [ -z "$1" ]; then
    echo "usage: sh tidy.sh FOLDER"
    exit 2
fi
count=$(find "$1" -name '*.tmp' | wc -l)
find "$1" -name '*.tmp' -exec rm {} +
[ -n "$quiet" ] || echo "removed $((count)) files"
