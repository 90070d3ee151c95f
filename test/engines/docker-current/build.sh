#!/bin/sh
# Builds a current Docker Engine with its containerd and prints the folder of its programs. Done once for each state of
# go.mod and go.sum: the folder is kept outside the work tree, named by their hash. Needs Go (1.21 fetches the one that
# go.mod names) and modules. Exit 2: there is no Go.
set -eu
sources=$(cd -P "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/windlass/docker

hash=$(cd "$sources" && cat go.mod go.sum | sha256sum | cut -c 1-16)
programs=$cache/docker-$hash-$(uname -m)
if [ -d "$programs" ]; then
  echo "$programs"
  exit 0
fi
PATH=$PATH:/usr/local/go/bin
if ! command -v go >/dev/null; then
  echo 'docker-current: there is no Go (1.21 or later) here to build it with' >&2
  exit 2
fi

mkdir -p "$cache"
making=$(mktemp -d "$cache/making-XXXXXX")
trap 'rm -rf "$making"' EXIT
cd "$sources"
version=$(sed -n 's|^\tgithub.com/moby/moby/v2 \([^ ]*\).*|\1|p' go.mod)
echo "docker-current: building $version (3 to 10 minutes, once)" >&2
# As test/engines/kubernetes/build.sh has it.
CGO_ENABLED=0 GOGC=${GOGC:-800} nice -n 15 go build -mod=readonly -trimpath -buildvcs=false -gcflags=all=-dwarf=false \
  -ldflags "-s -w -X github.com/moby/moby/v2/dockerversion.Version=$version" -o "$making/" tool >&2
chmod 755 "$making"
mv "$making" "$programs"
echo "$programs"
