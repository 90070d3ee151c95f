/** What the Kubernetes runner's machinery says, for a task that has no runner. Pure. */

/** @param container whose memory ran out */
export function inTaskWords(text: string, container?: string): string {
  return text
    .replace('taskRunner.resources.limit.memory', 'resources.limits.memory of the container')
    .replace('the field in podSpec, containerSpec or fileSideCarSpec', 'the field in spec')
    .replace('within waitUntilCompletion', 'within waitRunning')
    .replaceAll('taskRunner.', '')
    .replace('config property of the task runner', 'connection property of the task')
    .replace('the runner’s config', 'connection')
    .replace(/^The container \S+ of/, found => (container === undefined ? found : `The container ${container} of`));
}
