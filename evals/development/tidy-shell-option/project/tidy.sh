#!/bin/sh
# Removes temporary files below a folder: sh tidy.sh FOLDER
if [ -z "$1" ]; then
    echo "usage: sh tidy.sh FOLDER"
    exit 2
fi
count=$(find "$1" -name '*.tmp' | wc -l)
find "$1" -name '*.tmp' -exec rm {} +
echo "removed $((count)) files"
