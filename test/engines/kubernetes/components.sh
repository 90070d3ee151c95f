# Sourced: starts and stops the daemons of the cluster. Each is known by its process id in $pids, checked against its
# command line, so that an id that was given to somebody else is never signalled.

# True while a component runs.
alive() {
  local pid
  pid=$(cat "$pids/$1" 2>/dev/null) && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$state"
}

gone() { [ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }

# Starts a daemon in a session of its own: a Ctrl-C at the tests must not reach it. It does not inherit the lock.
launch() {
  local name=$1
  shift
  (
    cd "$state"
    exec setsid nohup "$@" >>"$logs/$name.log" 2>&1 </dev/null 9>&-
  ) &
  echo $! >"$pids/$name"
}

# stop_component NAME [SIGNAL [SECONDS]]: waits for the end; KILL after the seconds.
stop_component() {
  local name=$1 pid
  if alive "$name"; then
    pid=$(cat "$pids/$name")
    kill "-${2:-TERM}" "$pid" 2>/dev/null || true
    for _ in $(seq $((${3:-10} * 20))); do
      gone "$pid" && break
      sleep 0.05
    done
    gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
    while ! gone "$pid"; do sleep 0.05; done
  fi
  rm -f "$pids/$name"
}

start_component() {
  alive "$1" || "start_$1"
}

# --unsafe-no-fsync: the state of a test cluster need not survive the machine.
start_etcd() {
  local client=http://127.0.0.1:$etcd_port peer=http://127.0.0.1:$((etcd_port + 1))
  launch etcd "$bin/etcd" --unsafe-no-fsync --log-level warn --name n --data-dir "$state/etcd" \
    --listen-client-urls "$client" --advertise-client-urls "$client" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "n=$peer"
}

start_containerd() {
  launch containerd env PATH="$PATH" containerd --config "$conf/containerd.toml" --log-level warn
}

# --advertise-address: neither it nor the kubelet accepts loopback, and a machine without a default route has no other.
start_apiserver() {
  launch apiserver "$bin/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd_port" \
    --bind-address=127.0.0.1 --advertise-address="$pod_net.0.1" --secure-port="$apiserver_port" \
    --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" \
    --client-ca-file="$pki/ca.crt" --token-auth-file="$pki/tokens.csv" \
    --service-cluster-ip-range="$service_net.0/24" --endpoint-reconciler-type=none \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-account-signing-key-file="$pki/sa.key" --service-account-key-file="$pki/sa.pub" \
    --kubelet-certificate-authority="$pki/ca.crt" --kubelet-client-certificate="$pki/kubelet-client.crt" \
    --kubelet-client-key="$pki/kubelet-client.key" --kubelet-preferred-address-types=InternalIP \
    --allow-privileged=true --profiling=false
}

# The service account and root CA controllers are needed by every pod; the others are those that tests look at.
start_controllers() {
  launch controllers "$bin/kube-controller-manager" --kubeconfig="$conf/controllers.kubeconfig" \
    --leader-elect=false --bind-address=127.0.0.1 --secure-port=0 \
    --root-ca-file="$pki/ca.crt" --service-account-private-key-file="$pki/sa.key" \
    --kube-api-qps=200 --kube-api-burst=400 --profiling=false --node-monitor-grace-period=20s \
    --controllers=namespace-controller,serviceaccount-controller,serviceaccount-token-controller,root-ca-certificate-publisher-controller,garbage-collector-controller,pod-garbage-collector-controller,resourcequota-controller,node-lifecycle-controller,taint-eviction-controller,job-controller,replicaset-controller,deployment-controller,ttl-after-finished-controller
}

start_scheduler() {
  launch scheduler "$bin/kube-scheduler" --kubeconfig="$conf/scheduler.kubeconfig" --leader-elect=false \
    --bind-address=127.0.0.1 --secure-port=0 --kube-api-qps=500 --kube-api-burst=1000 --profiling=false
}

start_kubelet() {
  launch kubelet "$bin/kubelet" --config="$conf/kubelet.yaml" --kubeconfig="$conf/kubelet.kubeconfig" \
    --root-dir="$state/kubelet" --cert-dir="$state/kubelet/pki" --node-ip="$pod_net.0.1" --hostname-override="$node"
}
