#!/bin/sh
# Makes the images of the tests from Debian's packages, since no image registry can be counted on:
#   busybox:latest          busybox-static with a link for every applet
#   windlass-python:latest  Python with its standard library, and busybox as the shell
# An image that the engine has already is left alone. Root file systems are cached as tar files.
# Prints the names of the images that are there at the end; exit 1 when one is missing.
set -eu
cache=${XDG_CACHE_HOME:-$HOME/.cache}/windlass/images
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

say() { printf 'images: %s\n' "$*" >&2; }
has() { docker image inspect "$1" >/dev/null 2>&1; }

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
  root=$(mktemp -d)
  chmod 755 "$root"
  busybox_root "$root" "$busybox"
  tar -C "$root" -cf "$1" .
  rm -rf "$root"
}

make_python() {
  command -v mmdebstrap >/dev/null || return 1
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  root=$(mktemp -d)
  # `extract` unpacks without running a package's scripts: 5 s in place of 20, and enough for an interpreter.
  mmdebstrap --variant=extract --format=directory --include=python3,busybox-static "$suite" "$root" >"$cache/mmdebstrap.log" 2>&1 || {
    tail -n 5 "$cache/mmdebstrap.log" >&2
    rm -rf "$root"
    return 1
  }
  finish_python "$root"
  chmod 755 "$root"
  tar -C "$root" -cf "$1" .
  rm -rf "$root"
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

# Gives the engine an image: there already, from the cache, made here, or pulled where the name is public.
provide() {
  image=$1 make=$2 public=$3
  tar=$cache/$image-$(uname -m).tar
  if has "$image:latest"; then
    echo "$image:latest"
    return
  fi
  if [ ! -f "$tar" ]; then
    mkdir -p "$cache"
    say "making $image"
    if "$make" "$cache/$image.$$.tar"; then
      mv "$cache/$image.$$.tar" "$tar"
    else
      rm -f "$cache/$image.$$.tar"
    fi
  fi
  if [ -f "$tar" ]; then
    docker import -c "ENV PATH=$path" -c 'CMD ["sh"]' "$tar" "$image:latest" >/dev/null
    echo "$image:latest"
  elif [ -n "$public" ] && docker pull --quiet "$public" >/dev/null 2>&1; then
    echo "$image:latest"
  else
    say "$image can be neither made (busybox-static and mmdebstrap are needed) nor pulled"
    missing=1
  fi
}

missing=0
provide busybox make_busybox busybox:latest
provide windlass-python make_python ''
exit "$missing"
