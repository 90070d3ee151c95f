/** Builtins that work with paths. */
import { isList, isMap, type Value } from '../../../model/value.ts';
import { deletePaths, getPath, updatePath } from '../access.ts';
import { iterate, stepTo } from '../compile-access.ts';
import { raise } from '../jq-error.ts';
import { compare, isTrue } from '../kinds.ts';
import { eachPath, pathsOf } from '../paths.ts';
import { computed, type Emit, keysOf, type Run, root, type Trail } from '../run.ts';
import type { Call, FilterTable, ValueTable } from './builtin.ts';
import { eachValue } from './flow.ts';

function pathOf(value: Value | undefined): readonly Value[] {
  return isList(value) ? value : raise('Path must be specified as an array');
}

/** A path that ends in the middle leads to null. */
function follow(path: readonly Value[], call: Call, emit: Emit): void {
  const walk = (value: Value, trail: Trail | undefined, depth: number): void => {
    const key = path[depth];
    if (key === undefined) emit(value, trail);
    else if (value === null) walk(null, trail && { key, up: trail }, depth + 1);
    else stepTo(value, key, trail, call.run, (item, at) => walk(item, at, depth + 1));
  };
  walk(call.input, call.trail, 0);
}

/** All paths below the input, each before those below it. */
function allPaths(input: Value, run: Run, visit: (path: Value[], value: Value) => void): void {
  const walk = (value: Value, trail: Trail | undefined): void => {
    if (!isList(value) && !isMap(value)) return;
    iterate(value, trail, run, (item, at) => {
      if (at) visit(keysOf(at), item);
      walk(item, at);
    });
  };
  walk(input, root);
}

export const pathFunctions: ValueTable = {
  'setpath/2': (value, [path, item = null], run) => updatePath(value, pathOf(path), () => item, run),
  'delpaths/1': (value, [paths], run) => {
    if (!isList(paths)) return raise('Paths must be specified as an array');
    return deletePaths(value, paths.map(pathOf), run);
  },
};

export const pathFilters: FilterTable = {
  'getpath/1': ([path], call, emit) => eachValue(path, call.input, keys => follow(pathOf(keys), call, emit)),
  'path/1': ([paths], call, emit) => {
    if (paths) eachPath(paths, call.input, path => emit(path, computed(call.trail)));
  },
  'paths/0': (_args, call, emit) => allPaths(call.input, call.run, path => emit(path, computed(call.trail))),
  'paths/1': ([condition], call, emit) =>
    allPaths(call.input, call.run, (path, value) =>
      eachValue(condition, value, holds => {
        if (isTrue(holds)) emit(path, computed(call.trail));
      }),
    ),
  'leaf_paths/0': (_args, call, emit) =>
    allPaths(call.input, call.run, (path, value) => {
      if (!isList(value) && !isMap(value)) emit(path, computed(call.trail));
    }),
  'del/1': ([paths], call, emit) => {
    if (paths) emit(deletePaths(call.input, pathsOf(paths, call.input), call.run), computed(call.trail));
  },
  'pick/1': ([paths], call, emit) => {
    let picked: Value = null;
    // In the order of the paths, so that a list is filled from its start.
    for (const path of paths ? pathsOf(paths, call.input).sort((a, b) => compare(a, b, call.run)) : []) {
      picked = updatePath(picked, path, () => getPath(call.input, path, call.run), call.run);
    }
    emit(picked, computed(call.trail));
  },
};
