#!/usr/bin/env node
import { sinkOf } from './cli/output.ts';
/** The program's entry: the only place that touches the process it runs in. */
import { runProgram } from './cli/program.ts';
import { takeSignals } from './cli/signals.ts';

const signals = takeSignals(process);
const noColor = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '';
const output = { stdout: sinkOf(process.stdout, noColor), stderr: sinkOf(process.stderr, noColor) };
// exitCode rather than exit(): output that is still on its way must arrive.
process.exitCode = await runProgram(process.argv.slice(2), { output, environment: process.env, signals });
