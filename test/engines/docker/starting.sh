# What the scripts that start a dockerd share. Sourced: `state` is the folder of the engine, `say` tells of it.

# A bridge $1 with the address $2 for an engine of its own, kept in mind for down.sh.
own_bridge() {
  if ! ip link show "$1" >/dev/null 2>&1; then
    ip link add "$1" type bridge && ip address add "$2" dev "$1" && ip link set "$1" up
  fi
  echo "$1" >"$state/bridge"
}

# Waits until the given command says that the engine answers; ends the script with its log where it does not come up.
await_engine() {
  tries=0
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 150 ] || ! kill -0 "$(cat "$state/dockerd.pid")" 2>/dev/null; then
      say "dockerd does not come up; the end of its log:"
      tail -n 15 "$state/dockerd.log" >&2
      exit 1
    fi
    sleep 0.2
  done
}
