"""Runs one command for each line on standard input ({"argv", "cwd"}) and answers with what it cost
({"code", "wallMs", "cpuMs", "maxRssMiB", "stderr"}). CPU time is user and system of the process and of all that it
waited for: wait4 gives it, and Node has no such call."""
import json, os, sys, tempfile, time

for line in sys.stdin:
    command = json.loads(line)
    with tempfile.TemporaryFile() as errors:
        nothing = os.open(os.devnull, os.O_RDWR)
        began = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            os.chdir(command["cwd"])
            os.dup2(nothing, 0)
            os.dup2(nothing, 1)
            os.dup2(errors.fileno(), 2)
            try:
                os.execvp(command["argv"][0], command["argv"])
            except OSError as error:
                print(error, file=sys.stderr)
                os._exit(127)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - began
        os.close(nothing)
        errors.seek(0)
        said = errors.read().decode(errors="replace")[-2000:]
    answer = {
        "code": os.waitstatus_to_exitcode(status),
        "wallMs": wall * 1e3,
        "cpuMs": (usage.ru_utime + usage.ru_stime) * 1e3,
        "maxRssMiB": usage.ru_maxrss / 1024,
        "stderr": said,
    }
    print(json.dumps(answer), flush=True)
