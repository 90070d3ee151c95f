/** What is asked of the engine for one run. Pure. */
import type { RunSpec } from '../../model/run.ts';
import { wholeBytesDriver } from './log/container-lines.ts';
import type { Settings } from './settings.ts';

/** Whose it is and which run; found again by them. */
export const ownerLabel = 'windlass.owner';
export const runLabel = 'windlass.run';
/** On what stays when it has ended (`delete: false`) or is left running (`wait: false`). */
export const keptLabel = 'windlass.kept';
/** The value of `keptLabel` for what is left running. */
export const leftRunning = 'running';

/** A container's name follows from the run, so that one whose answer was lost is found again. */
export function containerName(runId: string): string {
  return `windlass-${runId}`;
}

export interface BodyOptions {
  readonly image: string;
  /** The engine makes the output directory as an anonymous volume. */
  readonly outputVolume: boolean;
  readonly volumes: readonly string[];
  readonly apiMinor: number;
  readonly podman: boolean;
}

/**
 * What has not been read must not be rotated away, so the size is as large as the engine can count; its own -1 is
 * refused when it is written (20.10). The daemon's defaults are merged into what is absent here, and `compress`
 * without rotation is refused, so each is said.
 */
const logOptions = { 'max-size': '1000p', 'max-file': '1', compress: 'false', mode: 'blocking' };

/** The log driver that every container is created with. */
function logDriver(podman: boolean): string {
  return podman ? 'k8s-file' : wholeBytesDriver;
}

/** The body of a create call (https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container/operation/ContainerCreate). */
export function containerBody(spec: RunSpec, settings: Settings, options: BodyOptions): object {
  return {
    Image: options.image,
    Cmd: spec.argv,
    ...(settings.entryPoint && { Entrypoint: settings.entryPoint }),
    WorkingDir: spec.workDir,
    Env: Object.entries(spec.env).map(([key, value]) => `${key}=${value}`),
    ...(settings.user !== undefined && { User: settings.user }),
    Labels: labels(spec, settings),
    ExposedPorts: settings.ports.exposed,
    ...(options.outputVolume && { Volumes: { [spec.outputDir]: {} } }),
    HostConfig: {
      NetworkMode: settings.networkMode,
      ExtraHosts: settings.extraHosts,
      PortBindings: settings.ports.bound,
      Binds: options.volumes,
      // A bind of the old form would make a missing folder on the engine's machine, and the files would be lost.
      ...(settings.filesBy === 'MOUNT' && { Mounts: [{ Type: 'bind', Source: spec.workDir, Target: spec.workDir }] }),
      Privileged: settings.privileged,
      DeviceRequests: settings.devices,
      NanoCpus: settings.nanoCpus,
      Memory: settings.memory,
      MemorySwap: settings.memorySwap,
      MemorySwappiness: settings.memorySwappiness,
      MemoryReservation: settings.memoryReservation,
      // Docker 20.10 deprecated it, API 1.42 refuses to know it.
      ...(options.apiMinor < 42 && { KernelMemory: settings.kernelMemory }),
      ...(settings.oomKillDisable && { OomKillDisable: true }),
      ShmSize: settings.shmSize,
      LogConfig: { Type: logDriver(options.podman), ...(!options.podman && { Config: logOptions }) },
    },
  };
}

function labels(spec: RunSpec, settings: Settings): Record<string, string> {
  const given = Object.entries(spec.labels).map(([key, value]) => [key, labelValue(value)] as const);
  return {
    ...Object.fromEntries(given),
    [ownerLabel]: spec.owner,
    [runLabel]: spec.runId,
    ...((!settings.delete || !settings.wait) && { [keptLabel]: settings.wait ? 'ended' : leftRunning }),
  };
}

/** Kestra cuts values at 63 characters, then takes hyphens, dots and underscores from the end, in this order. */
export function labelValue(value: string): string {
  return value.slice(0, 63).replace(/-+$/, '').replace(/\.+$/, '').replace(/_+$/, '');
}
