#!/bin/sh
# Makes sure that a Docker engine answers, and prints its address (unix:///…). Starts dockerd when none answers; what
# was started is written to the folder given as $1 (down.sh ends it). Exit 1: none here and none can be started.
set -eu
state=${1:?usage: up.sh STATE_FOLDER}
address=${DOCKER_HOST:-unix:///var/run/docker.sock}

. "$(dirname "$0")/starting.sh"
say() { printf 'docker: %s\n' "$*" >&2; }
answers() { DOCKER_HOST=$address timeout 10 docker info >"$state/docker-info.log" 2>&1 && ! grep -q '^ERROR: ' "$state/docker-info.log"; }

mkdir -p "$state"
if ! command -v docker >/dev/null; then
  say "there is no docker command here"
  exit 1
fi
if answers; then
  echo "$address"
  exit 0
fi
if [ -n "${DOCKER_HOST:-}" ] || [ "$(id -u)" != 0 ] || ! command -v dockerd >/dev/null; then
  say "no engine answers at $address, and only root with dockerd installed can start one"
  exit 1
fi

say "starting dockerd (its log: $state/dockerd.log)"
# A session of its own: a Ctrl-C at the tests must not end the engine before the tests have cleaned up.
setsid dockerd >"$state/dockerd.log" 2>&1 </dev/null &
echo $! >"$state/dockerd.pid"
await_engine answers
echo "$address"
