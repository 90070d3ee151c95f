/**
 * Files up to this size are read and written at once and synchronously. Every trip to the thread pool waits its turn:
 * 10,000 small files took 1.0 to 5.1 s with four trips each, while `tar` took 0.4 to 0.7 s on the same busy machine.
 */
export const smallFile = 65_536;
