/** `./windlass-test --full`: the long tests too, and the others with all of their load or cases. */
export const full = process.env.WINDLASS_TEST_FULL === '1';
