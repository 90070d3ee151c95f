#!/bin/sh
# Makes, in the folder $1: an authority (ca.pem), the certificate of a server at 127.0.0.1 (server.pem, server-key.pem)
# and the one of a client (client/ca.pem, client/cert.pem, client/key.pem, as DOCKER_CERT_PATH wants them). And, in
# stranger/, a client's whom the server does not know.
set -eu
dir=${1:?usage: certificates.sh FOLDER}
mkdir -p "$dir/client" "$dir/stranger"
cd "$dir"
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
authority() { key "$1-key.pem"; openssl req -x509 -new -key "$1-key.pem" -subj "/CN=$1" -days 2 -out "$1.pem"; }
# signed AUTHORITY KEY CERTIFICATE EXTENSIONS
signed() {
  key "$2"
  printf '%s\n' "$4" >extensions
  openssl req -new -key "$2" -subj /CN=windlass-test |
    openssl x509 -req -CA "$1.pem" -CAkey "$1-key.pem" -CAcreateserial -days 2 -extfile extensions -out "$3"
}
{
  authority ca
  authority other
  signed ca server-key.pem server.pem 'subjectAltName=IP:127.0.0.1
extendedKeyUsage=serverAuth'
  signed ca client/key.pem client/cert.pem 'extendedKeyUsage=clientAuth'
  signed other stranger/key.pem stranger/cert.pem 'extendedKeyUsage=clientAuth'
} 2>certificates.log || { cat certificates.log >&2; exit 1; }
cp ca.pem client/ca.pem
cp ca.pem stranger/ca.pem
