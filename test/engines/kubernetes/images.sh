# Sourced: gives containerd the images of the tests and the one that holds a pod's namespaces (local/pause:1).

# archive NAME:TAG LAYER.tar ENTRYPOINT CMD: writes a docker-archive to stdout; the last two are JSON.
archive() {
  local folder digest arch
  folder=$(mktemp -d)
  digest=$(sha256sum "$2" | cut -d' ' -f1)
  case $(uname -m) in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; *) arch=$(uname -m) ;; esac
  printf '{"architecture":"%s","os":"linux","created":"1970-01-01T00:00:00Z","config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Entrypoint":%s,"Cmd":%s},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]},"history":[{"created":"1970-01-01T00:00:00Z"}]}' \
    "$arch" "$3" "$4" "$digest" >"$folder/config.json"
  printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$1" >"$folder/manifest.json"
  ln -s "$(readlink -f "$2")" "$folder/layer.tar"
  tar -C "$folder" --dereference -cf - manifest.json config.json layer.tar
  rm -rf "$folder"
}

# A tar with one static program in it. Without a C compiler busybox sleeps in its place: it reaps no orphans.
pause_layer() {
  local folder
  folder=$(mktemp -d)
  if gcc -Os -static -s -o "$folder/pause" "$here/pause.c" 2>/dev/null; then
    pause_entry='["/pause"]'
  else
    cp "$(command -v busybox)" "$folder/busybox"
    pause_entry='["/busybox","sleep","2147483647"]'
  fi
  tar -C "$folder" -cf "$1" .
  rm -rf "$folder"
}

import_images() {
  local image root layer=$state/pause.tar
  pause_layer "$layer"
  archive local/pause:1 "$layer" "$pause_entry" null | ctr_here images import - >/dev/null
  rm "$layer"
  for image in busybox windlass-python; do
    root=$("$here/../images/root.sh" "$image") || fail "$image cannot be made: install busybox-static and mmdebstrap"
    archive "docker.io/library/$image:latest" "$root" null '["sh"]' | ctr_here images import - >/dev/null
  done
}
