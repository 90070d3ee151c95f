#!/bin/sh
# Removes every container of the Podman that up.sh started with the same folder, ends its service, removes the folder.
set -eu
state=${1:?usage: down.sh STATE_FOLDER}
[ -f "$state/podman.pid" ] || exit 0
export CONTAINERS_CONF="$state/containers.conf" CONTAINERS_STORAGE_CONF="$state/storage.conf"
podman rm --all --force --time 0 >/dev/null 2>&1 || true
pid=$(cat "$state/podman.pid")
kill -TERM "$pid" 2>/dev/null || true
tries=0
while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 50 ]; do
  tries=$((tries + 1))
  sleep 0.1
done
kill -KILL "$pid" 2>/dev/null || true
umount "$state/root/overlay" 2>/dev/null || true
rm -rf "$state"
