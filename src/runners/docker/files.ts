/** Files into the container before it starts, and out of it after it has ended, through the archive endpoint. */
import { readdirSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { diskShortage } from '../../files/disk-shortage.ts';
import { isEmptyFolder } from '../../files/empty-archive.ts';
import { compileGlobs } from '../../files/java-glob.ts';
import { emptyWhereFull } from '../../files/remove-folder.ts';
import { packFolder, unpackInto } from '../../files/tar.ts';
import { archiveEnd, type Owner, tarHeader } from '../../files/tar-header.ts';
import type { OtherKind } from '../../files/walk.ts';
import type { RunSpec } from '../../model/run.ts';
import { EngineError } from '../engine-error.ts';
import { LostFilesError, type OnOther } from '../runner.ts';
import { type Container, getArchive, isContainerGone, putArchive } from './client/containers.ts';
import type { Engine } from './client/engine.ts';
import { ownerOfFiles } from './container-owner.ts';
import type { Settings } from './settings.ts';

const transferAttempts = 3;

/**
 * Does something have to be copied in? With nothing in the working directory the engine makes the output directory
 * itself, as an anonymous volume (1 ms). A file cannot be renamed into a volume, only copied, so a program that speaks
 * of its output directory gets a real one.
 */
export function needsCopyIn(engine: Engine, spec: RunSpec, settings: Settings): boolean {
  if (settings.filesBy === 'MOUNT') return false;
  // Podman 4 shows the image's folder, not the volume over it, once a container has ended.
  if (engine.podman) return true;
  // What is left running outlives us: an anonymous volume would stay behind when its container is removed by hand.
  if (spec.shared || isOtherUser(settings.user) || !settings.wait) return true;
  const outputName = basename(spec.outputDir);
  if (readdirSync(spec.workDir).some(name => name !== outputName)) return true;
  const speaksOfIt = (text: string) => text.includes('OUTPUT_DIR') || text.includes(outputName);
  return (
    spec.argv.some(speaksOfIt) ||
    Object.entries(spec.env).some(([key, value]) => key !== 'OUTPUT_DIR' && speaksOfIt(value))
  );
}

/** Copies the working directory to the same path in the container, where the engine has made it. */
export async function copyIn(
  engine: Engine,
  container: Container,
  spec: RunSpec,
  onLeftOut: (path: string, why: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { Id: id, Config: config } = container;
  const isOther = isOtherUser(config.User);
  const owner = isOther ? await ownerOfFiles(engine, container, signal) : undefined;
  // The working directory is there already: the engine has made it, for root.
  if (isOther) await putArchive(engine, id, dirname(spec.workDir), openFolders(spec, owner), signal);
  const outputName = basename(spec.outputDir);
  const include = isOther ? (path: string) => path !== outputName : () => true;
  await markOutputDir(spec.outputDir);
  await untilWhole(signal, () =>
    putArchive(engine, id, spec.workDir, packFolder(spec.workDir, { include, onLeftOut, owner }), signal),
  );
}

/** A transfer that was cut begins again from its beginning; what the engine refuses does not get better by that. */
async function untilWhole(signal: AbortSignal, transfer: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transfer();
    } catch (error) {
      const final = error instanceof EngineError || diskShortage(error, '') !== undefined;
      if (signal.aborted || final || attempt === transferAttempts) throw error;
    }
  }
}

/**
 * Gives the output directory a time that no other folder has, so that an unchanged time means that nothing was put
 * into it; a time that `cp -a` brings from the working directory must not look like it.
 */
async function markOutputDir(outputDir: string): Promise<void> {
  const seconds = 315_532_800 + Math.floor(Math.random() * 600_000_000);
  await utimes(outputDir, seconds, seconds);
}

/** Any user may write there: a program may change its user. */
function openFolders(spec: RunSpec, owner: Owner | undefined): Readable {
  const workName = basename(spec.workDir);
  const folder = { type: 'directory', mode: 0o777, mtime: new Date(), owner } as const;
  return Readable.from([
    tarHeader({ ...folder, name: `${workName}/` }),
    tarHeader({ ...folder, name: `${workName}/${basename(spec.outputDir)}/` }),
    archiveEnd,
  ]);
}

/** Is it somebody else than root, by name or number? */
export function isOtherUser(user = ''): boolean {
  return user !== '' && !/^(root|0)(:|$)/.test(user);
}

/** Is the whole working directory fetched, rather than only the output directory? */
export function fetchesAll({ shared, wanted }: RunSpec): boolean {
  return shared || wanted.length > 0;
}

/**
 * Brings back what is wanted into the working directory on this machine; nothing when the folder is not there any more.
 * Everything wanted comes in one transfer, because the engine takes 42 ms for each.
 *
 * @throws LostFilesError when files were declared and the container is not there any more
 * @throws GlobError
 */
export async function fetchFiles(
  engine: Engine,
  id: string,
  spec: RunSpec,
  signal: AbortSignal,
  onOther?: OnOther,
): Promise<void> {
  const whole = fetchesAll(spec);
  const folder = whole ? spec.workDir : spec.outputDir;
  const told =
    onOther && ((path: string, kind: OtherKind) => onOther(join(relative(spec.workDir, folder), path), kind));
  const options = { strip: 1, onOther: told, ...(whole && !spec.shared && { keep: isWanted(spec) }) };
  await untilWhole(signal, async () => {
    const tar = await getArchive(engine, id, folder, signal);
    if (tar && !(await isEmptyFolder(tar))) await unpackInto(tar, folder, options);
  }).catch(async error => {
    if (isContainerGone(error)) {
      if (!whole) return;
      throw new LostFilesError('The output files are lost: the container was removed before they were brought back.');
    }
    if (!spec.shared) await emptyWhereFull(spec.workDir, error);
    throw error;
  });
}

/** Tells of a path in the working directory whether it is an output: by the output directory, by a glob, by its name. */
function isWanted({ workDir, outputDir, wanted }: RunSpec): (path: string) => boolean {
  const matches = compileGlobs(wanted, workDir);
  const outputFolder = `${basename(outputDir)}/`;
  // A link or pipe that is asked for by name, or on the way to it, is warned of when outputs are collected.
  const isNamed = (path: string) => wanted.some(glob => glob === path || glob.startsWith(`${path}/`));
  return path => path.startsWith(outputFolder) || matches(path) || isNamed(path);
}
