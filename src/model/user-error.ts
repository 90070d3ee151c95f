/**
 * Something that whoever wrote the flow, or gave it data, can mend: not a fault of ours. It fails the task that meets
 * it. The message is for them.
 */
export class UserError extends Error {}
