#!/bin/sh
# Makes the images of the tests from Debian's packages, since no image registry can be counted on:
#   busybox:latest          busybox-static with a link for every applet
#   windlass-python:latest  Python with its standard library, and busybox as the shell
# An image that the engine has already is left alone.
# Prints the names of the images that are there at the end; exit 1 when one is missing.
set -eu
here=$(cd -P "$(dirname "$0")" && pwd)
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

say() { printf 'images: %s\n' "$*" >&2; }
has() { docker image inspect "$1" >/dev/null 2>&1; }

# Gives the engine an image: there already, made from its root file system, or pulled where the name is public.
provide() {
  image=$1 public=$2
  if has "$image:latest"; then
    echo "$image:latest"
  elif tar=$("$here/root.sh" "$image"); then
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
provide busybox busybox:latest
provide windlass-python ''
exit "$missing"
