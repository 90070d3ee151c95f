/** The property of the task runner that an engine's refusal is about: its own words name none. */

/** Docker's words and Podman's. */
const meant: readonly (readonly [RegExp, string])[] = [
  [/unable to find (user|group)|unknown (user|group) error|uids and gids must be/i, 'user'],
  [/network .*not found|network mode|network namespace|no such container|no container with name/i, 'networkMode'],
  [/port is already allocated|external connectivity|port publishing|cannot listen on the/i, 'portBindings'],
  [/device driver|DeviceRequest/i, 'deviceRequests'],
  [/range of cpus|only \d+ CPUs/i, 'cpu.cpus'],
  [/minimum kernel memory/i, 'memory.kernelMemory'],
  [/invalid mode|invalid option type|volume (name|specification)|named volume|duplicate mount/i, 'volumes'],
];

/** The engine's words, with the property behind them where it is known. */
export function withMeantProperty(words: string): string {
  const property = meant.find(([said]) => said.test(words))?.[1];
  return property === undefined ? words : `${words} (taskRunner.${property})`;
}
