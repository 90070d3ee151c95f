# Sourced: the cgroup that all pods are below, so that `down.sh` finds whatever they started. cgroup v1 and v2.

cgroup_v2() { [ -f /sys/fs/cgroup/cgroup.controllers ]; }

cgroup_mounts() {
  if cgroup_v2; then echo /sys/fs/cgroup; else awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts; fi
}

make_cgroup() {
  local mount controller
  for mount in $(cgroup_mounts); do mkdir -p "$mount/$cgroup"; done
  if cgroup_v2; then
    for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
      echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
    done
  elif [ -f "/sys/fs/cgroup/cpuset/$cgroup/cpuset.cpus" ]; then
    # A cpuset starts out empty in v1, and no process may enter an empty one.
    cat /sys/fs/cgroup/cpuset/cpuset.cpus >"/sys/fs/cgroup/cpuset/$cgroup/cpuset.cpus"
    cat /sys/fs/cgroup/cpuset/cpuset.mems >"/sys/fs/cgroup/cpuset/$cgroup/cpuset.mems"
  fi
}

# The processes in the cgroup, in any hierarchy.
cgroup_processes() {
  local mount
  for mount in $(cgroup_mounts); do
    [ -d "$mount/$cgroup" ] && find "$mount/$cgroup" -name cgroup.procs -exec cat {} + 2>/dev/null
  done | sort -u
}

end_cgroup() {
  local pid left
  for _ in $(seq 40); do
    left=$(cgroup_processes || true)
    [ -n "$left" ] || break
    for pid in $left; do kill -KILL "$pid" 2>/dev/null || true; done
    sleep 0.1
  done
}

remove_cgroup() {
  local mount
  for mount in $(cgroup_mounts); do
    [ ! -d "$mount/$cgroup" ] || find "$mount/$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
}
