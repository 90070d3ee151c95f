/** The state folder where the command line names none, in the working folder. */
export const defaultStateFolder = '.windlass';
