/**
 * The CPU time that this thread takes for the work, in ms. Wall time doubles on a loaded machine, and more.
 */
export function cpuMs(work: () => void): number {
  const began = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(began);
  return (user + system) / 1000;
}
