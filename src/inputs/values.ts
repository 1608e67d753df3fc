import type { Compression } from '../codec/types.js';
import type { Count, Within } from '../retention/types.js';
import type { BackupSelector } from './selector.js';
import type { Command } from './spec.js';
import type { InputName, TABLE } from './table.js';

type Camel<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S;

type Spec<N extends InputName> = (typeof TABLE)[N];

type ValueOf<S> = S extends { type: 'list' }
  ? readonly string[]
  : S extends { type: 'choices'; values: readonly (infer V)[] }
    ? readonly V[]
    : S extends { type: 'boolean' }
      ? boolean
      : S extends { type: 'duration' | 'age' | 'percent' | 'size' | 'number' }
        ? number
        : S extends { type: 'count' }
          ? Count
          : S extends { type: 'within' }
            ? Within
            : S extends { type: 'workers' }
              ? number | 'auto'
              : S extends { type: 'selector' }
                ? BackupSelector
                : S extends { type: 'choice'; values: readonly (infer V)[] }
                  ? V
                  : S extends { type: 'compression' }
                    ? Compression
                    : S extends { type: 'major' }
                      ? number | 'auto'
                      : S extends { type: 'time' }
                        ? Date
                        : string;

type HasDefault<S, C extends Command> = S extends
  | { default: string }
  | { required: readonly [C, ...unknown[]] }
  | { type: 'list' | 'choices' }
  | { defaults: Record<C, string> }
  ? true
  : false;

type NamesOf<C extends Command> = {
  [N in InputName]: C extends Spec<N>['commands'][number] ? N : never;
}[InputName];

/**
 * What a command is given once its inputs were read: the input `lock-timeout` is `lockTimeout`, and so on.
 * Lists that were not given are empty, other inputs without a default are undefined; durations and ages are in milliseconds.
 */
export type InputsOf<C extends Command> = {
  readonly [N in NamesOf<C> as Camel<N>]: HasDefault<Spec<N>, C> extends true
    ? ValueOf<Spec<N>>
    : ValueOf<Spec<N>> | undefined;
};

export type BackupInputs = InputsOf<'backup'>;
export type RestoreInputs = InputsOf<'restore'>;
export type VerifyInputs = InputsOf<'verify'>;
export type CheckMigrationsInputs = InputsOf<'check-migrations'>;
export type PruneInputs = InputsOf<'prune'>;
export type StatusInputs = InputsOf<'status'>;
export type FleetInputs = InputsOf<'fleet'>;
export type StatsInputs = InputsOf<'stats'>;
export type LogInputs = InputsOf<'log'>;
export type DeleteInputs = InputsOf<'delete'>;
export type ImportInputs = InputsOf<'import'>;
export type ListInputs = InputsOf<'list'>;
export type ShowInputs = InputsOf<'show'>;

/** `lock-timeout` -> `lockTimeout`. */
export function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
