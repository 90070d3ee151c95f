#!/bin/sh
# Starts an image registry (Debian's docker-registry) without TLS on port $2 of 127.0.0.1, or at $2 when that is an
# ADDRESS:PORT, with its images below the folder $1.
# With $3 and $4 it asks for this user and password. down.sh ends it. Exit 1, with the reason: it cannot be started.
set -eu
usage='usage: up.sh STATE_FOLDER [ADDRESS:]PORT [USER PASSWORD]'
state=${1:?$usage}
address=${2:?$usage}
case $address in *:*) ;; *) address=127.0.0.1:$address ;; esac

say() { printf 'registry: %s\n' "$*" >&2; }

command -v docker-registry >/dev/null || { say "there is no docker-registry command here"; exit 1; }
mkdir -p "$state"
cat >"$state/registry.yml" <<END
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $state/images}}
http: {addr: "$address"}
END
if [ $# -ge 4 ]; then
  # It knows bcrypt only; Perl reaches the one of the system's libcrypt.
  hash=$(perl -e 'print crypt($ARGV[0], "\$2b\$05\$abcdefghijklmnopqrstuu")' "$4")
  case $hash in '$2b$'*) ;; *) say "this system's crypt knows no bcrypt"; exit 1 ;; esac
  printf '%s:%s\n' "$3" "$hash" >"$state/htpasswd"
  printf 'auth: {htpasswd: {realm: test, path: %s}}\n' "$state/htpasswd" >>"$state/registry.yml"
fi
setsid docker-registry serve "$state/registry.yml" >"$state/registry.log" 2>&1 </dev/null &
echo $! >"$state/registry.pid"
tries=0
until curl -s -o /dev/null "http://$address/v2/"; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] && kill -0 "$(cat "$state/registry.pid")" 2>/dev/null || { tail -n 5 "$state/registry.log" >&2; exit 1; }
  sleep 0.1
done
echo "$address"
