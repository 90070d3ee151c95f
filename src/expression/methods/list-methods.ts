/** Methods of java.util.List that change nothing. */
import type { Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import { javaEquals } from '../java-values.ts';
import { contains } from '../operators.ts';
import { indexArgument, type Method, type Methods, rangeArguments } from './method.ts';

type List = readonly Value[];

export const listMethods: Methods<List> = new Map<string, Method<List>>([
  ['size', list => list.length],
  ['isEmpty', list => list.length === 0],
  ['get', (list, args) => itemAt(list, indexArgument(args, 0))],
  ['getFirst', list => itemAt(list, 0)],
  ['getLast', list => itemAt(list, list.length - 1)],
  ['contains', (list, [item = null]) => list.some(other => javaEquals(other, item))],
  ['containsAll', (list, [items = null]) => contains(list, items)],
  ['indexOf', (list, [item = null]) => list.findIndex(other => javaEquals(other, item))],
  ['lastIndexOf', (list, [item = null]) => list.findLastIndex(other => javaEquals(other, item))],
  ['subList', (list, args) => list.slice(...rangeArguments(args, list.length))],
]);

function itemAt(list: List, index: number): Value {
  const item = list[index];
  if (item === undefined) throw new Fault(`Index ${index} out of bounds for length ${list.length}`);
  return item;
}
