#!/usr/bin/env bash
# containerd's own command line on the cluster's containerd: a second opinion on what exists:   containers.sh images list
set -euo pipefail
. "$(dirname "$0")/settings.sh"
exec ctr --address "$socket" --namespace k8s.io "$@"
