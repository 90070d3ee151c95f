#!/bin/sh
# Ends the dockerd that up.sh started with the same folder, after its containers, and removes the folder. With `stop` as
# $2 it only ends the engine, with `kill` by SIGKILL: with live-restore its containers run on. With `lose` it is killed and
# all that it had is gone, as a container of Docker in Docker whose volume is not kept.
set -eu
state=${1:?usage: down.sh STATE_FOLDER [stop|kill|lose]}
[ -f "$state/dockerd.pid" ] || exit 0
pid=$(cat "$state/dockerd.pid")
export DOCKER_HOST="unix://$state/docker.sock"
if [ -z "${2:-}" ]; then
  ids=$(docker ps -aq 2>/dev/null || true)
  [ -z "$ids" ] || docker rm -fv $ids >/dev/null 2>&1 || true
fi
programs=
[ "${2:-}" != lose ] || programs=$(docker ps -q | xargs -r docker inspect -f "{{.State.Pid}}")
# One that nobody has waited for yet is gone all the same.
lives() { [ -e "/proc/$pid" ] && ! grep -q "^State:.Z" "/proc/$pid/status" 2>/dev/null; }
case ${2:-} in kill | lose) signal=KILL ;; *) signal=TERM ;; esac
kill -"$signal" "$pid" 2>/dev/null || true
tries=0
while lives; do
  tries=$((tries + 1))
  [ "$tries" -lt 150 ] || kill -KILL "$pid" 2>/dev/null || true
  sleep 0.1
done
# Killed, it and its containerd leave marks that keep the next ones from starting.
rm -f "$state/docker.pid" "$state/exec/containerd/containerd.pid"
# Of the engine or of its containers: one that was restarted with live-restore leaves its own bind mount of the data folder.
unmount() { sed -n "s|^[^ ]* \($state[^ ]*\) .*|\1|p" /proc/mounts | sort -r | while read -r mount; do umount -l "$mount"; done; }
if [ "${2:-}" = lose ]; then
  # Programs and their supervisors go with its machine.
  for one in $programs $(pgrep -f "containerd-shim.* $state/exec/" || true); do kill -KILL "$one" 2>/dev/null || true; done
  unmount
  rm -rf "$state/data" "$state/exec"
fi
if [ -z "${2:-}" ]; then
  unmount
  ip link delete "$(cat "$state/bridge")" 2>/dev/null || true
  rm -rf "$state"
fi
