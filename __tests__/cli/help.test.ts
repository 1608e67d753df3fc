import { describe, expect, it } from '@jest/globals';
import { envName, flagNames } from '../../src/cli/flags.js';
import { helpText } from '../../src/cli/help.js';
import { inputsOf } from '../../src/inputs/table.js';

describe('helpText', () => {
  it('lists the commands', () => {
    const text = helpText(undefined);
    expect(text).toContain('Usage: pgkeep <command> [options]');
    for (const command of ['backup', 'restore', 'verify', 'check-migrations', 'list', 'show <id>'])
      expect(text).toMatch(new RegExp(`^  ${command} +\\w`, 'm'));
  });

  it.each(['backup', 'restore', 'verify', 'list', 'show'] as const)(
    'names every option of %s once, with its variable',
    (command) => {
      const text = helpText(command);
      for (const name of flagNames(command)) {
        expect(text.match(new RegExp(`^ +(-\\w, )?--(\\[no-\\])?${name}(?=[=\\s]|$)`, 'gm'))).toHaveLength(1);
      }
      const joined = text.replaceAll(/\s+/g, ' ');
      for (const [name] of inputsOf(command)) expect(joined).toContain(envName(name));
    },
  );

  it('shows defaults and choices', () => {
    const text = helpText('backup', 100).replaceAll(/\s+/g, ' ');
    expect(text).toContain('--format=custom|directory|plain');
    expect(text).toContain('(default: 60s; env: PGKEEP_LOCK_TIMEOUT)');
    expect(text).toContain('--[no-]globals');
    expect(text).toContain('(required; repeatable; env: PGKEEP_STORAGE)');
    expect(helpText('list')).not.toContain('{database}');
    expect(helpText('restore')).toContain('-i, --identity-file=FILE');
    expect(helpText('restore', 100).replaceAll(/\s+/g, ' ')).toContain('(required; env: PGKEEP_BACKUP)');
    expect(helpText('verify', 100).replaceAll(/\s+/g, ' ')).toContain(
      '(default: latest; env: PGKEEP_BACKUP)',
    );
  });

  it('shows what a migration check takes, but for what only a pull request has', () => {
    const text = helpText('check-migrations', 100).replaceAll(/\s+/g, ' ');
    expect(text).toContain('(default: error, data-loss; repeatable; env: PGKEEP_FAIL_ON)');
    expect(text).toContain('(default: latest-verified; env: PGKEEP_BACKUP)');
    expect(text).toContain('(required; env: PGKEEP_COMMAND)');
    expect(text).toContain('--html=FILE');
    expect(text).not.toMatch(/--(\[no-\])?(comment|approve-label)/);
  });

  it.each([60, 80, 100, 200])('fits a terminal of %d columns', (columns) => {
    const widest = Math.max(
      ...helpText('backup', columns)
        .split('\n')
        .map((line) => line.length),
    );
    expect(widest).toBeLessThanOrEqual(Math.min(columns, 100));
  });
});
