#!/bin/sh
# Builds Kubernetes with etcd into one binary and prints its path. Done once for each state of server/: the binary is
# kept outside the work tree, named by the hash of its sources. Needs Go (1.24, or 1.21 that fetches it) and modules.
# Exit 2: there is no Go.
# A cold build takes 530 s of CPU and 2 GB of memory; with Go's build cache a relink takes some 20 s.
set -eu
sources=$(cd -P "$(dirname "$0")/server" && pwd)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/windlass/kubernetes

hash=$(cd "$sources" && cat go.mod go.sum main.go | sha256sum | cut -c 1-16)
binary=$folder/kubernetes-$hash-$(uname -m)
if [ -x "$binary" ]; then
  echo "$binary"
  exit 0
fi
PATH=$PATH:/usr/local/go/bin
if ! command -v go >/dev/null; then
  echo 'kubernetes: there is no Go (1.21 or later) here to build it with' >&2
  exit 2
fi

mkdir -p "$folder"
making=$folder/making-$$
trap 'rm -f "$making"' EXIT
version=$(sed -n 's/^\tk8s.io\/kubernetes \(v[^ ]*\)$/\1/p' "$sources/go.mod")
minor=$(echo "$version" | cut -d. -f2)
about=k8s.io/component-base/version
echo "kubernetes: building $version (5 to 15 minutes, once)" >&2
cd "$sources"
# GOGC: compiler and linker spend a quarter of their time collecting garbage. -dwarf=false: debug information would be
# made only to be stripped by -s -w. Niced: the other stages of the tests share the cores.
CGO_ENABLED=0 GOGC=${GOGC:-800} nice -n 15 go build -mod=readonly -trimpath -buildvcs=false -gcflags=all=-dwarf=false \
  -ldflags "-s -w -X $about.gitVersion=$version -X $about.gitMajor=1 -X $about.gitMinor=$minor" \
  -o "$making" . >&2
mv "$making" "$binary"
echo "$binary"
