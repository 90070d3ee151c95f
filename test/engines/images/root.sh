#!/bin/sh
# Makes the root file system of a test image from Debian's packages and prints the path of its tar file, which is
# cached:   root.sh busybox|windlass-python
# Exit 1 when the packages it is made with (busybox-static, mmdebstrap) are not there.
set -eu
image=${1:?usage: root.sh busybox|windlass-python}
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

make_windlass_python() {
  command -v mmdebstrap >/dev/null || return 1
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # `extract` unpacks without running a package's scripts: 5 s in place of 20, and enough for an interpreter.
  mmdebstrap --variant=extract --format=directory --include=python3,busybox-static "$suite" "$1" >"$cache/mmdebstrap.log" 2>&1 || {
    tail -n 5 "$cache/mmdebstrap.log" >&2
    return 1
  }
  finish_python "$1"
}

# What the scripts of the packages would have done, in the unpacked root $1.
finish_python() {
  rm -rf "$1/usr/share/doc" "$1/usr/share/locale" "$1/usr/share/man"
  for applet in $("$1/bin/busybox" --list); do
    [ -e "$1/bin/$applet" ] || [ -e "$1/usr/bin/$applet" ] || ln "$1/bin/busybox" "$1/bin/$applet"
  done
  ln -sf python3 "$1/usr/bin/python"
  ln -sf ../../bin/env "$1/usr/bin/env"
  users "$1"
}

if [ ! -f "$tar" ]; then
  mkdir -p "$cache"
  printf 'images: making %s\n' "$image" >&2
  root=$(mktemp -d)
  trap 'rm -rf "$root" "$cache/$image.$$.tar"' EXIT
  case $image in
    busybox) make_busybox "$root" ;;
    windlass-python) make_windlass_python "$root" ;;
    *) false ;;
  esac || exit 1
  chmod 755 "$root"
  tar -C "$root" -cf "$cache/$image.$$.tar" .
  mv "$cache/$image.$$.tar" "$tar"
fi
echo "$tar"
