#!/usr/bin/env bash
# Takes one part of the running cluster away and gives it back, for tests of faults:
#   component.sh stop|start|restart etcd|containerd|apiserver|controllers|scheduler|kubelet [SIGNAL]
#   component.sh status
# `stop` is TERM with 3 s of patience, or the signal given (KILL: at once). Pods go on while the kubelet, containerd or
# the API server is away.
set -euo pipefail
. "$(dirname "$0")/settings.sh"
. "$here/components.sh"
verb=${1:-} component=${2:-} signal=${3:-TERM}

if [ "$verb" = status ]; then
  for component in $components; do
    if alive "$component"; then echo "$component runs, process $(cat "$pids/$component")"; else echo "$component is down"; fi
  done
  exit 0
fi
case " $components " in
  *" $component "*) [ -n "$component" ] ;;
  *) false ;;
esac || fail "usage: component.sh stop|start|restart ${components// /|} [SIGNAL], or: component.sh status"
[ -s "$kubeconfig" ] || fail "no cluster was started below $state: up.sh does"
lock
case $verb in
  stop) stop_component "$component" "$signal" 3 ;;
  start) start_component "$component" ;;
  restart)
    stop_component "$component" "$signal" 3
    start_component "$component"
    ;;
  *) fail "usage: component.sh stop|start|restart ${components// /|} [SIGNAL]" ;;
esac
