#!/bin/sh
# Ends the dockerd that up.sh started with the same state folder, and waits until it is gone. Does nothing otherwise.
set -eu
state=${1:?usage: down.sh STATE_FOLDER}
[ -f "$state/dockerd.pid" ] || exit 0
pid=$(cat "$state/dockerd.pid")
tries=0
while kill -0 "$pid" 2>/dev/null; do
  # dockerd waits up to 15 s for its containers; the second TERM makes it leave at once.
  [ $((tries % 100)) = 0 ] && kill -TERM "$pid" 2>/dev/null
  tries=$((tries + 1))
  [ "$tries" -gt 300 ] && kill -KILL "$pid" 2>/dev/null
  sleep 0.1
done
rm -f "$state/dockerd.pid"
