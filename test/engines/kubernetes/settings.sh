# Sourced by the other scripts: where the cluster's things are, and how the scripts speak. Two clusters fit side by side
# on one machine when all of these variables differ.
state=${WINDLASS_KUBERNETES_STATE:-/var/lib/windlass-test/kubernetes}
apiserver_port=${WINDLASS_KUBERNETES_PORT:-6443}
etcd_port=${WINDLASS_KUBERNETES_ETCD_PORT:-12379}
kubelet_port=${WINDLASS_KUBERNETES_KUBELET_PORT:-10250}
registry_port=${WINDLASS_KUBERNETES_REGISTRY_PORT:-15000}
# Pods get addresses of $pod_net.0.0/16; $pod_net.0.1 is the node and its kubelet. Services: $service_net.0/24.
pod_net=${WINDLASS_KUBERNETES_POD_NET:-10.244}
service_net=${WINDLASS_KUBERNETES_SERVICE_NET:-10.96.0}
bridge=${WINDLASS_KUBERNETES_BRIDGE:-windlass0}
cgroup=${WINDLASS_KUBERNETES_CGROUP:-windlass-kubernetes}
node=node1

here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$state/bin
pki=$state/pki
conf=$state/conf
logs=$state/log
pids=$state/pid
kubeconfig=$state/kubeconfig
# Below /tmp/… a long state folder would pass the 107 bytes of a socket's path; containerd adds nothing to this one.
socket=$state/c.sock
components='etcd containerd apiserver controllers scheduler kubelet'
PATH=$PATH:/usr/sbin:/sbin

say() { printf 'kubernetes: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

# The cluster's command line tool for containers and images.
ctr_here() { ctr --address "$socket" --namespace k8s.io "$@"; }

# The body of what the API server answers to a GET; fails for anything but 2xx.
api() { curl -sf --max-time 10 --cacert "$pki/ca.crt" -H "Authorization: Bearer $(cat "$pki/admin.token")" "https://127.0.0.1:$apiserver_port$1"; }

# One command at a time works on the state.
lock() {
  exec 9>"$state/.lock"
  flock -w 120 9 || fail 'another command is at work on this cluster'
}
