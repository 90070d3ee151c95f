#!/bin/sh
# Starts the Docker Engine that build.sh builds, with data, containerd and bridge of its own below the folder $1; what
# follows are options for dockerd. Gives it the images of the tests and prints its address. Run again with the same
# folder, it starts the same engine again; down.sh ends it. Exit 1, with the reason: it cannot be started here.
set -eu
state=${1:?usage: up.sh STATE_FOLDER [OPTION...]}
shift
here=$(cd -P "$(dirname "$0")" && pwd)

. "$here/../docker/starting.sh"
say() { printf 'docker-current: %s\n' "$*" >&2; }

[ "$(id -u)" = 0 ] || { say "only root can start dockerd"; exit 1; }
command -v docker >/dev/null || { say "there is no docker command here"; exit 1; }
programs=$(sh "$here/build.sh") || exit
mkdir -p "$state"
bridge=windlass-now
own_bridge "$bridge" 172.31.252.1/24
# The networks of its containers: the machine's own engine lets nothing pass that it has no rule for.
networks=172.31.240.0/21
iptables -C FORWARD -s $networks -d $networks -j ACCEPT 2>/dev/null || iptables -I FORWARD -s $networks -d $networks -j ACCEPT
# It finds containerd, its shim and the proxy of ports by their names; runc is Debian's, which knows no time namespaces.
echo '{"features": {"time-namespaces": false}}' >"$state/daemon.json"
PATH=$programs:$PATH setsid dockerd --config-file "$state/daemon.json" --data-root "$state/data" --exec-root "$state/exec" \
  --pidfile "$state/docker.pid" --host "unix://$state/docker.sock" --bridge "$bridge" --iptables=false --ip6tables=false \
  --default-address-pool "base=$networks,size=27" "$@" >>"$state/dockerd.log" 2>&1 </dev/null &
echo $! >"$state/dockerd.pid"
export DOCKER_HOST="unix://$state/docker.sock"
await_engine curl -sf --unix-socket "$state/docker.sock" http://docker/_ping
sh "$here/../images/build.sh" >/dev/null
echo "$DOCKER_HOST"
