/** Moving an attempt's output files to the storage so that a crash in between loses none of them. */
import { type Capture, type Collecting, findOutputs, storeOutputs } from '../files/collect.ts';
import type { RunRecord } from '../store/store.ts';

/**
 * Storage URIs by name. What is to be moved is noted before the first file is: after a crash the files are no longer
 * where they were found, and the note says where they are.
 *
 * @param noted what an earlier process noted
 * @throws GlobError
 */
export async function captureOutputs(
  collecting: Collecting,
  noted: RunRecord['captures'],
  note: (captures: NonNullable<RunRecord['captures']>) => Promise<void>,
): Promise<Record<string, string>> {
  const captures =
    (noted as readonly unknown[] | undefined as readonly Capture[] | undefined) ?? (await findOutputs(collecting));
  if (!noted && captures.length > 0) await note(captures.map(capture => ({ ...capture })));
  return storeOutputs(captures, collecting);
}
