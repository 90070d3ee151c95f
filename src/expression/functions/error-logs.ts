/** `errorLogs()`: the error messages of this execution, in a task of `errors`. */
import { Fault } from '../expression-error.ts';
import type { ExpressionFunction } from '../invocable.ts';

export const errorLogsFunction: ExpressionFunction = {
  parameters: [],
  call(_args, frame) {
    if (!frame.context.services.errorLogs) {
      throw new Fault(
        "The 'errorLogs' function can only be used in the Worker as it access logs from the database: in a task's own properties.",
      );
    }
    const errorLogs = frame.service('errorLogs', 'errorLogs');
    return frame.answer('errorLogs', () => errorLogs());
  },
};
