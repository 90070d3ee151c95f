/** What to use instead of tasks that Kestra has and Windlass has not. */
import { insteadOfInProcess } from './scripts/in-process-types.ts';

const noVersions = 'Windlass keeps no older versions of it. Leave the task out.';

const core: Readonly<Record<string, string>> = {
  'execution.Cancel': 'To end the execution that it is in, use execution.Exit with state CANCELED.',
  'execution.Kill': 'To end the execution that it is in, use execution.Exit with state KILLED.',
  'flow.Approval': 'Use flow.Pause with a BOOLEAN among its onResume inputs, and an If after it.',
  'flow.Loop': 'Use flow.ForEach for values, or flow.LoopUntil for a condition.',
  'flow.Template': 'Make a flow of the template, in the same file, and run it with flow.Subflow.',
  'http.SseRequest': 'Use a script task that reads the stream, such as shell.Commands with curl --no-buffer.',
  'kv.Version': noVersions,
  'namespace.PurgeFiles': noVersions,
  'namespace.Version': noVersions,
  'trigger.Toggle':
    'Windlass has no switch for triggers. Switch off what starts the flow, or set its disabled property.',
};

/** In a sentence, for a type by its present name; undefined where nothing does the same. */
export function insteadOf(type: string): string | undefined {
  return core[type.replace('io.kestra.plugin.core.', '')] ?? insteadOfInProcess(type);
}
