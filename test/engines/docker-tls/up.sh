#!/bin/sh
# Starts a second dockerd that shares nothing with the first: data below the folder $1, TLS with client certificates on
# TCP port $2, a log that its own default would rotate at 10 KB, containers that outlive it (live-restore). $3: a
# registry that stands for Docker Hub, or empty; what follows are options for dockerd. Gives it busybox:latest, prints its
# address; certificates: $1/certs/client. Run again with the same folder, it starts the same engine again. Exit 1, with
# the reason: it cannot be started here.
set -eu
usage='usage: up.sh STATE_FOLDER PORT [MIRROR [OPTION...]]'
state=${1:?$usage}
port=${2:?$usage}
mirror=${3:-}
[ $# -lt 3 ] && shift 2 || shift 3
here=$(cd -P "$(dirname "$0")" && pwd)

. "$here/../docker/starting.sh"
say() { printf 'docker-tls: %s\n' "$*" >&2; }

command -v dockerd >/dev/null || { say "there is no dockerd command here"; exit 1; }
[ "$(id -u)" = 0 ] || { say "only root can start dockerd"; exit 1; }
mkdir -p "$state"
[ -d "$state/certs/client" ] || sh "$here/certificates.sh" "$state/certs"
# A bridge of its own: with `--bridge none` dockerd removes docker0, and with it the network of the machine's engine.
bridge=windlass-tls
own_bridge "$bridge" 172.31.251.1/24
# Debian's runc knows no time namespaces, which a current dockerd would give to containers; an older one does not care.
echo '{"features": {"time-namespaces": false}}' >"$state/daemon.json"
setsid dockerd --config-file "$state/daemon.json" --data-root "$state/data" --exec-root "$state/exec" --pidfile "$state/docker.pid" \
  --host "unix://$state/docker.sock" --host "tcp://127.0.0.1:$port" --tlsverify --tlscacert "$state/certs/ca.pem" \
  --tlscert "$state/certs/server.pem" --tlskey "$state/certs/server-key.pem" --bridge "$bridge" --iptables=false \
  --live-restore --log-driver json-file --log-opt max-size=10k ${mirror:+--registry-mirror "http://$mirror"} "$@" \
  >>"$state/dockerd.log" 2>&1 </dev/null &
echo $! >"$state/dockerd.pid"
export DOCKER_HOST="unix://$state/docker.sock"
await_engine docker version
docker image inspect busybox:latest >/dev/null 2>&1 ||
  docker import -c 'CMD ["sh"]' "$("$here/../images/root.sh" busybox)" busybox:latest >/dev/null
echo "tcp://127.0.0.1:$port"
