#!/bin/sh
# Makes the root file system of a test image from Debian's packages and prints the path of its tar file, which is
# cached:   root.sh busybox|windlass-python|docker-in-docker
# Exit 1 when the packages it is made with (busybox-static, mmdebstrap) are not there.
set -eu
image=${1:?usage: root.sh busybox|windlass-python|docker-in-docker}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/windlass/images
tar=$cache/$image-$(uname -m).tar

# Fills a root folder with the busybox of this machine: /bin/<applet>, users, the usual folders.
busybox_root() {
  mkdir -p "$1/bin" "$1/usr/bin" "$1/etc" "$1/root" "$1/tmp" "$1/var" "$1/home"
  chmod 1777 "$1/tmp"
  chmod 700 "$1/root"
  cp "$2" "$1/bin/busybox"
  "$2" --list | while read -r applet; do
    [ "$applet" = busybox ] || ln -f "$1/bin/busybox" "$1/bin/$applet"
  done
  ln -sf ../../bin/env "$1/usr/bin/env"
  users "$1"
}

users() {
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n' >"$1/etc/passwd"
  printf 'root:x:0:\nnobody:x:65534:\n' >"$1/etc/group"
}

# True for a busybox that runs in an empty root: the dynamic one would not.
static() { ! ldd "$1" >/dev/null 2>&1; }

make_busybox() {
  busybox=$(command -v busybox) && static "$busybox" || return 1
  busybox_root "$1" "$busybox"
}

# Unpacks packages and what they depend on into the root $1 without running their scripts: 5 s in place of 20.
unpack() {
  command -v mmdebstrap >/dev/null || return 1
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mmdebstrap --variant=extract --format=directory --include="$2" "$suite" "$1" >"$cache/mmdebstrap.log" 2>&1 || {
    tail -n 5 "$cache/mmdebstrap.log" >&2
    return 1
  }
  rm -rf "$1/usr/share/doc" "$1/usr/share/locale" "$1/usr/share/man"
}

make_windlass_python() {
  unpack "$1" python3,busybox-static || return 1
  applets "$1"
  ln -sf python3 "$1/usr/bin/python"
  ln -sf ../../bin/env "$1/usr/bin/env"
  users "$1"
}

# dockerd with all that it calls, and the shell to start it from.
make_docker_in_docker() {
  unpack "$1" docker.io,iptables,busybox-static || return 1
  # What dockerd does not call is half of it.
  (cd "$1/usr" && rm -rf bin/perl* bin/ctr bin/dnet bin/containerd-shim bin/containerd-shim-runc-v1 sbin/ovrouter \
    share/perl* lib/*/perl* lib/*/libperl*)
  applets "$1"
  for command in iptables ip6tables; do
    ln -sf xtables-nft-multi "$1/usr/sbin/$command"
  done
  users "$1"
}

# A link in the unpacked root $1 for each applet of its busybox that no package brings.
applets() {
  for applet in $("$1/bin/busybox" --list); do
    [ -e "$1/bin/$applet" ] || [ -e "$1/usr/bin/$applet" ] || [ -e "$1/sbin/$applet" ] || ln "$1/bin/busybox" "$1/bin/$applet"
  done
}

if [ ! -f "$tar" ]; then
  mkdir -p "$cache"
  printf 'images: making %s\n' "$image" >&2
  root=$(mktemp -d)
  trap 'rm -rf "$root" "$cache/$image.$$.tar"' EXIT
  case $image in
    busybox) make_busybox "$root" ;;
    windlass-python) make_windlass_python "$root" ;;
    docker-in-docker) make_docker_in_docker "$root" ;;
    *) false ;;
  esac || exit 1
  chmod 755 "$root"
  tar -C "$root" -cf "$cache/$image.$$.tar" .
  mv "$cache/$image.$$.tar" "$tar"
fi
echo "$tar"
