# Runs npm quietly; sourced by node.sh and run by prepare.ts, so that a failure is explained in one place.
# npm_quietly FOLDER ARGUMENT…: runs npm there. Its own words are shown only when it fails, after what to do about it.

# Node unpacked is 130 MB, the libraries are 100 MB, 300 MB with the tools of a developer.
need_mb=350

npm_quietly() (
  cd "$1" || exit 2
  shift
  if ! command -v npm >/dev/null; then
    fail 'npm is not installed here.' 'Install Node.js 18 or newer with npm (https://nodejs.org, or your system: apt install npm).'
  fi
  # npm 11 on a full disk truncates files and says nothing, so ENOSPC alone is not enough.
  free=$(df -Pk . | awk 'NR == 2 { print int($4 / 1024) }')
  [ "${free:-$need_mb}" -ge "$need_mb" ] || fail "The disk is full: $free MB are free in $(pwd)." "Free some space ($need_mb MB are needed) and start again."
  said=$(mktemp) || fail 'No temporary file can be made.' 'Free some disk space, or set TMPDIR to a folder that can be written.'
  trap 'rm -f "$said"' EXIT
  trap 'exit 130' INT TERM HUP
  # npm's own pauses between tries are 10 s and 60 s: too long a silence where there is no network.
  npm "$@" --no-fund --no-audit --no-update-notifier --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=10000 >"$said" 2>&1 </dev/null && exit 0
  grep -vi '^npm warn' "$said" | tail -n 12 >&2
  if grep -q ENOSPC "$said"; then
    fail 'The disk is full.' "Free some space ($need_mb MB are needed in $(pwd), and some in npm's own cache) and start again."
  elif grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|network request' "$said"; then
    fail "The package registry cannot be reached ($(npm config get registry 2>/dev/null))." 'Check the network and the proxy (npm config set proxy …), then start again. A finished first start needs no network.'
  elif grep -qE 'CERT|UNABLE_TO_(GET|VERIFY)' "$said"; then
    fail "The certificate of the package registry is not trusted here ($(npm config get registry 2>/dev/null))." 'Behind a proxy that opens TLS, give npm its certificate: npm config set cafile FILE, or NODE_EXTRA_CA_CERTS=FILE.'
  elif grep -q EINTEGRITY "$said"; then
    fail 'A package is not what the lock file says (integrity).' 'Run "npm cache clean --force" and start again; if it stays, the registry in use serves altered packages.'
  elif grep -qE 'EACCES|EROFS|EPERM' "$said"; then
    fail 'A folder cannot be written.' "See npm's words above; HOME ($HOME) and its .npm folder must be yours."
  fi
  fail "npm $1 failed; its words are above."
)

# fail WHAT [WHAT_TO_DO]: says so and ends with 2, the exit code for "refused" everywhere in Windlass.
fail() {
  printf 'windlass: %s\n' "$@" >&2
  exit 2
}
