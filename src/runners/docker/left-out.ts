/** Properties that are left out, or do not do what they seem to: said before the container is created. */
import type { Engine } from './client/engine.ts';
import { dockerDeclaration } from './declaration.ts';
import type { Settings } from './settings.ts';

/** @param volumes those that the container gets */
export function leftOutProperties(
  settings: Settings,
  volumes: readonly string[],
  { apiMinor, podman }: Pick<Engine, 'apiMinor' | 'podman'>,
): string[] {
  const said: string[] = [];
  if (volumes.length < settings.volumes.length) {
    said.push(
      `taskRunner.volumes is left out: volumes are not enabled. Set volume-enabled: true for ${dockerDeclaration.type} under kestra.plugins.configurations.`,
    );
  }
  if ((podman || apiMinor >= 42) && settings.kernelMemory !== undefined) {
    said.push('taskRunner.memory.kernelMemory is left out: this engine does not know it any more.');
  }
  // https://github.com/containers/podman/issues/22645: accepted, and without effect.
  if (podman && settings.devices.length > 0) {
    said.push('taskRunner.deviceRequests is left out: Podman takes no requests for devices from Docker’s API.');
  }
  if (settings.oomKillDisable && settings.memory === undefined) {
    said.push(
      'taskRunner.memory.oomKillDisable without memory.memory can make the whole machine run out of memory. Set memory.memory as well.',
    );
  }
  return said;
}
