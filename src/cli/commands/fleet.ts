import type { FleetInputs } from '../../inputs/values.js';
import type { CommandContext } from './context.js';

/** `pgkeep fleet`. Prints what a run would do with the file, and touches nothing. @throws what is wrong with the file. */
export async function fleetCommand(
  { config, action }: FleetInputs,
  json: boolean,
  { print, width }: CommandContext,
): Promise<void> {
  // The parser of YAML is for nobody else to load.
  const [{ readLegs }, { planText }] = await Promise.all([
    import('../../fleet/read.js'),
    import('../../fleet/text.js'),
  ]);
  const legs = readLegs(config, action);
  print(json ? `${JSON.stringify(legs, null, 2)}\n` : planText(legs, width));
}
