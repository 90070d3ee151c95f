#!/usr/bin/env bash
# Ends the cluster that up.sh started with the same STATE folder, with all its pods, mounts, links and rules, and
# removes its state:   down.sh STATE.   Does nothing otherwise. 2 to 4 s.
set -euo pipefail
. "$(dirname "$0")/settings.sh"
. "$here/components.sh"
. "$here/network.sh"
. "$here/cgroups.sh"
. "$here/registry.sh"
note=${1:?usage: down.sh STATE_FOLDER}/kubernetes.started
[ -f "$note" ] || exit 0
mkdir -p "$state"
lock

# The processes that containerd left with our containers; those of another containerd have another address.
shims() { pgrep -f "^[^ ]*containerd-shim[^ ]* .*-address $socket( |\$)" || true; }

# All shims of a machine put their sockets in /run/containerd/s; these are ours.
shim_sockets() {
  local address
  for address in "$state"/run/io.containerd.runtime.v2.task/*/*/address; do
    [ ! -f "$address" ] || sed 's#^unix://##' "$address"
    echo
  done
}

# containerd deletes the tasks whose processes have ended, and their shims leave: as long as they do, wait.
wait_for_shims() {
  local left fewest=999999 idle=0
  while left=$(shims | wc -l) && [ "$left" != 0 ] && [ $idle -lt 20 ]; do
    if [ "$left" -lt $fewest ]; then
      fewest=$left idle=0
    else
      idle=$((idle + 1))
    fi
    sleep 0.1
  done
}

unmount_all() {
  local path
  awk -v below="$state/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | tac | while read -r path; do
    path=$(printf %b "$path")
    umount "$path" 2>/dev/null || umount -l "$path" || true
  done
}

stop_component kubelet TERM 5
stop_component scheduler TERM 3
stop_component controllers TERM 3
# On TERM it waits more than 10 s for open watches.
stop_component apiserver INT 1
end_cgroup
sockets=$(shim_sockets)
wait_for_shims
stop_component containerd TERM 5
for pid in $(shims); do kill -KILL "$pid" 2>/dev/null || true; done
for path in $sockets; do
  case $path in /run/containerd/s/*) rm -f "$path" ;; esac
done
stop_component etcd TERM 3
end_registry
unmount_all
lower_network
remove_cgroup
[ ! -d /var/log/containers ] || find /var/log/containers -maxdepth 1 -type l -lname "$state/*" -delete
rm -rf --one-file-system "$state"
rm -f "$note"
