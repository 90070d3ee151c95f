#!/bin/sh
# Starts Podman's Docker-compatible service with storage, settings and socket of its own below the folder $1, gives it
# busybox:latest, and prints its address. down.sh ends it. Exit 1, with the reason: it cannot be started here.
set -eu
state=${1:?usage: up.sh STATE_FOLDER}
here=$(cd -P "$(dirname "$0")" && pwd)

say() { printf 'podman: %s\n' "$*" >&2; }

command -v podman >/dev/null || { say "there is no podman command here"; exit 1; }
[ "$(id -u)" = 0 ] || { say "only root can start it in these tests"; exit 1; }
runtime=$(command -v crun || command -v runc) || { say "neither crun nor runc is here"; exit 1; }

mkdir -p "$state"
# A machine without CAP_SYS_RESOURCE cannot raise its limits to Podman's defaults.
cat >"$state/containers.conf" <<END
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "${runtime##*/}"
[network]
network_config_dir = "$state/net"
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]
END
export CONTAINERS_CONF="$state/containers.conf" CONTAINERS_STORAGE_CONF="$state/storage.conf"
# Overlays cannot be stacked everywhere (a container's own /tmp); copies always work.
for driver in overlay vfs; do
  printf '[storage]\ndriver = "%s"\ngraphroot = "%s"\nrunroot = "%s"\n' \
    "$driver" "$state/root" "$state/run" >"$CONTAINERS_STORAGE_CONF"
  podman info >"$state/info.log" 2>&1 && break
  rm -rf "$state/root" "$state/run"
done
tar=$("$here/../images/root.sh" busybox)
podman import -c 'CMD ["sh"]' "$tar" busybox:latest >"$state/import.log" 2>&1 || { tail -n 5 "$state/import.log" >&2; exit 1; }
setsid podman system service --time=0 "unix://$state/podman.sock" >"$state/service.log" 2>&1 </dev/null &
echo $! >"$state/podman.pid"
tries=0
until [ -S "$state/podman.sock" ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { say "the service does not come up"; tail -n 5 "$state/service.log" >&2; exit 1; }
  sleep 0.1
done
echo "unix://$state/podman.sock"
