/** The one table of functions. `block` and `parent` are the compiler's own. */
import type { ExpressionFunction } from '../invocable.ts';
import { contextFunctions } from './context.ts';
import { dataFunctions } from './data.ts';
import { eachOutputFunction } from './each-output.ts';
import { encryptionFunctions } from './encryption.ts';
import { errorLogsFunction } from './error-logs.ts';
import { extremeFunctions } from './extremes.ts';
import { fileFunctions } from './files.ts';
import { httpFunction } from './http.ts';
import { identifierFunctions } from './identifiers.ts';
import { iterationOutputFunction } from './iteration-output.ts';
import { kvFunction } from './kv.ts';
import { nowFunction } from './now.ts';
import { randomFunctions } from './random.ts';
import { rangeFunction } from './range.ts';
import { renderFunctions } from './render.ts';
import { secretFunction } from './secret.ts';
import { tasksWithStateFunction } from './tasks-with-state.ts';

export const functions: ReadonlyMap<string, ExpressionFunction> = new Map(
  Object.entries({
    ...contextFunctions,
    ...dataFunctions,
    ...encryptionFunctions,
    ...extremeFunctions,
    ...fileFunctions,
    ...identifierFunctions,
    ...randomFunctions,
    ...renderFunctions,
    currentEachOutput: eachOutputFunction,
    errorLogs: errorLogsFunction,
    http: httpFunction,
    iterationOutput: iterationOutputFunction,
    kv: kvFunction,
    now: nowFunction,
    range: rangeFunction,
    secret: secretFunction,
    tasksWithState: tasksWithStateFunction,
  }),
);
