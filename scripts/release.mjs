// What a release needs of the repository's texts. Run by .github/workflows/release.yml:
//
//   node scripts/release.mjs check 1.2.3        the version is what package.json and CHANGELOG.md say
//   node scripts/release.mjs notes 1.2.3        prints the version's part of CHANGELOG.md
//   node scripts/release.mjs pins 1.2.3 <sha>   lets every pin in the documentation name that commit
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;
const COMMIT = /^[0-9a-f]{40}$/;
/** A pin of ours: `pgkeep/pgkeep/verify@<40 hex digits> # v1.2.3`; before the first release `<sha>` stands for the digits. */
const PIN = /(pgkeep\/pgkeep(?:\/[\w./-]+)?)@(?:[0-9a-f]{40}|<sha>)( +# +)v\d+\.\d+\.\d+/g;

/** What CHANGELOG.md says of a version: the text under its dated heading. Undefined where there is no such heading. */
export function notesOf(changelog, version) {
  const heading = new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d{2}-\\d{2}$`, 'm').exec(
    changelog,
  );
  if (heading === null) return undefined;
  const rest = changelog.slice(heading.index + heading[0].length);
  const end = /^## |^\[[^\]]+\]: /m.exec(rest)?.index ?? rest.length;
  return rest.slice(0, end).trim();
}

/** Why this cannot be released, one sentence each; empty where it can. */
export function faultsOf(version, { packageJson, changelog }) {
  if (!VERSION.test(version)) return [`"${version}" is not a version such as 1.2.3.`];
  const faults = [];
  if (packageJson.version !== version)
    faults.push(
      `package.json says ${packageJson.version}. Run: npm version --no-git-tag-version ${version}, and npm run build.`,
    );
  const notes = notesOf(changelog, version);
  if (notes === undefined) faults.push(`CHANGELOG.md has no heading "## [${version}] - <date>".`);
  else if (notes === '') faults.push(`CHANGELOG.md says nothing of ${version}.`);
  return faults;
}

/** The text with every pin naming the commit of a version. */
export function withPins(text, version, commit) {
  if (!VERSION.test(version)) throw new Error(`"${version}" is not a version such as 1.2.3.`);
  if (!COMMIT.test(commit)) throw new Error(`"${commit}" is not the full SHA of a commit.`);
  return text.replace(PIN, (_all, action, comment) => `${action}@${commit}${comment}v${version}`);
}

/** What may hold pins: everything that people read or paste. */
function documents() {
  const folders = [
    '.',
    'docs',
    'workflows-templates',
    'backup',
    'restore',
    'verify',
    'check-migrations',
    'prune',
    'status',
    'fleet',
  ];
  const list = (folder) => {
    try {
      return readdirSync(join(root, folder)).map((name) => join(root, folder, name));
    } catch {
      return [];
    }
  };
  return folders.flatMap(list).filter((path) => /\.(md|ya?ml)$/.test(path));
}

function main([command, version = '', commit = '']) {
  const read = (name) => readFileSync(join(root, name), 'utf8');
  const changelog = read('CHANGELOG.md');
  if (command === 'check') {
    const faults = faultsOf(version, { packageJson: JSON.parse(read('package.json')), changelog });
    if (faults.length > 0) throw new Error(faults.join('\n'));
  } else if (command === 'notes') {
    const notes = notesOf(changelog, version);
    if (notes === undefined) throw new Error(`CHANGELOG.md has no part about "${version}".`);
    console.log(notes);
  } else if (command === 'pins') {
    for (const path of documents()) {
      const text = readFileSync(path, 'utf8');
      const pinned = withPins(text, version, commit);
      if (pinned !== text) writeFileSync(path, pinned);
    }
  } else {
    throw new Error('Usage: release.mjs check VERSION | notes VERSION | pins VERSION SHA');
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
