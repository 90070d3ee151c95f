/** The entry of the program of which a start-up snapshot is taken; a start from it begins in `main`. */
import { startupSnapshot } from 'node:v8';
import { main, warmUp } from '../src/main.ts';

startupSnapshot.setDeserializeMainFunction(main);
void warmUp();
