# Sourced: writes the configuration of containerd, of the pods' network and of the kubelet.

# Without CAP_SYS_RESOURCE nobody may lower an oom_score_adj, and runc ends with "can't get final child's PID from
# pipe: EOF" unless containerd is told so.
oom_score_restricted() {
  local capabilities
  capabilities=$(awk '/^CapEff/ { print $2 }' /proc/self/status)
  if [ $((0x$capabilities >> 24 & 1)) = 0 ]; then echo true; else echo false; fi
}

# An overlay cannot lie on an overlay: inside a container images are unpacked by copying.
snapshotter() {
  if [ "$(stat -f -c %T "$state")" = overlayfs ]; then echo native; else echo overlayfs; fi
}

write_network_configuration() {
  cat >"$conf/cni/10-bridge.conflist" <<JSON
{"cniVersion":"0.4.0","name":"windlass","plugins":[
 {"type":"bridge","bridge":"$bridge","isGateway":true,"isDefaultGateway":true,"ipMasq":false,"hairpinMode":true,
  "ipam":{"type":"host-local","dataDir":"$state/ipam","ranges":[[{"subnet":"$pod_net.0.0/16","rangeStart":"$pod_net.0.10","gateway":"$pod_net.0.1"}]]}}]}
JSON
}

# certs.d is read at every pull: a registry mirror can be added while containerd runs.
write_containerd_configuration() {
  cat >"$conf/containerd.toml" <<TOML
version = 2
root = "$state/containerd"
state = "$state/run"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
  address = "$socket"
[plugins."io.containerd.internal.v1.opt"]
  path = "$state/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/local/pause:1"
  netns_mounts_under_state_dir = true
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  restrict_oom_score_adj = $(oom_score_restricted)
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$conf/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$conf/certs.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "$(snapshotter)"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
TOML
}

# clusterDNS is a closed port, so that look-ups fail at once rather than time out. failCgroupV1: from 1.35 on the
# kubelet refuses cgroup v1 otherwise. Evictions start late: the disk of a test machine is fuller than a node's.
write_kubelet_configuration() {
  cat >"$conf/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $pod_net.0.1
port: $kubelet_port
healthzBindAddress: 127.0.0.1
healthzPort: 0
tlsCertFile: $pki/kubelet.crt
tlsPrivateKeyFile: $pki/kubelet.key
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $pki/ca.crt}}
authorization: {mode: Webhook}
containerRuntimeEndpoint: unix://$socket
cgroupDriver: cgroupfs
cgroupRoot: /$cgroup
failCgroupV1: false
failSwapOn: false
makeIPTablesUtilChains: false
clusterDomain: cluster.local
clusterDNS: [$pod_net.0.1]
resolvConf: ""
podLogsDir: $state/podlogs
volumePluginDir: $state/volplugins
maxPods: 250
serializeImagePulls: false
registryPullQPS: 0
eventRecordQPS: 0
eventBurst: 0
kubeAPIQPS: 500
kubeAPIBurst: 1000
nodeStatusUpdateFrequency: 5s
nodeStatusReportFrequency: 1m
syncFrequency: 30s
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
imageMinimumGCAge: 24h
evictionHard: {memory.available: 50Mi, nodefs.available: 1%, nodefs.inodesFree: 1%, imagefs.available: 1%}
evictionPressureTransitionPeriod: 5s
shutdownGracePeriod: 0s
enableDebuggingHandlers: true
YAML
}

write_configuration() {
  mkdir -p "$conf/cni" "$conf/certs.d"
  write_network_configuration
  write_containerd_configuration
  write_kubelet_configuration
}
