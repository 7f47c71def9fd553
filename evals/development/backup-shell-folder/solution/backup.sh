#!/bin/sh
# Packs the data folder into an archive.
set -eu

source="data"
target="backups"
name="data.tar"

mkdir -p "$target"
tar -cf "$target/$name" "$source"
echo "wrote $target/$name"
