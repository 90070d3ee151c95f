#!/usr/bin/env bash
# Makes sure that a Kubernetes answers, and prints the path of its kubeconfig:   up.sh STATE
# That of $KUBECONFIG when it is set; else a real single-node cluster on this machine, which is started when it does
# not run (its log: /var/lib/windlass-test/kubernetes/log). That it was started is noted in the folder STATE, and
# down.sh with the same folder ends it. Exit 1: it could not be started; 2: this machine is none for it (not root, not
# Linux, no Go to build it with). The last line says why.
# Needs root, containerd, runc, the CNI plug-ins, iptables, iproute2, openssl, curl, procps. 6 to 8 s; the first time
# also the build, see build.sh.
set -euo pipefail
. "$(dirname "$0")/settings.sh"
. "$here/components.sh"
. "$here/certificates.sh"
. "$here/network.sh"
. "$here/cgroups.sh"
. "$here/images.sh"
. "$here/registry.sh"
. "$here/configuration.sh"
note=${1:?usage: up.sh STATE_FOLDER}/kubernetes.started

if [ -n "${KUBECONFIG:-}" ]; then
  say "using the cluster of KUBECONFIG, $KUBECONFIG"
  echo "$KUBECONFIG"
  exit 0
fi
if [ -s "$kubeconfig" ] && alive apiserver && api /readyz >/dev/null; then
  echo "$kubeconfig"
  exit 0
fi

cannot() {
  say "$*"
  exit 2
}
[ "$(uname -s)" = Linux ] || cannot 'a cluster can only be started on Linux'
[ "$(id -u)" = 0 ] || cannot 'only root can start a cluster'
for program in containerd runc ctr ip iptables openssl curl pgrep flock; do
  command -v "$program" >/dev/null || fail "$program is not installed"
done
[ -x /usr/lib/cni/bridge ] || fail '/usr/lib/cni/bridge is not installed (package containernetworking-plugins)'
binary=$("$here/build.sh") || exit $?

# wait_for SECONDS COMPONENT WHAT COMMAND…: until the command succeeds; the end of the component's log when it does not.
wait_for() {
  local seconds=$1 component=$2 what=$3
  shift 3
  for _ in $(seq $((seconds * 10))); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    alive "$component" || break
    sleep 0.1
  done
  tail -n 15 "$logs/$component.log" >&2
  fail "$component ($logs/$component.log): no $what within $seconds s"
}

node_ready() {
  local shown
  shown=$(api "/api/v1/nodes/$node" | tr -d ' \n')
  # A node that is ready keeps its taint for a moment, and pods wait as long.
  grep -qE '"type":"Ready","status":"True"|"status":"True",[^{}]*"type":"Ready"' <<<"$shown" &&
    ! grep -q 'node.kubernetes.io/not-ready' <<<"$shown"
}

mkdir -p "$state" "$bin" "$pki" "$conf" "$logs" "$pids" "${note%/*}"
chmod 700 "$state" "$pki"
lock
for component in $components; do
  if alive "$component"; then fail "$component runs already, but the cluster does not answer: down.sh ends it"; fi
done
touch "$note"
for name in etcd kube-apiserver kube-controller-manager kube-scheduler kubelet; do ln -sf "$binary" "$bin/$name"; done
# Each kubelet and containerd takes some; Debian's default of 128 is soon used up by 200 pods. It stays raised.
if [ "$(cat /proc/sys/fs/inotify/max_user_instances)" -lt 1024 ]; then
  echo 1024 >/proc/sys/fs/inotify/max_user_instances || true
fi
write_configuration
make_cgroup
raise_network
start_component etcd
start_component containerd
[ -s "$kubeconfig" ] || make_certificates
start_component apiserver
wait_for 30 containerd answer ctr_here version
import_images
# Filled while the others start.
start_registry &
filling=$!
wait_for 60 apiserver readiness api /readyz
start_component controllers
start_component scheduler
start_component kubelet
# Admission refuses pods without the service account, and they mount the config map.
wait_for 60 controllers 'default service account' api /api/v1/namespaces/default/serviceaccounts/default
wait_for 10 controllers 'root CA config map' api /api/v1/namespaces/default/configmaps/kube-root-ca.crt
wait_for 60 kubelet 'ready node' node_ready
wait "$filling"
echo "$kubeconfig"
