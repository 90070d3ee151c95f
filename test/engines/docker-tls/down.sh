#!/bin/sh
# Ends the dockerd that up.sh started with the same folder, after its containers, and removes the folder. With `stop` as
# $2 it only ends the engine: its containers run on.
set -eu
state=${1:?usage: down.sh STATE_FOLDER [stop]}
[ -f "$state/dockerd.pid" ] || exit 0
pid=$(cat "$state/dockerd.pid")
export DOCKER_HOST="unix://$state/docker.sock"
if [ "${2:-}" != stop ]; then
  ids=$(docker ps -aq 2>/dev/null || true)
  [ -z "$ids" ] || docker rm -fv $ids >/dev/null 2>&1 || true
fi
kill -TERM "$pid" 2>/dev/null || true
tries=0
while kill -0 "$pid" 2>/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 150 ] || kill -KILL "$pid" 2>/dev/null || true
  sleep 0.1
done
if [ "${2:-}" != stop ]; then
  # An engine that was restarted with live-restore leaves its own bind mount of the data folder.
  sed -n "s|^[^ ]* \($state[^ ]*\) .*|\1|p" /proc/mounts | sort -r | while read -r mount; do umount -l "$mount"; done
  rm -rf "$state"
  ip link delete windlass-tls 2>/dev/null || true
fi
