/** The task types on the files of a namespace. */
import type { RunnableTaskType } from '../task-type.ts';
import { deleteFiles } from './delete-files.ts';
import { downloadFiles } from './download-files.ts';
import { uploadFiles } from './upload-files.ts';

export const namespaceTaskTypes: readonly RunnableTaskType[] = [uploadFiles, downloadFiles, deleteFiles];
