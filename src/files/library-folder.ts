/**
 * The folder of a working directory into which libraries are put that a task asked for: Kestra's name, which scripts
 * may know. Nothing in it is an output of the user's, whatever pattern matches it.
 */
export const libraryFolder = '.kestra_additional_python_lib';
