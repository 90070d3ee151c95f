#!/bin/sh
# Ends the engine that up.sh started with the same folder, as docker-tls/down.sh does, and takes the same words.
set -eu
state=${1:?usage: down.sh STATE_FOLDER [stop|kill|lose]}
[ -f "$state/dockerd.pid" ] || exit 0
sh "$(dirname "$0")/../docker-tls/down.sh" "$@"
[ -d "$state" ] || iptables -D FORWARD -s 172.31.240.0/21 -d 172.31.240.0/21 -j ACCEPT 2>/dev/null || true
