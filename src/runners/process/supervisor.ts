/** The small shell script that starts the program, outlives us, and leaves the exit status behind. */
import { shellQuote } from '../../files/shell-quote.ts';
import { pipesIn } from './pipe-stock.ts';
import { pipesOf } from './run-folder.ts';

/** In the environment of every process of a run: finds those that left its session. */
export const runMark = 'WINDLASS_RUN_ID';

/**
 * Stands in the log files behind the program's last byte; the secret is that of the run's record. What a background
 * process writes afterwards is not part of the task, so that no such process can hold the task open.
 */
export function endMark(secret: string): Buffer {
  return Buffer.from(`\0windlass-end ${secret}\0\n`);
}

/**
 * The script for `sh -c '. /dev/fd/3'`, with this text as file 3. It holds the rendered command, so it stands neither
 * on a command line nor in a file with a name.
 *
 * Its variables have a prefix: one of the task's own name (`start`, `code`) would change for the program.
 *
 * Why pipes and `cat` between the program and its log files: `echo … > /dev/stderr` in a script opens the file behind
 * it anew, and a regular file is emptied by that. With a pipe it works as in Kestra. A `cat` ends when the last process
 * that holds its pipe ends; the supervisor and the exit status do not wait for that.
 */
export function supervisorScript(run: {
  dir: string;
  boot: string;
  endSecret: string;
  argv: readonly string[];
  limits: readonly string[];
}): string {
  const path = (name: string): string => shellQuote(`${run.dir}/${name}`);
  const [stdout, stderr] = pipesIn(pipesOf(run.dir)).map(shellQuote);
  const mark = shellQuote(`\\000windlass-end ${run.endSecret}\\000\\n`);
  return `exec 3<&-
# The task's own PATH may have none of our tools.
windlass_path=$PATH
PATH=/usr/bin:/bin:/usr/sbin:$PATH
if [ -r /proc/self/stat ]; then
  # Field 22; the shell's own name, field 2, has no spaces.
  read -r ${'_ '.repeat(21)}windlass_start _ <"/proc/$$/stat"
else
  windlass_start=$(TZ=UTC LC_ALL=C ps -p $$ -o lstart= | sed 's/ *$//')
fi
set -C
{ printf '%s|%s|%s\\n' "$$" "$windlass_start" ${shellQuote(run.boot)} >${path('started')}; } 2>/dev/null || exit 0
set +C
# Made before the program runs and written in place after: the status is kept even when the program fills the disk.
printf '%8s\\n' '' >${path('exit')}
# Signals meant for the program also come here when it signals its whole group.
trap '' HUP INT QUIT TERM
[ -p ${stderr} ] || mkfifo ${stdout} ${stderr} || { echo failed >${path('exit')}; exit 0; }
cat <${stdout} >>${path('stdout')} &
windlass_readers=$!
cat <${stderr} >>${path('stderr')} &
echo "$windlass_readers $!" >${path('readers')}
exec 3>${stdout} 4>${stderr}
PATH=$windlass_path
trap : HUP INT QUIT TERM
(exec 1>&3 2>&4 3>&- 4>&-; ${[...run.limits, `exec ${run.argv.map(shellQuote).join(' ')}`].join(' && ')})
windlass_code=$?
printf '%-8s\\n' $windlass_code 1<>${path('exit')}
trap '' PIPE
printf ${mark} >&3
printf ${mark} >&4
`;
}
