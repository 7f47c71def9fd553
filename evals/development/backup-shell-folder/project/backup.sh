#!/bin/sh
# Packs the data folder into an archive.
set -eu

source="data"
target="/tmp"
name="data.tar"

tar -cf "$target/$name" "$source"
echo "wrote $target/$name"
