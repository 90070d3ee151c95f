# Sourced: the bridge that pods hang on, and the two rules of the packet filter. There is neither kube-proxy nor DNS.

# filter_rules -C|-I|-D. The first: pods reach each other though Docker sets FORWARD to DROP. The second: pods reach the
# API server by its service address.
filter_rules() {
  iptables -w "$1" FORWARD -i "$bridge" -o "$bridge" -j ACCEPT &&
    iptables -w -t nat "$1" PREROUTING -i "$bridge" -d "$service_net.1/32" -p tcp --dport 443 -j DNAT --to-destination "127.0.0.1:$apiserver_port"
}

raise_network() {
  echo 1 >/proc/sys/net/ipv4/ip_forward
  ip link show "$bridge" >/dev/null 2>&1 || ip link add "$bridge" type bridge
  ip addr replace "$pod_net.0.1/16" dev "$bridge"
  ip link set "$bridge" up
  # Without it the kernel drops what the second rule sends to 127.0.0.1.
  echo 1 >"/proc/sys/net/ipv4/conf/$bridge/route_localnet"
  filter_rules -C 2>/dev/null || filter_rules -I
}

lower_network() {
  filter_rules -D 2>/dev/null || true
  ip link del "$bridge" 2>/dev/null || true
}
