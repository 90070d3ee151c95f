# Sourced: the cluster's certificate authority, its certificates and bearer tokens, and a kubeconfig for each user.

# certificate NAME SUBJECT USAGE [ALTERNATIVE-NAMES]
certificate() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$pki/$1.key" 2>/dev/null
  openssl req -new -key "$pki/$1.key" -subj "$2" 2>/dev/null |
    openssl x509 -req -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -set_serial "0x$(openssl rand -hex 8)" -days 3650 \
      -out "$pki/$1.crt" 2>/dev/null \
      -extfile <(printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=%s\n%s' "$3" "${4:+subjectAltName=$4}")
}

# write_kubeconfig FILE USER: USER is the inside of a YAML map.
write_kubeconfig() {
  cat >"$1" <<YAML
apiVersion: v1
kind: Config
current-context: local
clusters: [{name: local, cluster: {server: "https://127.0.0.1:$apiserver_port", certificate-authority-data: $(base64 -w0 "$pki/ca.crt")}}]
users: [{name: me, user: {$2}}]
contexts: [{name: local, context: {cluster: local, user: me, namespace: default}}]
YAML
  chmod 600 "$1"
}

# give_token FILE USER GROUP: a bearer token that the API server knows, and the kubeconfig with it.
give_token() {
  openssl rand -hex 16 >"$pki/$1.token"
  echo "$(cat "$pki/$1.token"),$2,$1,\"$3\"" >>"$pki/tokens.csv"
  write_kubeconfig "$conf/$1.kubeconfig" "token: $(cat "$pki/$1.token")"
}

# Leaves $kubeconfig (client certificate) and $conf/admin.kubeconfig (bearer token), both for system:masters.
make_certificates() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$pki/ca.key" 2>/dev/null
  openssl req -x509 -new -key "$pki/ca.key" -days 3650 -subj /CN=windlass-test -addext keyUsage=critical,keyCertSign,cRLSign -out "$pki/ca.crt" 2>/dev/null
  certificate apiserver /CN=kube-apiserver serverAuth "IP:127.0.0.1,IP:$service_net.1,IP:$pod_net.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
  certificate kubelet "/CN=system:node:$node" serverAuth "IP:$pod_net.0.1,DNS:$node"
  certificate kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client clientAuth
  certificate admin /O=system:masters/CN=admin clientAuth
  openssl genrsa -out "$pki/sa.key" 2048 2>/dev/null
  openssl rsa -in "$pki/sa.key" -pubout -out "$pki/sa.pub" 2>/dev/null
  : >"$pki/tokens.csv"
  give_token admin admin system:masters
  give_token controllers controllers system:masters
  give_token scheduler system:kube-scheduler ''
  give_token kubelet "system:node:$node" system:nodes
  write_kubeconfig "$kubeconfig" "client-certificate-data: $(base64 -w0 "$pki/admin.crt"), client-key-data: $(base64 -w0 "$pki/admin.key")"
}
