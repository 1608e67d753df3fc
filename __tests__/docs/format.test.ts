import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { decodeManifest } from '../../src/backup/manifest.js';
import { artifactName, namedOf } from '../../src/storage/artifact/names.js';
import { read } from '../house/files.js';
import { blockUnder, fieldsUnder, pathsOf } from './pages.js';

const PAGE = 'docs/format.md';

const documented = (heading: string): string[] => fieldsUnder(PAGE, heading);

/** The fields of an interface in a source file, nested ones by their path; other interfaces of the file are entered. */
function fieldsOf(file: string, name: string): string[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.ESNext);
  const interfaces = new Map(
    source.statements.filter(ts.isInterfaceDeclaration).map((each) => [each.name.text, each.members]),
  );
  const fields = (members: ts.NodeArray<ts.TypeElement>, prefix: string): string[] =>
    members.filter(ts.isPropertySignature).flatMap((member) => {
      const path = prefix + (member.name as ts.Identifier).text;
      const nested = member.type === undefined ? undefined : membersOf(member.type);
      return nested === undefined ? [path] : fields(nested.members, `${path}${nested.list ? '[]' : ''}.`);
    });
  const membersOf = (
    type: ts.TypeNode,
  ): { members: ts.NodeArray<ts.TypeElement>; list: boolean } | undefined => {
    if (ts.isUnionTypeNode(type)) return type.types.map(membersOf).find((found) => found !== undefined);
    if (ts.isTypeLiteralNode(type)) return { members: type.members, list: false };
    const list = ts.isArrayTypeNode(type);
    const reference = list ? type.elementType : type;
    if (!ts.isTypeReferenceNode(reference)) return undefined;
    const members = interfaces.get((reference.typeName as ts.Identifier).text);
    return members === undefined ? undefined : { members, list };
  };
  return fields(interfaces.get(name) ?? ts.factory.createNodeArray(), '');
}

describe('docs/format.md', () => {
  it.each([
    ['manifest.json', 'src/backup/manifest.ts', 'Manifest'],
    ['verified.json', 'src/backup/verified.ts', 'Verified'],
    ['The log', 'src/backup/history.ts', 'RunRecord'],
  ])('has every field of %s, and no other', (heading, file, name) => {
    expect(documented(heading)).toEqual(fieldsOf(file, name));
  });

  it('has every field of a fingerprint', () => {
    const own = fieldsOf('src/backup/fingerprint/types.ts', 'Fingerprint').map(
      (field) => field.split(/[.[]/)[0],
    );
    expect(documented('fingerprint.json')).toEqual([...new Set(own)]);
  });

  it('shows a manifest that can be read, with every field but those of an imported one', () => {
    const text = blockUnder(PAGE, 'manifest.json', 'json');
    expect(decodeManifest(Buffer.from(text), PAGE).id).toMatch(/^\d{8}T\d{6}Z-[a-z2-7]{4}$/);
    expect(pathsOf(JSON.parse(text))).toEqual(
      documented('manifest.json').filter((field) => !field.startsWith('source.imported.')),
    );
  });

  it('names artifacts as they are named', () => {
    const shown = [...read(PAGE).matchAll(/^\| `(pgkeep[^`]+)`/gm)].map(([, name]) => name);
    const id = '20261120T021703Z-k3fd';
    const named = [
      `shop/${id}/database.dump.age`,
      `shop/${id}/manifest.json`,
      `shop/_log/20261120T021703Z-a1.json`,
    ];
    expect(named.map((key) => artifactName(namedOf(key)))).toEqual(
      shown.map((name) =>
        name?.replace('<name>', 'shop').replace('<id>', id).replace('<file>', 'database.dump.age'),
      ),
    );
    expect(artifactName(namedOf(named[1] ?? ''), 2)).toMatch(/\.2$/);
    expect(artifactName(namedOf(named[0] ?? ''), 2)).toMatch(/~2$/);
  });
});
