/** `className`: the Java class that the value has in Kestra. */
import { filter } from '../invocable.ts';
import { className } from '../java-values.ts';

export const classNameFilter = filter(className);
