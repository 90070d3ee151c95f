#!/bin/sh
# Ends the registry that up.sh started with the same folder, and removes the folder.
set -eu
state=${1:?usage: down.sh STATE_FOLDER}
[ -f "$state/registry.pid" ] || exit 0
kill -KILL "$(cat "$state/registry.pid")" 2>/dev/null || true
rm -rf "$state"
