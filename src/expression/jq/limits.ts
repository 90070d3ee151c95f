/** How much a program may do and make. */

/** Some seconds of the slowest kind of steps. */
export const maxSteps = 10_000_000;

/** UTF-16 units. Node's own limit is 512 Mi. */
export const maxTextLength = 64 * 1024 * 1024;

export const maxListLength = 2 * 1024 * 1024;

/** Levels of lists and maps in an output: what Jackson, and so Kestra, takes. */
export const maxDepth = 1000;
