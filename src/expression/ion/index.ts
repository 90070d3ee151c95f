/** Ion text to values and back. `write.ts` alone loads nothing; reading loads ion-js (14 ms of CPU, measured). */
export { readIon, readIonRows } from './read.ts';
export { writeIon } from './write.ts';
