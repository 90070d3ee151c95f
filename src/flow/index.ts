/** Flows from YAML: reading, checking, inputs, labels and outputs. */
export { inputVariables } from './inputs/input-variables.ts';
export { LocalFile } from './inputs/local-file.ts';
export { type GivenInput, type InputContext, type InputViolation, resolveInputs } from './inputs/resolve-inputs.ts';
export { mergeLabels, readLabels } from './labels.ts';
export { coerceOutput } from './outputs.ts';
export { problemText } from './problem-text.ts';
export { readFlows } from './read-flows.ts';
export { declaredInputs } from './read-inputs.ts';
