/** The shell commands of a RECOVERY.md, one list for each of its sections. */
export function recoveryCommands(markdown) {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      title: section.split('\n', 1)[0].replace(/^\d+\. /, ''),
      commands: [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
        block.split('\n').filter((line) => line !== ''),
      ),
    }));
}
