# Sourced: a registry that containerd asks in the place of docker.io and ghcr.io, so that pods that always pull start
# without a network, and an image that is not there is refused at once.

registry_state=$state/registry

# The images of the tests under the names that published flows use.
served='docker.io/library/busybox=busybox docker.io/library/windlass-python=windlass-python
docker.io/library/ubuntu=windlass-python docker.io/library/centos=windlass-python docker.io/library/python=windlass-python
ghcr.io/kestra-io/pydata=windlass-python ghcr.io/kestra-io/kestrapy=windlass-python'

# Needs the images in containerd. Without Debian's docker-registry pods that always pull will not start.
start_registry() {
  local address pair path target host
  if ! address=$("$here/../registry/up.sh" "$registry_state" "$registry_port" 9>&-); then
    say 'there is no image registry: pods that always pull their image will not start (package docker-registry)'
    return 0
  fi
  for pair in $served; do
    path=${pair%%=*}
    target=$address/${path#*/}:latest
    ctr_here images tag --force "docker.io/library/${pair#*=}:latest" "$target" >/dev/null
    ctr_here images push --plain-http "$target" >/dev/null
    ctr_here images rm "$target" >/dev/null
  done
  # containerd reads it at every pull.
  for host in docker.io ghcr.io; do
    mkdir -p "$conf/certs.d/$host"
    printf 'server = "http://%s"\n[host."http://%s"]\n  capabilities = ["pull", "resolve"]\n' "$address" "$address" >"$conf/certs.d/$host/hosts.toml"
  done
}

end_registry() { [ ! -d "$registry_state" ] || "$here/../registry/down.sh" "$registry_state"; }
